#include "dependencies.h"

#include <stdio.h>

void check_token_header(apus_req *req, apus_str x_token Header())
{
    if (!apus_str_eq(x_token, APUS_STR("chisel")))
        apus_fail(req, 400, NULL, "this is no key of the workshop");
}

void check_query_token(apus_req *req, apus_str token Query())
{
    if (!apus_str_eq(token, APUS_STR("visitor")))
        apus_fail(req, 400, NULL, "the token opens nothing");
}

static void commit(apus_req *req, void *arg)
{
    session *s = arg;
    s->is_committed = !apus_failed(req);
}

static void close_session(void *arg)
{
    session *s = arg;
    fprintf(stderr, "session closed: %d statements, %s\n", s->statements,
            s->is_committed ? "committed" : "rolled back");
}

session *open_session(apus_req *req)
{
    session *s = apus_new(req, session);
    apus_finally(req, commit, s);
    apus_defer(req, close_session, s);
    return s;
}
