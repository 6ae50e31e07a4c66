/* A service on a loop, with one pipe to it, in pieces that a test may refuse memory to. */
#ifndef APUS_TESTS_PIPED_H
#define APUS_TESTS_PIPED_H

#include "apus/http.h"
#include "apus/loop.h"
#include "apus/main.h"
#include "apus/value.h"
#include "tables.h"

struct bench {
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    apus_buf out;
    apus_http_pipe *pipe;
};

static inline void start(struct bench *b, const apus_app *app)
{
    apus_err err = { 0 };
    *b = (struct bench){ .out = apus_buf_with(&apus_alloc_libc) };
    if (apus_loop_create(&b->loop, &err) || apus_service_create(app, b->loop, &b->service, &err) ||
        apus_http_server_create(b->loop, NULL, apus_service_handle, b->service, &b->server, &err))
        fail_msg("%s", err.msg);
}

static inline void turn(struct bench *b)
{
    for (int i = 0; i < 8; i++)
        apus_loop_turn(b->loop, 0);
}

/* The same, for as long as an answer may still come from a thread. */
static inline void turn_until_answered(struct bench *b)
{
    turn(b);
    for (int i = 0; i < 1000 && b->out.len == 0 && !apus_http_pipe_is_closed(b->pipe); i++)
        apus_loop_turn(b->loop, APUS_MILLISECOND);
    turn(b);
}

static inline void stop(struct bench *b)
{
    if (b->pipe)
        apus_http_pipe_close(b->pipe);
    turn(b);
    apus_http_server_destroy(b->server);
    turn(b);
    apus_service_destroy(b->service);
    apus_loop_destroy(b->loop);
    apus_buf_finish(&b->out);
}

#endif
