/* Connections that say first whom they are from, over a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/failing.h"
#include "apus/net.h"
#include "apus/value.h"

#define HEAD "PROXY TCP6 2001:db8::1 ::1 4711 443\r\n"

struct world {
    apus_loop *loop;
    apus_pipe *near;
    apus_buf out;
    apus_stream *inner, *stream;
    apus_arrival *arrival;
    apus_err why;
    char got[64];
    size_t len, chunk;
    bool has_failed, closes_at_once;
};

static void ready(void *ctx, unsigned events)
{
    struct world *w = ctx;
    size_t n = 0;
    assert_int_equal(events, APUS_STREAM_READ);
    assert_int_equal(apus_stream_read(w->stream, w->got + w->len, w->chunk, &n), APUS_OK);
    w->len += n;
}

static void arrived(void *ctx, apus_stream *stream)
{
    struct world *w = ctx;
    w->stream = stream;
    if (w->closes_at_once) {
        apus_stream_close(stream);
        return;
    }
    apus_stream_attach(stream, ready, w);
    apus_stream_watch(stream, APUS_STREAM_READ);
}

static void failed(void *ctx, const apus_err *why)
{
    struct world *w = ctx;
    w->has_failed = true;
    w->why = *why;
}

static apus_rc open_arrival(struct world *w, const apus_alloc *alloc)
{
    apus_arrival_options o = { .head = APUS_ARRIVAL_EXPECTED,
                               .deadline = apus_loop_now(w->loop) + 50 * APUS_MILLISECOND,
                               .arrived = arrived,
                               .failed = failed,
                               .ctx = w,
                               .alloc = alloc };
    return apus_arrival_open(w->loop, w->inner, &o, &w->arrival);
}

static int open_world(void **state)
{
    static struct world w;
    w = (struct world){ .chunk = 5, .out = apus_buf_with(&apus_alloc_libc) };
    *state = &w;
    return apus_loop_create(&w.loop, NULL) ||
           apus_pipe_open(w.loop, &apus_alloc_libc, &w.out, &w.inner, &w.near);
}

static int close_world(void **state)
{
    struct world *w = *state;
    apus_pipe_close(w->near);
    apus_loop_turn(w->loop, 0);
    apus_loop_destroy(w->loop);
    apus_buf_finish(&w->out);
    return 0;
}

static void the_rest_comes_from_the_client(void **state)
{
    struct world *w = *state;
    assert_int_equal(open_arrival(w, NULL), APUS_OK);
    apus_pipe_send(w->near, APUS_STR("PROXY TCP"));
    assert_null(w->stream);
    apus_pipe_send(w->near, APUS_STR("6 2001:db8::1 ::1 4711 443\r\nhello, and more"));
    assert_non_null(w->stream);
    assert_true(apus_str_eq(apus_stream_peer(w->stream), APUS_STR("[2001:db8::1]:4711")));
    for (int i = 0; i < 5; i++) /* what is left is told of until it is taken */
        apus_loop_turn(w->loop, 0);
    assert_string_equal(w->got, "hello, and more");
    apus_pipe_send(w->near, APUS_STR("!!"));
    assert_string_equal(w->got, "hello, and more!!");
    size_t sent;
    struct iovec piece = { .iov_base = (char[]){ 'h', 'i' }, .iov_len = 2 };
    assert_int_equal(apus_stream_writev(w->stream, &piece, 1, &sent), APUS_OK);
    assert_int_equal(w->out.len, 2);
    apus_stream_close(w->stream);
}

static void whoever_gets_it_may_close_it(void **state)
{
    struct world *w = *state;
    w->closes_at_once = true;
    assert_int_equal(open_arrival(w, NULL), APUS_OK);
    apus_pipe_send(w->near, APUS_STR(HEAD "hello"));
    assert_non_null(w->stream);
    assert_int_equal(apus_pipe_send(w->near, APUS_STR("x")), APUS_IO);
}

static void what_is_late_is_told(void **state)
{
    struct world *w = *state;
    assert_int_equal(open_arrival(w, NULL), APUS_OK);
    apus_pipe_send(w->near, APUS_STR("PROXY "));
    for (int i = 0; i < 5000 && !w->has_failed; i++)
        apus_loop_turn(w->loop, APUS_MILLISECOND);
    assert_int_equal(w->why.rc, APUS_TIMEOUT);
    assert_string_equal(w->why.msg, "pipe sent no PROXY protocol head in time; closed");
}

static void one_that_says_nothing_is_not_worth_a_word(void **state)
{
    struct world *w = *state;
    assert_int_equal(open_arrival(w, NULL), APUS_OK);
    apus_pipe_finish(w->near);
    assert_true(w->has_failed);
    assert_int_equal(w->why.rc, APUS_DONE);
    assert_string_equal(w->why.msg, "");
}

static void it_can_be_closed_before(void **state)
{
    struct world *w = *state;
    assert_int_equal(open_arrival(w, NULL), APUS_OK);
    apus_pipe_send(w->near, APUS_STR("PROXY "));
    apus_arrival_close(w->arrival);
    assert_int_equal(apus_pipe_send(w->near, APUS_STR("x")), APUS_IO);
    assert_false(w->has_failed);
}

static void without_memory_it_is_closed(void **state)
{
    struct world *w = *state;
    struct failing f = { .fail_at = 1 };
    apus_alloc alloc = failing_alloc(&f);
    assert_int_equal(open_arrival(w, &alloc), APUS_NOMEM);
    f = (struct failing){ .fail_at = 2 };
    assert_int_equal(open_arrival(w, &alloc), APUS_OK);
    apus_pipe_send(w->near, APUS_STR(HEAD));
    assert_int_equal(w->why.rc, APUS_NOMEM);
    assert_int_equal(f.held, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(the_rest_comes_from_the_client), TEST(whoever_gets_it_may_close_it),
        TEST(what_is_late_is_told),           TEST(one_that_says_nothing_is_not_worth_a_word),
        TEST(it_can_be_closed_before),        TEST(without_memory_it_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
