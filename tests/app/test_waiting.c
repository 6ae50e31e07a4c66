/* Waits that are cut short: the client leaves, the deadline passes, the server stops;
 * and a thread that works on meanwhile. */
#include "tables.h"

#include <stdatomic.h>
#include <time.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/main.h"

static char trace[256];

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
    strncat(trace, " ", sizeof(trace) - strlen(trace) - 1);
}

static void rollback(apus_req *req, void *arg)
{
    (void)arg;
    note(apus_failed(req) ? "failed" : "fine");
    note(apus_sleep(req, APUS_MILLISECOND) ? "cleaned" : "not-cleaned");
}

/* Releasing may wait as well. */
static void released(void *arg)
{
    if (apus_fiber_sleep(apus_clock_now() + APUS_MILLISECOND) != APUS_OK)
        note("not-slept");
    note(arg);
}

static char gone[] = "released";

static int64_t waits(apus_req *req)
{
    apus_defer(req, released, gone);
    apus_finally(req, rollback, NULL);
    note("begin");
    if (!apus_sleep(req, 600 * APUS_SECOND))
        note("cut");
    return 1;
}

static atomic_bool release;

static void *works(apus_req *req, void *arg)
{
    /* Uses the request's memory all the while. */
    for (int *p = apus_new(req, int); !atomic_load(&release); p = apus_new(req, int)) {
        *p = 1;
        nanosleep(&(struct timespec){ .tv_nsec = 1000 * 1000 }, NULL);
    }
    return arg;
}

static int64_t offloads(apus_req *req)
{
    apus_defer(req, released, gone);
    note(apus_offload(req, works, gone) ? "something" : "nothing");
    return 1;
}

static void slow_after(apus_req *req, void *arg)
{
    (void)arg;
    note(apus_sleep(req, 5 * APUS_MILLISECOND) ? "after" : "cut-after");
}

static int64_t leaves(apus_req *req)
{
    apus_after(req, slow_after, NULL);
    return 1;
}

static void slow_commit(apus_req *req, void *arg)
{
    (void)arg;
    note(apus_sleep(req, 700 * APUS_MILLISECOND) ? "committed" : "cut-commit");
}

static void *quick(apus_req *req, void *arg)
{
    (void)req;
    return arg;
}

static int64_t commits(apus_req *req)
{
    apus_finally(req, slow_commit, NULL);
    note(apus_offload(req, quick, gone) ? "something" : "nothing");
    return 1;
}

static void long_after(apus_req *req, void *arg)
{
    (void)arg;
    note(apus_sleep(req, 700 * APUS_MILLISECOND) ? "after" : "cut-after");
}

static int64_t leaves_much(apus_req *req)
{
    apus_after(req, long_after, NULL);
    return 1;
}

static void call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(int64_t *)result = ((int64_t(*)(apus_req *))fn)(req);
}

#define ROUTE(path_, fn_, ...)                                                                     \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = call, .result = &apus_type_int64,                            \
        .result_size = sizeof(int64_t), .status = 200, __VA_ARGS__                                 \
    }

static const apus_route routes[] = {
    ROUTE("/waits", waits, .timeout = 0),
    ROUTE("/offloads", offloads, .timeout = 30 * 1000 * 1000),
    ROUTE("/leaves", leaves, .timeout = 0),
    ROUTE("/commits", commits, .timeout = 500 * 1000 * 1000),
    ROUTE("/leaves-much", leaves_much, .timeout = 500 * 1000 * 1000),
};
APP(app, routes, .n_tests = 0);

struct bench {
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    apus_buf out;
    apus_http_pipe *pipe;
};

static void start(struct bench *b, const char *path)
{
    apus_err err = { 0 };
    char text[128];
    trace[0] = 0;
    *b = (struct bench){ .out = apus_buf_with(&apus_alloc_libc) };
    if (apus_loop_create(&b->loop, &err) || apus_service_create(&app, b->loop, &b->service, &err) ||
        apus_http_server_create(b->loop, NULL, apus_service_handle, b->service, &b->server, &err) ||
        apus_http_pipe_open(b->server, &b->out, &b->pipe))
        fail_msg("%s", err.msg);
    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nhost: x\r\n\r\n", path);
    apus_http_pipe_send(b->pipe, apus_str_of(text));
    for (int i = 0; i < 4; i++)
        apus_loop_turn(b->loop, 0);
}

static void stop(struct bench *b)
{
    if (b->pipe)
        apus_http_pipe_close(b->pipe);
    apus_http_server_destroy(b->server);
    for (int i = 0; i < 4; i++)
        apus_loop_turn(b->loop, 0);
    apus_service_destroy(b->service);
    apus_loop_destroy(b->loop);
    apus_buf_finish(&b->out);
}

static bool turn_until(struct bench *b, const char *word)
{
    int64_t until = apus_clock_now() + 20 * APUS_SECOND;
    while (!strstr(trace, word) && apus_clock_now() < until)
        apus_loop_turn(b->loop, APUS_MILLISECOND);
    return strstr(trace, word) != NULL;
}

static void a_client_that_leaves_ends_the_wait(void **state)
{
    (void)state;
    struct bench b;
    start(&b, "/waits");
    assert_string_equal(trace, "begin ");
    apus_http_pipe_close(b.pipe);
    b.pipe = NULL;
    assert_true(turn_until(&b, "released"));
    assert_string_equal(trace, "begin cut failed cleaned released ");
    assert_int_equal(b.out.len, 0);
    stop(&b);
}

static void a_server_that_ends_does_too(void **state)
{
    (void)state;
    struct bench b;
    start(&b, "/waits");
    apus_http_pipe_close(b.pipe);
    apus_http_server_destroy(b.server);
    b.pipe = NULL;
    b.server = NULL;
    assert_true(turn_until(&b, "released"));
    assert_string_equal(trace, "begin cut failed cleaned released ");
    stop(&b);
}

/* The client hears of the deadline at once; the thread's memory stays until it is
 * done. */
static void a_thread_does_not_delay_the_504(void **state)
{
    (void)state;
    struct bench b;
    atomic_store(&release, false);
    start(&b, "/offloads");
    int64_t until = apus_clock_now() + 20 * APUS_SECOND;
    while (b.out.len == 0 && apus_clock_now() < until)
        apus_loop_turn(b.loop, APUS_MILLISECOND);
    assert_true(b.out.len > 12);
    assert_memory_equal(b.out.ptr, "HTTP/1.1 504", 12);
    assert_string_equal(trace, "");
    size_t answered = b.out.len;
    atomic_store(&release, true);
    assert_true(turn_until(&b, "released"));
    assert_string_equal(trace, "nothing released ");
    assert_int_equal(b.out.len, answered);
    stop(&b);
}

/* What is left for after the answer does not mind that the client is gone. */
static void after_the_answer_the_client_may_leave(void **state)
{
    (void)state;
    struct bench b;
    start(&b, "/leaves");
    assert_true(b.out.len > 0);
    apus_http_pipe_close(b.pipe);
    b.pipe = NULL;
    assert_true(turn_until(&b, "after"));
    assert_string_equal(trace, "after ");
    for (int i = 0; i < 4; i++)
        apus_loop_turn(b.loop, 0);
    stop(&b);
}

/* The deadline is the handler's; what ends the request has its own, and what follows
 * the answer none. */
static void the_deadline_is_the_handlers(void **state)
{
    (void)state;
    struct bench b;
    start(&b, "/commits");
    assert_true(turn_until(&b, "commit"));
    assert_string_equal(trace, "something committed ");
    for (int i = 0; i < 4; i++)
        apus_loop_turn(b.loop, 0);
    assert_true(b.out.len > 12);
    assert_memory_equal(b.out.ptr, "HTTP/1.1 200", 12);
    stop(&b);

    start(&b, "/leaves-much");
    assert_true(turn_until(&b, "after"));
    assert_string_equal(trace, "after ");
    stop(&b);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_leaves_ends_the_wait),
        cmocka_unit_test(a_server_that_ends_does_too),
        cmocka_unit_test(a_thread_does_not_delay_the_504),
        cmocka_unit_test(after_the_answer_the_client_may_leave),
        cmocka_unit_test(the_deadline_is_the_handlers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
