/* market/db.h - SQLite, as the store uses it.  Private to the store's own files.
 *
 * Every statement of the service stands in the table below, is prepared once per
 * connection and taken by name:
 *
 *     sqlite3_stmt *s = market__db_take(store, SQL_ASSET_FIND);
 *     sqlite3_bind_text(s, 1, ...);
 *     if (sqlite3_step(s) == SQLITE_ROW)
 *         ...
 *     market__db_give(s);
 *
 * market__db_take gives NULL when preparing failed; binding to and stepping NULL are
 * harmless in SQLite and end as SQLITE_MISUSE, so one check behind the step is enough. */
#ifndef MARKET_DB_H
#define MARKET_DB_H

#include <sqlite3.h>

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "market/store.h"

/* clang-format off */
#define MARKET_SQL_TABLE(X)                                                                        \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(ASSET_ADD, "INSERT INTO asset (symbol, base, quote, name, kind) VALUES (?1, ?2, ?3, ?4, ?5)" \
                 " ON CONFLICT (symbol) DO NOTHING")                                               \
    X(ASSET_FIND, "SELECT id, symbol, base, quote, name, kind FROM asset WHERE symbol = ?1")       \
    X(ASSET_LIST, "SELECT id, symbol, base, quote, name, kind FROM asset WHERE symbol > ?1"        \
                  " ORDER BY symbol LIMIT ?2")                                                     \
    X(ASSET_COUNT, "SELECT count(*) FROM asset")                                                   \
    X(SERIES_ADD, "INSERT INTO series (asset_id, interval_ms, source) VALUES (?1, ?2, ?3)"         \
                  " ON CONFLICT (asset_id, interval_ms, source) DO NOTHING")                       \
    X(SERIES_FIND, "SELECT id FROM series WHERE asset_id = ?1 AND interval_ms = ?2"                \
                   " AND source = ?3")                                                             \
    X(SERIES_LIST, "SELECT id, asset_id, interval_ms, source, first_ms, last_ms, bars, gaps,"      \
                   " missing FROM series WHERE asset_id = ?1 AND bars > 0"                         \
                   " ORDER BY interval_ms, source")                                                \
    X(SERIES_GET, "SELECT first_ms, last_ms, bars, gaps, missing FROM series WHERE id = ?1")       \
    X(SERIES_SHAPE, "SELECT id & 4294967295, substr(data, 1, 80) FROM block"                       \
                    " WHERE id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY id")          \
    X(SERIES_SET, "UPDATE series SET first_ms = ?2, last_ms = ?3, bars = ?4, gaps = ?5,"           \
                  " missing = ?6 WHERE id = ?1 AND (first_ms, last_ms, bars, gaps, missing)"       \
                  " IS NOT (?2, ?3, ?4, ?5, ?6)")                                                  \
    X(TOTALS, "SELECT count(*), coalesce(sum(bars), 0) FROM series WHERE bars > 0")                \
    X(BLOCK_GET, "SELECT data FROM block WHERE id = (?1 << 32) + ?2")                              \
    X(BLOCK_SET, "INSERT INTO block (id, data) VALUES ((?1 << 32) + ?2, ?3)"                       \
                 " ON CONFLICT (id) DO UPDATE SET data = excluded.data")                           \
    X(BLOCK_RANGE, "SELECT id & 4294967295, data FROM block"                                       \
                   " WHERE id BETWEEN (?1 << 32) + ?2 AND (?1 << 32) + ?3 ORDER BY id")            \
    X(BLOCK_LAST, "SELECT id & 4294967295, data FROM block"                                        \
                  " WHERE id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY id DESC"        \
                  " LIMIT 1")                                                                      \
    X(IMPORT_ADD, "INSERT INTO import (file_hash, file_size, source, interval_ms, quote)"          \
                  " VALUES (?1, ?2, ?3, ?4, ?5)"                                                   \
                  " ON CONFLICT (file_hash, file_size, source, interval_ms, quote) DO NOTHING")    \
    X(IMPORT_FIND, "SELECT id, done, at, line, rows, added, changed FROM import WHERE"             \
                   " file_hash = ?1 AND file_size = ?2 AND source = ?3 AND interval_ms = ?4"       \
                   " AND quote = ?5")                                                              \
    X(IMPORT_SET, "UPDATE import SET done = ?2, at = ?3, line = ?4, rows = ?5, added = ?6,"        \
                  " changed = ?7 WHERE id = ?1")                                                   \
    X(IMPORT_REASON_SET, "INSERT INTO import_reason (import_id, reason, rows) VALUES (?1, ?2, ?3)" \
                         " ON CONFLICT (import_id, reason) DO UPDATE SET rows = excluded.rows")    \
    X(IMPORT_REASON_LIST, "SELECT reason, rows FROM import_reason WHERE import_id = ?1")           \
    X(IMPORT_REFUSED_ADD, "INSERT INTO import_refused (import_id, line, reason) VALUES"            \
                          " (?1, ?2, ?3) ON CONFLICT (import_id, line) DO NOTHING")                \
    X(IMPORT_REFUSED_LIST, "SELECT line, reason FROM import_refused WHERE import_id = ?1"          \
                           " ORDER BY line")                                                       \
    X(IMPORT_SERIES_SET, "INSERT INTO import_series (import_id, symbol, series_id, last_ms)"       \
                         " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (import_id, symbol)"                \
                         " DO UPDATE SET last_ms = excluded.last_ms")                              \
    X(IMPORT_SERIES_LIST, "SELECT symbol, series_id, last_ms FROM import_series"                   \
                          " WHERE import_id = ?1")                                                 \
    X(DIGEST_SERIES, "SELECT s.id, a.symbol || ' ' || a.base || ' ' || a.quote || ' ' || a.name"   \
                     " || ' ' || a.kind || ' ' || s.interval_ms || ' ' || s.source || ' ' ||"      \
                     " s.first_ms || ' ' || s.last_ms || ' ' || s.bars || ' ' || s.gaps || ' ' ||" \
                     " s.missing, s.interval_ms FROM series s JOIN asset a ON a.id = s.asset_id"                 \
                     " ORDER BY a.symbol, s.interval_ms, s.source")                                \
    X(DIGEST_IMPORT, "SELECT id, file_hash || ' ' || file_size || ' ' || source || ' ' ||"         \
                     " interval_ms || ' ' || quote || ' ' || done || ' ' || at || ' ' || line ||"  \
                     " ' ' || rows || ' ' || added || ' ' || changed FROM import"                  \
                     " ORDER BY file_hash, source, interval_ms, quote")
/* clang-format on */

enum market__sql {
#define X(name, text) SQL_##name,
    MARKET_SQL_TABLE(X)
#undef X
        SQL_COUNT
};

struct market_store {
    sqlite3 *db;
    apus_str path; /* in arena */
    apus_arena arena;
    sqlite3_stmt *statements[SQL_COUNT];
    struct market_block *scratch; /* one block for whoever reads or merges; never across calls */
    unsigned char *packed;        /* MARKET_BLOCK_MAX bytes, likewise */
};

/* The statement, ready to bind; NULL if it cannot be prepared. */
sqlite3_stmt *market__db_take(market_store *store, enum market__sql which);

/* Resets it and forgets what was bound. */
void market__db_give(sqlite3_stmt *s);

/* Steps a statement that returns no rows, and gives it back. */
apus_rc market__db_run(market_store *store, sqlite3_stmt *s, apus_err *err) APUS_NODISCARD;

/* What SQLite last complained of, as our error: APUS_LIMIT where the disk (or the store's
 * limit) is full, APUS_BUSY where another writer held the lock too long. */
apus_rc market__db_fail(market_store *store, apus_err *err);

/* SQLITE_ROW: APUS_OK.  SQLITE_DONE: APUS_DONE.  Else as market__db_fail. */
apus_rc market__db_step(market_store *store, sqlite3_stmt *s, apus_err *err) APUS_NODISCARD;

void market__db_bind_str(sqlite3_stmt *s, int at, apus_str text);

/* A column's text or bytes; valid until the next step. */
apus_str market__db_str(sqlite3_stmt *s, int column);
apus_bytes market__db_bytes(sqlite3_stmt *s, int column);

/* A column's text in the arena, NUL-terminated; .ptr is NULL if there is no room. */
apus_str market__db_keep(sqlite3_stmt *s, int column, apus_arena *a);

#endif
