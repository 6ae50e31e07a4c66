#include "database.h"

static const char tables[] =
    "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
    "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, password TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, title TEXT NOT NULL,"
    " description TEXT NOT NULL, owner INTEGER NOT NULL REFERENCES users ON DELETE CASCADE);"
    "CREATE INDEX IF NOT EXISTS items_by_owner ON items (owner)";

static void close_database(void *db)
{
    sqlite3_close(db);
}

sqlite3 *open_database(apus_worker *w, const settings *s Depends(read_settings))
{
    sqlite3 *db = NULL;
    if (sqlite3_open(s->database.ptr, &db) || sqlite3_exec(db, tables, NULL, NULL, NULL))
        apus_worker_fail(w, "%s: %s", s->database.ptr, sqlite3_errmsg(db));
    apus_worker_defer(w, close_database, db);
    return db;
}

static void finalize(void *statement)
{
    sqlite3_finalize(statement);
}

sqlite3_stmt *prepare(apus_req *req, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL))
        apus_abort(req, 500, NULL, "%s", sqlite3_errmsg(db));
    apus_defer(req, finalize, statement);
    return statement;
}

bool step(apus_req *req, sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        apus_abort(req, 503, NULL, "%s", sqlite3_errmsg(sqlite3_db_handle(statement)));
    return rc == SQLITE_ROW;
}

bool step_unless_taken(apus_req *req, sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_CONSTRAINT)
        return false;
    if (rc != SQLITE_DONE)
        apus_abort(req, 503, NULL, "%s", sqlite3_errmsg(sqlite3_db_handle(statement)));
    return true;
}

void bind_text(sqlite3_stmt *statement, int at, apus_str text)
{
    sqlite3_bind_text(statement, at, text.ptr, (int)text.len, SQLITE_TRANSIENT);
}

apus_str text_at(apus_req *req, sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? apus_strdup(req, apus_str_of(text)) : APUS_STR("");
}
