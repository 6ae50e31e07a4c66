#include "market/db.h"

static const char *const texts[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = (text),
    MARKET_SQL_TABLE(X)
#undef X
};

sqlite3_stmt *market__db_take(market_store *store, enum market__sql which)
{
    sqlite3_stmt **s = &store->statements[which];
    if (!*s && sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL))
        return NULL;
    return *s;
}

void market__db_give(sqlite3_stmt *s)
{
    if (!s)
        return;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
}

apus_rc market__db_fail(market_store *store, apus_err *err)
{
    const char *path = store->path.ptr, *why = sqlite3_errmsg(store->db);
    switch (sqlite3_errcode(store->db) & 0xff) {
    case SQLITE_FULL:
        return apus_err_set(err, APUS_LIMIT, "%s: no room left (%s)", path, why);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return apus_err_set(err, APUS_BUSY, "%s: another program is writing (%s)", path, why);
    case SQLITE_NOMEM:
        return apus_err_set(err, APUS_NOMEM, "%s: %s", path, why);
    case SQLITE_NOTADB:
        return apus_err_set(err, APUS_SYNTAX, "%s: not a market store (%s)", path, why);
    default:
        return apus_err_set(err, APUS_IO, "%s: %s", path, why);
    }
}

apus_rc market__db_step(market_store *store, sqlite3_stmt *s, apus_err *err)
{
    switch (sqlite3_step(s)) {
    case SQLITE_ROW:
        return APUS_OK;
    case SQLITE_DONE:
        return APUS_DONE;
    default:
        return market__db_fail(store, err);
    }
}

apus_rc market__db_run(market_store *store, sqlite3_stmt *s, apus_err *err)
{
    apus_rc rc = market__db_step(store, s, err);
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

void market__db_bind_str(sqlite3_stmt *s, int at, apus_str text)
{
    sqlite3_bind_text64(s, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

apus_str market__db_str(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    return text ? (apus_str){ text, (size_t)sqlite3_column_bytes(s, column) } : APUS_STR("");
}

apus_bytes market__db_bytes(sqlite3_stmt *s, int column)
{
    const void *ptr = sqlite3_column_blob(s, column);
    return (apus_bytes){ ptr, ptr ? (size_t)sqlite3_column_bytes(s, column) : 0 };
}

apus_str market__db_keep(sqlite3_stmt *s, int column, apus_arena *a)
{
    return apus_arena_str(a, market__db_str(s, column));
}
