#pragma once
#include <apus/apus.h>
#include <sqlite3.h>

#include "settings.h"

/* The worker's connection, with the tables made.  It is used by one fiber at a time: keep no
 * statement open across what waits. */
sqlite3 *open_database(apus_worker *w, const settings *s Depends(read_settings));

/* A statement of this request; what goes wrong ends the request. */
sqlite3_stmt *prepare(apus_req *req, sqlite3 *db, const char *sql);

/* Whether there is another row; what goes wrong ends the request. */
bool step(apus_req *req, sqlite3_stmt *statement);

/* As step, for statements that change something: false where a row like it is there already. */
bool step_unless_taken(apus_req *req, sqlite3_stmt *statement);

void bind_text(sqlite3_stmt *statement, int at, apus_str text);

/* A column's text in the request's memory; empty for NULL. */
apus_str text_at(apus_req *req, sqlite3_stmt *statement, int column);
