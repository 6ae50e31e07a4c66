#pragma once
#include <apus/apus.h>

/* Who calls must know both. */
void check_token_header(apus_req *req, apus_str x_token Header());
void check_query_token(apus_req *req, apus_str token Query());

/* A session of the database, for the length of a request. */
typedef struct session {
    int statements;
    bool is_committed;
} session;

session *open_session(apus_req *req);

/// Something to say.
typedef struct message {
    apus_str message;
} message;
