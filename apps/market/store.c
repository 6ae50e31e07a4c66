#include "market/store.h"

#include <stdlib.h>

#include "market/block.h"
#include "market/db.h"

/* "mkt1": marks the file as ours (SQLite's application_id). */
#define APPLICATION_ID "1835758641"

enum { STORE_ARENA_MAX = 128 * 1024 };

/* Each step brings a store of version i to i + 1.  Steps are only ever added. */
static const char *const migrations[] = {
    "CREATE TABLE asset ("
    "  id INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE, base TEXT NOT NULL,"
    "  quote TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL) STRICT;"
    "CREATE TABLE series ("
    "  id INTEGER PRIMARY KEY, asset_id INTEGER NOT NULL REFERENCES asset (id),"
    "  interval_ms INTEGER NOT NULL, source TEXT NOT NULL,"
    "  first_ms INTEGER NOT NULL DEFAULT 0, last_ms INTEGER NOT NULL DEFAULT 0,"
    "  bars INTEGER NOT NULL DEFAULT 0, gaps INTEGER NOT NULL DEFAULT 0,"
    "  missing INTEGER NOT NULL DEFAULT 0,"
    "  UNIQUE (asset_id, interval_ms, source)) STRICT;"
    /* id = series << 32 | number of the block's window: a range of time is a range of ids. */
    "CREATE TABLE block (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
    /* The ledger of imports: how far each file has got, written together with its bars. */
    "CREATE TABLE import ("
    "  id INTEGER PRIMARY KEY, file_hash INTEGER NOT NULL, file_size INTEGER NOT NULL,"
    "  source TEXT NOT NULL, interval_ms INTEGER NOT NULL, quote TEXT NOT NULL,"
    "  done INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL DEFAULT 0,"
    "  line INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0,"
    "  added INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,"
    "  UNIQUE (file_hash, file_size, source, interval_ms, quote)) STRICT;"
    "CREATE TABLE import_reason ("
    "  import_id INTEGER NOT NULL REFERENCES import (id), reason TEXT NOT NULL,"
    "  rows INTEGER NOT NULL, PRIMARY KEY (import_id, reason)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE import_refused ("
    "  import_id INTEGER NOT NULL REFERENCES import (id), line INTEGER NOT NULL,"
    "  reason TEXT NOT NULL, PRIMARY KEY (import_id, line)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE import_series ("
    "  import_id INTEGER NOT NULL REFERENCES import (id), symbol TEXT NOT NULL,"
    "  series_id INTEGER NOT NULL REFERENCES series (id), last_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (import_id, symbol)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id = " APPLICATION_ID ";",
};

enum { VERSION = sizeof migrations / sizeof *migrations };

static apus_rc exec(market_store *store, const char *sql, apus_err *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return market__db_fail(store, err);
    return APUS_OK;
}

/* The one number that a PRAGMA or a count answers. */
static apus_rc ask(market_store *store, const char *sql, int64_t *out, apus_err *err)
{
    sqlite3_stmt *s = NULL;
    apus_rc rc = APUS_OK;
    if (sqlite3_prepare_v2(store->db, sql, -1, &s, NULL) != SQLITE_OK ||
        sqlite3_step(s) != SQLITE_ROW)
        rc = market__db_fail(store, err);
    else
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rc;
}

/* Runs the steps that are missing, all or none. */
static apus_rc migrate_within(market_store *store, apus_err *err)
{
    int64_t version, tables;
    apus_rc rc = ask(store, "PRAGMA user_version", &version, err);
    if (!rc)
        rc = ask(store, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (rc)
        return rc;
    if (version > VERSION)
        return apus_err_set(err, APUS_UNSUPPORTED,
                            "%s: made by a newer program (store version %d, this one knows %d)",
                            store->path.ptr, (int)version, (int)VERSION);
    for (int64_t v = version; v < VERSION && !rc; v++) {
        char set[48];
        sqlite3_snprintf(sizeof set, set, "PRAGMA user_version = %d", (int)v + 1);
        rc = exec(store, migrations[v], err);
        if (!rc)
            rc = exec(store, set, err);
    }
    return rc;
}

/* A database that is not ours is left alone: nothing is written before this passed. */
static apus_rc check_ours(market_store *store, int64_t *version, apus_err *err)
{
    int64_t application, tables;
    apus_rc rc = ask(store, "PRAGMA application_id", &application, err);
    if (!rc)
        rc = ask(store, "PRAGMA user_version", version, err);
    if (!rc)
        rc = ask(store, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (!rc && application != atoll(APPLICATION_ID) && (application || *version || tables))
        return apus_err_set(err, APUS_SYNTAX, "%s: a database, but not a market store",
                            store->path.ptr);
    return rc;
}

static apus_rc prepare(market_store *store, apus_err *err)
{
    int64_t version = 0;
    sqlite3_busy_timeout(store->db, MARKET_STORE_WAIT_MS);
    apus_rc rc = check_ours(store, &version, err);
    if (!rc)
        rc = exec(store,
                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                  "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                  "PRAGMA trusted_schema = OFF;",
                  err);
    if (rc || version == VERSION)
        return rc;
    rc = market_store_begin(store, err);
    if (rc)
        return rc;
    rc = migrate_within(store, err);
    if (!rc)
        rc = market_store_commit(store, err);
    if (rc)
        market_store_rollback(store);
    return rc;
}

apus_rc market_store_open(const char *path, market_store **out, apus_err *err)
{
    market_store *store = calloc(1, sizeof *store);
    if (!store)
        return apus_err_set(err, APUS_NOMEM, "%s: no memory to open it", path);
    apus_arena_init(&store->arena, &apus_alloc_libc, STORE_ARENA_MAX);
    store->path = apus_arena_str(&store->arena, apus_str_of(path));
    store->scratch = APUS_NEW(&store->arena, market_block, 1);
    store->packed = apus_arena_alloc(&store->arena, MARKET_BLOCK_MAX, 8);
    apus_rc rc;
    if (!store->path.ptr || !store->scratch || !store->packed) {
        rc = apus_err_set(err, APUS_NOMEM, "%s: no memory to open it", path);
        goto fail;
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        rc = market__db_fail(store, err);
        goto fail;
    }
    rc = prepare(store, err);
    if (rc)
        goto fail;
    *out = store;
    return APUS_OK;

fail:
    market_store_close(store);
    return rc;
}

void market_store_close(market_store *store)
{
    if (!store)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    apus_arena_finish(&store->arena);
    free(store);
}

apus_rc market_store_begin(market_store *store, apus_err *err)
{
    return market__db_run(store, market__db_take(store, SQL_BEGIN), err);
}

apus_rc market_store_commit(market_store *store, apus_err *err)
{
    return market__db_run(store, market__db_take(store, SQL_COMMIT), err);
}

void market_store_rollback(market_store *store)
{
    /* A full disk may have rolled back already; then there is nothing to do. */
    if (sqlite3_get_autocommit(store->db))
        return;
    sqlite3_stmt *s = market__db_take(store, SQL_ROLLBACK);
    sqlite3_step(s);
    market__db_give(s);
}

apus_rc market_store_limit(market_store *store, int64_t bytes, apus_err *err)
{
    int64_t page = 4096, got;
    apus_rc rc = ask(store, "PRAGMA page_size", &page, err);
    char sql[64];
    int64_t pages = bytes ? (bytes + page - 1) / page : INT64_C(0xfffffffe);
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA max_page_count = %lld", (long long)pages);
    return rc ? rc : ask(store, sql, &got, err);
}

apus_rc market_store_totals(market_store *store, market_totals *out, apus_err *err)
{
    market_totals totals = { 0 };
    sqlite3_stmt *s = market__db_take(store, SQL_ASSET_COUNT);
    apus_rc rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        totals.assets = sqlite3_column_int64(s, 0);
    market__db_give(s);
    if (rc)
        return rc;
    s = market__db_take(store, SQL_TOTALS);
    rc = market__db_step(store, s, err);
    if (rc == APUS_OK) {
        totals.series = sqlite3_column_int64(s, 0);
        totals.bars = sqlite3_column_int64(s, 1);
        *out = totals;
    }
    market__db_give(s);
    return rc;
}

static uint64_t mix(uint64_t h, apus_bytes bytes)
{
    return apus_hash(bytes.ptr, bytes.len, h);
}

static uint64_t mix_str(uint64_t h, apus_str text)
{
    return apus_hash(text.ptr, text.len, h);
}

static apus_rc digest_blocks(market_store *store, int64_t series, int64_t interval_ms, uint64_t *h,
                             apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_BLOCK_RANGE);
    sqlite3_bind_int64(s, 1, series);
    sqlite3_bind_int64(s, 2, 0);
    sqlite3_bind_int64(s, 3, UINT32_MAX);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        apus_bytes data = market__db_bytes(s, 1);
        rc =
            market_block_decode(store->scratch, interval_ms, sqlite3_column_int64(s, 0), data, err);
        if (rc)
            break;
        *h = mix(*h, data);
    }
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

static apus_rc digest_series(market_store *store, uint64_t *h, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_DIGEST_SERIES);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        *h = mix_str(*h, market__db_str(s, 1));
        rc = digest_blocks(store, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 2), h, err);
        if (rc)
            break;
    }
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

/* What one import's rows in a table of the ledger say; the last columns are text and number. */
static apus_rc digest_ledger_rows(market_store *store, enum market__sql which, int64_t import,
                                  uint64_t *h, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, which);
    sqlite3_bind_int64(s, 1, import);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        *h = mix_str(*h, market__db_str(s, 0));
        *h = mix_str(*h, market__db_str(s, 1));
    }
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

apus_rc market_store_digest(market_store *store, uint64_t *out, apus_err *err)
{
    uint64_t h = 0;
    apus_rc rc = digest_series(store, &h, err);
    if (rc)
        return rc;
    sqlite3_stmt *s = market__db_take(store, SQL_DIGEST_IMPORT);
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        int64_t import = sqlite3_column_int64(s, 0);
        h = mix_str(h, market__db_str(s, 1));
        rc = digest_ledger_rows(store, SQL_IMPORT_REASON_LIST, import, &h, err);
        if (!rc)
            rc = digest_ledger_rows(store, SQL_IMPORT_REFUSED_LIST, import, &h, err);
        if (rc)
            break;
    }
    market__db_give(s);
    if (rc != APUS_DONE)
        return rc;
    *out = h;
    return APUS_OK;
}
