#include <apus/apus.h>

#include <sqlite3.h>

/// Notes in a database.
App(notebook, title = "Notebook", version = "1.0.0");

/// Where the notes are.
typedef struct settings {
    apus_str database Field(default = "notes.db");
} settings;

Settings(settings, .prefix = "NOTEBOOK_");

static void close_database(void *db)
{
    sqlite3_close(db);
}

/* One connection for each worker: it is used by one fiber at a time, and kept across no wait. */
sqlite3 *open_database(apus_worker *w, const settings *s Depends(read_settings))
{
    static const char begin[] = "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL;"
                                "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY,"
                                " text TEXT NOT NULL, color TEXT)";
    sqlite3 *db = NULL;
    if (sqlite3_open(s->database.ptr, &db) || sqlite3_exec(db, begin, NULL, NULL, NULL))
        apus_worker_fail(w, "%s: %s", s->database.ptr, sqlite3_errmsg(db));
    apus_worker_defer(w, close_database, db);
    return db;
}

/* --- statements --- */

static void finalize(void *statement)
{
    sqlite3_finalize(statement);
}

/* A statement of this request. */
static sqlite3_stmt *prepare(apus_req *req, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL))
        apus_abort(req, 500, NULL, "%s", sqlite3_errmsg(db));
    apus_defer(req, finalize, s);
    return s;
}

/* Whether there is another row. */
static bool step(apus_req *req, sqlite3_stmt *s)
{
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        apus_abort(req, 503, NULL, "%s", sqlite3_errmsg(sqlite3_db_handle(s)));
    return rc == SQLITE_ROW;
}

static void bind_text(sqlite3_stmt *s, int at, const apus_str *text)
{
    if (text)
        sqlite3_bind_text(s, at, text->ptr, (int)text->len, SQLITE_TRANSIENT);
}

/* A column's text is the statement's: copied, or NULL. */
static apus_str *text_at(apus_req *req, sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    return text ? apus_some(req, apus_str, apus_strdup(req, apus_str_of(text))) : NULL;
}

/* --- models and routes --- */

/// What a client writes.
typedef struct new_note {
    apus_str text Field(min_length = 1, max_length = 500);
    apus_str *color Field(one_of = [ "yellow", "green" ]);
} new_note;

/// A note as it is kept.
typedef struct note {
    int64_t id;
    new_note said Flatten();
} note;
List(note);

static note read_row(apus_req *req, sqlite3_stmt *s)
{
    return (note){ sqlite3_column_int64(s, 0), { *text_at(req, s, 1), text_at(req, s, 2) } };
}

/// Writes a note.
Post("/notes", status = 201)
note *add_note(apus_req *req, const new_note *body, sqlite3 *db Depends(open_database))
{
    sqlite3_stmt *s = prepare(req, db, "INSERT INTO notes (text, color) VALUES (?, ?)");
    bind_text(s, 1, &body->text);
    bind_text(s, 2, body->color);
    step(req, s);
    return apus_some(req, note, { sqlite3_last_insert_rowid(db), *body });
}

/// Reads them, a page at a time.
Get("/notes")
note_list list_notes(apus_req *req, sqlite3 *db Depends(open_database),
                     int offset Query(default = 0, ge = 0),
                     int limit Query(default = 100, ge = 1, le = 100))
{
    sqlite3_stmt *s = prepare(req, db, "SELECT id, text, color FROM notes LIMIT ? OFFSET ?");
    sqlite3_bind_int(s, 1, limit);
    sqlite3_bind_int(s, 2, offset);
    note_list out = { apus_new_n(req, note, (size_t)limit), 0 };
    while (step(req, s))
        out.ptr[out.len++] = read_row(req, s);
    return out;
}

/// Reads one.
Get("/notes/{id}")
note *read_note(apus_req *req, int64_t id, sqlite3 *db Depends(open_database))
{
    sqlite3_stmt *s = prepare(req, db, "SELECT id, text, color FROM notes WHERE id = ?");
    sqlite3_bind_int64(s, 1, id);
    if (!step(req, s))
        return apus_fail(req, 404, "unknown_note", "there is no note %lld", (long long)id);
    return apus_some(req, note, read_row(req, s));
}

/// Throws one away.
Delete("/notes/{id}", status = 204)
void remove_note(apus_req *req, int64_t id, sqlite3 *db Depends(open_database))
{
    sqlite3_stmt *s = prepare(req, db, "DELETE FROM notes WHERE id = ?");
    sqlite3_bind_int64(s, 1, id);
    step(req, s);
    if (!sqlite3_changes(db))
        apus_fail(req, 404, "unknown_note", "there is no note %lld", (long long)id);
}

/* --- tests --- */

static const settings *in_memory(apus_worker *w)
{
    settings *s = apus_worker_new(w, settings);
    s->database = APUS_STR(":memory:");
    return s;
}

Test(notes_are_kept_and_thrown_away)
{
    apus_test *t = apus_test_start(&notebook_app);
    apus_override(t, read_settings, in_memory);
    apus_answer a =
        apus_test_post(t, "/notes", APUS_JSON({ "text" : "buy milk", "color" : "green" }));
    apus_expect_status(a, 201);
    apus_expect_json(a, "$", APUS_JSON({ "id" : 1, "text" : "buy milk", "color" : "green" }));
    apus_test_post(t, "/notes", APUS_JSON({ "text" : "sleep" }));
    a = apus_test_get(t, "/notes?offset=1");
    apus_expect_json(a, "$", APUS_JSON([ { "id" : 2, "text" : "sleep", "color" : null } ]));
    apus_expect_status(apus_test_delete(t, "/notes/2"), 204);
    apus_expect_status(apus_test_delete(t, "/notes/2"), 404);
    apus_expect_json(apus_test_get(t, "/notes/1"), "$.text", "\"buy milk\"");
    apus_expect_status(apus_test_get(t, "/notes/2"), 404);
    apus_test_stop(t);
}
