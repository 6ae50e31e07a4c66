/* A WebSocket whose upgrade waits for the answers of requests before it on its connection, and
 * the fibers of its handler meanwhile. */
#include "tables.h"

#include <apus/fiber.h>
#include <apus/ws.h>

#include "piped.h"

static apus_fiber *sleeper; /* of GET /slow, until it is told to answer */
static bool may_answer;

static void slow(apus_req *req)
{
    (void)req;
    sleeper = apus_fiber_self();
    while (!may_answer && !apus_fiber_park(APUS_NEVER))
        ;
    sleeper = NULL;
}

static void slow_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn, (void)args, (void)result;
    slow(req);
}

/* --- handlers whose children are there before the client is --- */

static bool sent, received;

static void say(apus_req *child, void *ws)
{
    (void)child;
    sent = apus_ws_send_text(ws, APUS_STR("child"));
}

static void hear(apus_req *child, void *ws)
{
    apus_str text;
    (void)child;
    received = apus_ws_recv_text(ws, &text) && apus_str_eq(text, APUS_STR("hi"));
}

static void leave(apus_req *child, void *ws)
{
    (void)child;
    apus_ws_close(ws, 4001, "enough");
}

/* All of them use the socket as soon as they are there. */
static void both(apus_req *req, apus_ws *ws)
{
    apus_spawn(req, hear, ws);
    apus_spawn(req, say, ws);
    apus_ws_send_text(ws, APUS_STR("parent"));
    apus_join(req);
}

static void closing(apus_req *req, apus_ws *ws)
{
    apus_str text;
    apus_spawn(req, say, ws);
    apus_spawn(req, leave, ws);
    while (apus_ws_recv_text(ws, &text))
        ;
}

/* The child that began to upgrade ends with its parent, before its turn comes. */
static void leaving(apus_req *req, apus_ws *ws)
{
    apus_spawn(req, say, ws);
}

static void ws_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args, (void)result;
    ((void (*)(apus_req *, apus_ws *))fn)(req, apus_req_ws(req));
}

static const apus_ws_options options = { 0 };

#define SOCKET(path_, fn_)                                                                         \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = ws_call, .status = 200, .ws = &options                       \
    }

static const apus_route routes[] = {
    { .method = APUS_METHOD_GET, .path = APUS_STR_INIT("/slow"), FN(slow), .status = 204 },
    SOCKET("/both", both),
    SOCKET("/closing", closing),
    SOCKET("/leaving", leaving),
};
APP(app, routes, .n_slots = 0);

/* --- the client --- */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define UPGRADE(path)                                                                              \
    "GET " path " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"            \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

static void open_behind_slow(struct bench *b, apus_str upgrade)
{
    may_answer = sent = received = false;
    start(b, &app);
    assert_int_equal(apus_http_pipe_open(b->server, &b->out, &b->pipe), APUS_OK);
    assert_int_equal(apus_http_pipe_send(b->pipe, APUS_STR(GET("/slow"))), APUS_OK);
    assert_int_equal(apus_http_pipe_send(b->pipe, upgrade), APUS_OK);
    turn(b);
    assert_int_equal(b->out.len, 0);
}

static void let_slow_answer(struct bench *b)
{
    may_answer = true;
    apus_fiber_wake(sleeper);
    turn(b);
}

/* Where bytes begin in what came; fails the test when they did not. */
static const char *came(const struct bench *b, apus_str bytes)
{
    const char *at = b->out.len ? memmem(b->out.ptr, b->out.len, bytes.ptr, bytes.len) : NULL;
    if (!at)
        fail_msg("%.*s did not come, but: %.*s", APUS_FMT(bytes), (int)b->out.len, b->out.ptr);
    return at;
}

static void expect_end(struct bench *b)
{
    apus_http_pipe_send(b->pipe, APUS_STR("\x88\x82\0\0\0\0\x03\xe8"));
    turn(b);
    assert_true(apus_http_pipe_is_closed(b->pipe));
    assert_int_equal(apus_fiber_count(b->loop), 0);
    stop(b);
}

static void every_fiber_waits_for_the_turn(void **state)
{
    struct bench b;
    (void)state;
    open_behind_slow(&b, APUS_STR(UPGRADE("/both")));
    let_slow_answer(&b);
    const char *first = came(&b, APUS_STR("HTTP/1.1 204 "));
    const char *upgraded = came(&b, APUS_STR("HTTP/1.1 101 "));
    assert_true(first < upgraded);
    assert_true(upgraded < came(&b, APUS_STR("\x81\x05"
                                             "child")));
    assert_true(upgraded < came(&b, APUS_STR("\x81\x06"
                                             "parent")));
    assert_true(sent);
    apus_http_pipe_send(b.pipe, APUS_STR("\x81\x82\0\0\0\0hi"));
    turn(&b);
    assert_true(received);
    came(&b, APUS_STR("\x88\x02\x03\xe8"));
    expect_end(&b);
}

static void closing_waits_for_the_turn(void **state)
{
    struct bench b;
    (void)state;
    open_behind_slow(&b, APUS_STR(UPGRADE("/closing")));
    let_slow_answer(&b);
    assert_true(came(&b, APUS_STR("HTTP/1.1 101 ")) < came(&b, APUS_STR("\x88\x08\x0f\xa1"
                                                                        "enough")));
    expect_end(&b);
}

static void who_was_to_upgrade_may_end(void **state)
{
    struct bench b;
    (void)state;
    open_behind_slow(&b, APUS_STR(UPGRADE("/leaving")));
    let_slow_answer(&b);
    assert_false(sent);
    assert_true(came(&b, APUS_STR("HTTP/1.1 101 ")) < came(&b, APUS_STR("\x88\x02\x03\xe8")));
    expect_end(&b);
}

/* The client goes while they wait: all of them end. */
static void a_client_that_goes_ends_the_wait(void **state)
{
    struct bench b;
    (void)state;
    open_behind_slow(&b, APUS_STR(UPGRADE("/both")));
    apus_http_pipe_close(b.pipe);
    b.pipe = NULL;
    turn(&b);
    assert_int_equal(apus_fiber_count(b.loop), 0);
    assert_false(sent || received);
    stop(&b);
}

/* What is said before the upgrade is answered is no WebSocket: all fibers are told. */
static void a_request_behind_it_refuses_it(void **state)
{
    struct bench b;
    (void)state;
    open_behind_slow(&b, APUS_STR(UPGRADE("/both") GET("/nowhere")));
    let_slow_answer(&b);
    assert_true(came(&b, APUS_STR("HTTP/1.1 400 ")) < came(&b, APUS_STR("HTTP/1.1 404 ")));
    assert_false(sent || received);
    assert_int_equal(apus_fiber_count(b.loop), 0);
    stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fiber_waits_for_the_turn),
        cmocka_unit_test(closing_waits_for_the_turn),
        cmocka_unit_test(who_was_to_upgrade_may_end),
        cmocka_unit_test(a_client_that_goes_ends_the_wait),
        cmocka_unit_test(a_request_behind_it_refuses_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
