/* docs_src/sql_databases/tutorial001. */
#include <apus/apus.h>
#include <sqlite3.h>

App(sql1, title = "FastAPI", version = "0.1.0");

typedef struct sql1_hero {
    int64_t *id;
    apus_str name;
    int64_t *age;
    apus_str secret_name;
} Name("Hero") sql1_hero;
List(sql1_hero);

/* --- the connection: one per worker --- */

static void close_database(void *db)
{
    sqlite3_close(db);
}

sqlite3 *sql1_open(apus_worker *w)
{
    static const char create[] = "CREATE TABLE hero (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                                 "age INTEGER, secret_name TEXT NOT NULL)";
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) || sqlite3_exec(db, create, NULL, NULL, NULL))
        apus_worker_fail(w, "no database: %s", sqlite3_errmsg(db));
    apus_worker_defer(w, close_database, db);
    return db;
}

/* --- statements --- */

static void finish_statement(void *statement)
{
    sqlite3_finalize(statement);
}

static sqlite3_stmt *prepare(apus_req *req, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL))
        apus_abort(req, 500, NULL, "%s", sqlite3_errmsg(db));
    apus_defer(req, finish_statement, s);
    return s;
}

static bool step(apus_req *req, sqlite3_stmt *s)
{
    int rc = sqlite3_step(s);
    if (rc == SQLITE_CONSTRAINT) /* the original lets it become a 500 */
        apus_abort(req, 400, NULL, "there is a hero with this id");
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        apus_abort(req, 500, NULL, "%s", sqlite3_errmsg(sqlite3_db_handle(s)));
    return rc == SQLITE_ROW;
}

static void bind_text(sqlite3_stmt *s, int at, apus_str text)
{
    sqlite3_bind_text(s, at, text.ptr, (int)text.len, SQLITE_TRANSIENT);
}

static void bind_number(sqlite3_stmt *s, int at, const int64_t *number)
{
    if (number)
        sqlite3_bind_int64(s, at, *number);
}

static int64_t *number_at(apus_req *req, sqlite3_stmt *s, int column)
{
    if (sqlite3_column_type(s, column) == SQLITE_NULL)
        return NULL;
    int64_t *n = apus_new(req, int64_t);
    *n = sqlite3_column_int64(s, column);
    return n;
}

static apus_str text_at(apus_req *req, sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    return apus_strdup(req, apus_str_of(text));
}

static void read_hero(apus_req *req, sqlite3_stmt *s, sql1_hero *out)
{
    out->id = number_at(req, s, 0);
    out->name = text_at(req, s, 1);
    out->age = number_at(req, s, 2);
    out->secret_name = text_at(req, s, 3);
}

/* --- writes wait for the disk, so they run on a pool thread --- */

typedef struct sql1_write {
    sqlite3 *db;
    sql1_hero *hero;
} sql1_write;

static void *insert_hero(apus_req *req, void *arg)
{
    const sql1_write *w = arg;
    sqlite3_stmt *s = prepare(req, w->db, "INSERT INTO hero VALUES (?, ?, ?, ?) RETURNING id");
    bind_number(s, 1, w->hero->id);
    bind_text(s, 2, w->hero->name);
    bind_number(s, 3, w->hero->age);
    bind_text(s, 4, w->hero->secret_name);
    if (step(req, s))
        w->hero->id = number_at(req, s, 0);
    step(req, s);
    return w->hero;
}

static void *delete_by_id(apus_req *req, void *arg)
{
    const sql1_write *w = arg;
    sqlite3_stmt *s = prepare(req, w->db, "DELETE FROM hero WHERE id = ?");
    bind_number(s, 1, w->hero->id);
    step(req, s);
    return w->hero;
}

/* --- routes --- */

Post("/heroes/", operation_id = "create_hero_heroes__post", summary = "Create Hero")
sql1_hero *sql1_create_hero(apus_req *req, const sql1_hero *hero, sqlite3 *db Depends(sql1_open))
{
    sql1_hero *kept = apus_new(req, sql1_hero);
    *kept = *hero;
    return apus_offload(req, insert_hero, &(sql1_write){ db, kept });
}

Get("/heroes/", operation_id = "read_heroes_heroes__get", summary = "Read Heroes")
sql1_hero_list sql1_read_heroes(apus_req *req, int offset Query(default = 0),
                                int limit Query(default = 100, le = 100),
                                sqlite3 *db Depends(sql1_open))
{
    sql1_hero_list out = { apus_new_n(req, sql1_hero, 100), 0 };
    sqlite3_stmt *s = prepare(req, db, "SELECT * FROM hero LIMIT ? OFFSET ?");
    sqlite3_bind_int(s, 1, limit < 0 ? 100 : limit);
    sqlite3_bind_int(s, 2, offset);
    while (step(req, s))
        read_hero(req, s, &out.ptr[out.len++]);
    return out;
}

static sql1_hero *find_hero(apus_req *req, sqlite3 *db, int64_t id)
{
    sqlite3_stmt *s = prepare(req, db, "SELECT * FROM hero WHERE id = ?");
    sqlite3_bind_int64(s, 1, id);
    if (!step(req, s))
        return apus_fail(req, 404, NULL, "Hero not found");
    sql1_hero *hero = apus_new(req, sql1_hero);
    read_hero(req, s, hero);
    return hero;
}

Get("/heroes/{hero_id}", operation_id = "read_hero_heroes__hero_id__get", summary = "Read Hero")
sql1_hero *sql1_read_hero(apus_req *req, int64_t hero_id, sqlite3 *db Depends(sql1_open))
{
    return find_hero(req, db, hero_id);
}

Delete("/heroes/{hero_id}", operation_id = "delete_hero_heroes__hero_id__delete",
       summary = "Delete Hero")
apus_json *sql1_delete_hero(apus_req *req, int64_t hero_id, sqlite3 *db Depends(sql1_open))
{
    sql1_hero *hero = find_hero(req, db, hero_id);
    if (!hero || !apus_offload(req, delete_by_id, &(sql1_write){ db, hero }))
        return NULL;
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "ok", apus_json_bool(a, true));
    return out;
}
