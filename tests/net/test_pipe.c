/* A pipe's far end must behave as a socket would, or what is tested through it says
 * nothing about sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "apus/net.h"

struct far {
    apus_loop *loop;
    apus_stream *stream;
    apus_pipe *near;
    apus_buf out;
    char got[64];
    size_t len;
    size_t chunk; /* read at most this much per call */
    int calls;
    bool ended, gone, closed;
};

static void ready(void *ctx, unsigned events)
{
    struct far *f = ctx;
    f->calls++;
    if (events & APUS_STREAM_GONE) {
        f->gone = f->closed = true;
        apus_stream_close(f->stream);
        return;
    }
    if (!(events & APUS_STREAM_READ))
        return;
    size_t n = 0;
    apus_rc rc = apus_stream_read(f->stream, f->got + f->len, f->chunk, &n);
    if (rc == APUS_DONE) {
        f->ended = true;
        apus_stream_watch(f->stream, 0);
    }
    f->len += n;
}

static int open_pipe(void **state)
{
    static struct far f;
    f = (struct far){ .chunk = 64 };
    f.out = apus_buf_with(&apus_alloc_libc);
    if (apus_loop_create(&f.loop, NULL) ||
        apus_pipe_open(f.loop, &apus_alloc_libc, &f.out, &f.stream, &f.near))
        return 1;
    apus_stream_attach(f.stream, ready, &f);
    *state = &f;
    return 0;
}

static int close_pipe(void **state)
{
    struct far *f = *state;
    if (!f->closed)
        apus_stream_close(f->stream);
    if (f->near)
        apus_pipe_close(f->near);
    apus_loop_turn(f->loop, 0);
    apus_loop_destroy(f->loop);
    apus_buf_finish(&f->out);
    return 0;
}

static void pipe_tells_only_who_watches(void **state)
{
    struct far *f = *state;
    assert_int_equal(apus_pipe_send(f->near, APUS_STR("abc")), APUS_OK);
    assert_int_equal(f->calls, 0);
    apus_stream_watch(f->stream, APUS_STREAM_READ);
    apus_loop_turn(f->loop, 0);
    assert_int_equal(f->len, 3);
    assert_memory_equal(f->got, "abc", 3);
    assert_int_equal(apus_pipe_send(f->near, APUS_STR("d")), APUS_OK);
    assert_int_equal(f->len, 4); /* within the call */
}

static void pipe_is_level_triggered(void **state)
{
    struct far *f = *state;
    f->chunk = 2;
    apus_stream_watch(f->stream, APUS_STREAM_READ);
    assert_int_equal(apus_pipe_send(f->near, APUS_STR("abcde")), APUS_OK);
    assert_int_equal(f->calls, 3);
    assert_memory_equal(f->got, "abcde", 5);
}

static void pipe_ends_after_the_last_byte(void **state)
{
    struct far *f = *state;
    assert_int_equal(apus_pipe_send(f->near, APUS_STR("abc")), APUS_OK);
    apus_pipe_finish(f->near);
    apus_stream_watch(f->stream, APUS_STREAM_READ);
    apus_loop_turn(f->loop, 0);
    assert_int_equal(f->len, 3);
    assert_true(f->ended);
    assert_false(f->gone);
    size_t sent = 0; /* a half-close: writing goes on */
    struct iovec iov = { .iov_base = (char[]){ 'x' }, .iov_len = 1 };
    assert_int_equal(apus_stream_writev(f->stream, &iov, 1, &sent), APUS_OK);
    assert_int_equal(f->out.len, 1);
}

static void pipe_reset_loses_what_was_unread(void **state)
{
    struct far *f = *state;
    assert_int_equal(apus_pipe_send(f->near, APUS_STR("abc")), APUS_OK);
    apus_pipe_close(f->near);
    f->near = NULL;
    assert_true(f->gone);
    assert_int_equal(f->len, 0);
}

static void pipe_writes_wait_for_room(void **state)
{
    struct far *f = *state;
    char abc[] = "abc", def[] = "def";
    struct iovec iov[] = { { .iov_base = abc, .iov_len = 3 }, { .iov_base = def, .iov_len = 3 } };
    size_t sent = 0;
    apus_pipe_set_room(f->near, 4);
    assert_int_equal(apus_stream_writev(f->stream, iov, 2, &sent), APUS_OK);
    assert_int_equal(sent, 4);
    assert_int_equal(apus_stream_writev(f->stream, iov, 2, &sent), APUS_MORE);
    apus_stream_watch(f->stream, APUS_STREAM_WRITE);
    apus_loop_turn(f->loop, 0);
    assert_int_equal(f->calls, 0);
    apus_buf_clear(&f->out);
    apus_pipe_set_room(f->near, 4);
    assert_int_equal(f->calls, 1);
}

static void pipe_says_when_the_far_end_is_done(void **state)
{
    struct far *f = *state;
    assert_false(apus_pipe_is_finished(f->near));
    apus_stream_finish(f->stream);
    assert_true(apus_pipe_is_finished(f->near));
    apus_stream_close(f->stream);
    f->closed = true;
    assert_int_equal(apus_pipe_send(f->near, APUS_STR("x")), APUS_IO);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_pipe, close_pipe)
    const struct CMUnitTest tests[] = {
        T(pipe_tells_only_who_watches),   T(pipe_is_level_triggered),
        T(pipe_ends_after_the_last_byte), T(pipe_reset_loses_what_was_unread),
        T(pipe_writes_wait_for_room),     T(pipe_says_when_the_far_end_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
