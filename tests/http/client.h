/* A server with a handler that does what the path says, and one client on a pipe.
 *
 *     /ok        200 OK
 *     /echo      the body
 *     /slow      waits until release(); 200 OK, or notes that it was cancelled
 *     /big       BIG bytes, lent
 *     /silent    returns without an answer
 *     /empty     204
 *     /same      304
 *     /flush     answers, waits until that has left, notes it
 *     /early     waits for an answer that it has not given, then gives it
 *     /odd       an answer with a status that is none
 *     /end       answers, then ends at some depth
 *
 * Time stands still but for turn_for: what a test is slow at on a busy machine costs it none. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/value.h"

enum { BIG = 300000, WAITERS_MAX = 128 };

static int64_t client_time = APUS_SECOND;

/* In place of src/sys/clock.c, which is not linked then. */
int64_t apus_clock_now(void)
{
    return client_time;
}

int64_t apus_clock_wall(void)
{
    return INT64_C(1700000000) * APUS_SECOND + client_time;
}

struct client {
    apus_loop *loop;
    apus_http_server *server;
    apus_http_pipe *pipe;
    apus_buf out;
    char *big;
    apus_fiber *waiters[WAITERS_MAX];
    int n_waiters, n_calls, n_cancelled, n_flushed, n_deferred;
    bool released, drained;
    apus_rc reply_rc;                                /* of the last answer */
    void (*own)(struct client *t, apus_exchange *x); /* handles instead, if it is set */
};

static inline apus_http_reply text_reply(uint16_t status, apus_str body)
{
    return (
        apus_http_reply){ .status = status, .content_type = APUS_STR("text/plain"), .body = body };
}

static inline void note_deferred(void *ctx)
{
    ((struct client *)ctx)->n_deferred++;
}

static inline void wait_for_release(struct client *t)
{
    apus_rc rc = APUS_OK;
    assert_true(t->n_waiters < WAITERS_MAX);
    t->waiters[t->n_waiters++] = apus_fiber_self();
    while (!t->released && !rc)
        rc = apus_fiber_park(APUS_NEVER);
    t->n_cancelled += rc == APUS_CANCELLED;
}

static inline void handle(void *ctx, apus_exchange *x)
{
    struct client *t = ctx;
    apus_str path = x->request.path;
    apus_http_reply r = text_reply(200, APUS_STR("OK"));
    t->n_calls++;
    assert_int_equal(apus_arena_defer(&x->arena, note_deferred, t), APUS_OK);
    if (t->own) {
        t->own(t, x);
        return;
    }
    if (apus_str_eq(path, APUS_STR("/echo")))
        r.body = x->request.body;
    else if (apus_str_eq(path, APUS_STR("/slow")))
        wait_for_release(t);
    else if (apus_str_eq(path, APUS_STR("/big")))
        r.body = (apus_str){ t->big, BIG };
    else if (apus_str_eq(path, APUS_STR("/empty")))
        r = (apus_http_reply){ .status = 204, .headers = APUS_STR("X-A: b\r\n") };
    else if (apus_str_eq(path, APUS_STR("/same")))
        r.status = 304;
    else if (apus_str_eq(path, APUS_STR("/silent")))
        return;
    else if (apus_str_eq(path, APUS_STR("/early")))
        apus_exchange_flush(x);
    else if (apus_str_eq(path, APUS_STR("/odd")))
        r.status = 199;
    t->reply_rc = apus_exchange_reply(x, &r);
    if (apus_str_eq(path, APUS_STR("/end")))
        apus_exchange_end(x);
    if (apus_str_eq(path, APUS_STR("/flush"))) {
        apus_exchange_flush(x);
        t->n_flushed++;
    }
}

static inline void release(struct client *t)
{
    t->released = true;
    for (int i = 0; i < t->n_waiters; i++)
        apus_fiber_wake(t->waiters[i]);
    apus_loop_turn(t->loop, 0);
}

static inline void turn_for(struct client *t, int64_t ns)
{
    for (int64_t end = client_time + ns; client_time < end; client_time += APUS_MILLISECOND)
        apus_loop_turn(t->loop, 0);
    apus_loop_turn(t->loop, 0);
}

static inline struct client *client_open(const apus_http_limits *limits)
{
    struct client *t = calloc(1, sizeof(*t));
    assert_non_null(t);
    t->big = malloc(BIG);
    assert_non_null(t->big);
    memset(t->big, 'b', BIG);
    t->out = apus_buf_with(&apus_alloc_libc);
    assert_int_equal(apus_loop_create(&t->loop, NULL), APUS_OK);
    assert_int_equal(apus_http_server_create(t->loop, limits, handle, t, &t->server, NULL),
                     APUS_OK);
    assert_int_equal(apus_http_pipe_open(t->server, &t->out, &t->pipe), APUS_OK);
    return t;
}

static inline void client_close(struct client *t)
{
    apus_http_pipe_close(t->pipe);
    apus_http_server_destroy(t->server);
    apus_loop_turn(t->loop, 0);
    apus_loop_destroy(t->loop);
    apus_buf_finish(&t->out);
    free(t->big);
    free(t);
}

/* What has come, without the Date lines, which are not for comparing; and forgets it. */
static inline char *received(struct client *t)
{
    static char text[1 << 19];
    size_t n = 0;
    for (size_t i = 0; i < t->out.len && n < sizeof(text) - 1;) {
        if (t->out.len - i >= 37 && memcmp(t->out.ptr + i, "Date: ", 6) == 0)
            i += 37;
        else
            text[n++] = t->out.ptr[i++];
    }
    text[n] = '\0';
    apus_buf_clear(&t->out);
    return text;
}

static inline void send_text(struct client *t, const char *text)
{
    (void)apus_http_pipe_send(t->pipe, apus_str_of(text));
}

/* How often `what` stands in `text`. */
static inline int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

#define EXPECT(t, text)        assert_string_equal(received(t), (text))
#define EXPECT_STATUS(t, code) assert_int_equal(atoi(received(t) + sizeof("HTTP/1.1")), (code))
#define OK_TEXT(body, length)                                                                      \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " #length "\r\n\r\n" body
#define OK OK_TEXT("OK", 2)
#define OK_CLOSE                                                                                   \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n"    \
    "\r\nOK"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

#endif
