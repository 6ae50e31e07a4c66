/* Items, each seen and changed by its owner only. */
#include "accounts.h"

Router(items, prefix = "/items", tags = ["items"]);

/// What a client writes.
typedef struct new_item {
    apus_str title Field(min_length = 1, max_length = 200);
    apus_str description Field(default = "", max_length = 4000);
} new_item;

/// An item as it is kept.
typedef struct item {
    int64_t id;
    new_item said Flatten();
} item;
List(item);

static item row_of(apus_req *req, sqlite3_stmt *statement)
{
    return (item){ sqlite3_column_int64(statement, 0),
                   { text_at(req, statement, 1), text_at(req, statement, 2) } };
}

/* One of theirs.  Another's is not there: 404 tells nothing. */
static item *find_item(apus_req *req, sqlite3 *db, const user *who, int64_t id)
{
    sqlite3_stmt *statement =
        prepare(req, db, "SELECT id, title, description FROM items WHERE id = ? AND owner = ?");
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, who->id);
    if (!step(req, statement))
        return apus_fail(req, 404, "unknown_item", "you have no such item");
    return apus_some(req, item, row_of(req, statement));
}

/// Adds one.
Post("", status = 201)
item *add_item(apus_req *req, const new_item *body, const user *who Depends(current_user),
               sqlite3 *db Depends(open_database))
{
    sqlite3_stmt *insert =
        prepare(req, db, "INSERT INTO items (title, description, owner) VALUES (?, ?, ?)");
    bind_text(insert, 1, body->title);
    bind_text(insert, 2, body->description);
    sqlite3_bind_int64(insert, 3, who->id);
    step(req, insert);
    return apus_some(req, item, { sqlite3_last_insert_rowid(db), *body });
}

/// Lists yours, a page at a time.
Get("")
item_list list_items(apus_req *req, const user *who Depends(current_user),
                     sqlite3 *db Depends(open_database), int offset Query(default = 0, ge = 0),
                     int limit Query(default = 100, ge = 1, le = 100))
{
    sqlite3_stmt *statement = prepare(req, db,
                                      "SELECT id, title, description FROM items WHERE owner = ?"
                                      " ORDER BY id LIMIT ? OFFSET ?");
    sqlite3_bind_int64(statement, 1, who->id);
    sqlite3_bind_int(statement, 2, limit);
    sqlite3_bind_int(statement, 3, offset);
    item_list out = { apus_new_n(req, item, (size_t)limit), 0 };
    while (step(req, statement))
        out.ptr[out.len++] = row_of(req, statement);
    return out;
}

/// Reads one.
Get("/{id}", responses = { 404 : "You have no such item." })
item *read_item(apus_req *req, int64_t id, const user *who Depends(current_user),
                sqlite3 *db Depends(open_database))
{
    return find_item(req, db, who, id);
}

/// Changes what is sent, and leaves the rest.
Patch("/{id}", responses = { 404 : "You have no such item." })
item *change_item(apus_req *req, int64_t id, const new_item *body Body(partial),
                  const user *who Depends(current_user), sqlite3 *db Depends(open_database))
{
    item *stored = find_item(req, db, who, id);
    if (!stored)
        return NULL;
    stored->said = *apus_merge(req, new_item, &stored->said, body);
    sqlite3_stmt *update =
        prepare(req, db, "UPDATE items SET title = ?, description = ? WHERE id = ?");
    bind_text(update, 1, stored->said.title);
    bind_text(update, 2, stored->said.description);
    sqlite3_bind_int64(update, 3, id);
    step(req, update);
    return stored;
}

/// Throws one away.
Delete("/{id}", status = 204, responses = { 404 : "You have no such item." })
void remove_item(apus_req *req, int64_t id, const user *who Depends(current_user),
                 sqlite3 *db Depends(open_database))
{
    sqlite3_stmt *statement = prepare(req, db, "DELETE FROM items WHERE id = ? AND owner = ?");
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, who->id);
    step(req, statement);
    if (!sqlite3_changes(db))
        apus_fail(req, 404, "unknown_item", "you have no such item");
}
