/* What a connection holds, what a request takes, and what happens when there is no
 * more. */
#include "client.h"

#include "http/connection.h"

/* An allocator that counts, and that fails at one call or from one call on. */
struct counter {
    size_t held, calls;
    size_t fails_at; /* the number of the call that fails; SIZE_MAX: none */
    bool fails_on;   /* and all after it */
    bool failed;
};

static void *counting_resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    struct counter *c = ctx;
    if (new_size) {
        size_t call = c->calls++;
        if (call == c->fails_at || (c->fails_on && call > c->fails_at)) {
            c->failed = true;
            return NULL;
        }
    }
    void *moved = apus_alloc_libc.resize(NULL, ptr, old_size, new_size);
    assert_true(moved || !new_size);
    c->held += new_size - old_size;
    return moved;
}

static struct client *counted_client(struct counter *counter)
{
    struct client *t = calloc(1, sizeof(*t));
    apus_alloc alloc = { .resize = counting_resize, .ctx = counter };
    assert_non_null(t);
    t->big = malloc(BIG);
    assert_non_null(t->big);
    memset(t->big, 'b', BIG);
    t->out = apus_buf_with(&apus_alloc_libc);
    assert_int_equal(apus_loop_create(&t->loop, NULL), APUS_OK);
    if (apus__http_server_create_with(&alloc, t->loop, NULL, handle, t, &t->server, NULL))
        t->server = NULL;
    return t;
}

static void steady_traffic_takes_no_memory(void **state)
{
    struct counter counter = { .fails_at = SIZE_MAX };
    struct client *t = counted_client(&counter);
    (void)state;
    assert_int_equal(apus_http_pipe_open(t->server, &t->out, &t->pipe), APUS_OK);
    for (int i = 0; i < 100; i++) {
        if (i == 10)
            counter.calls = 0;
        send_text(t, GET("/ok") GET("/big") GET("/empty"));
        send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "5\r\nhello\r\n0\r\n\r\n");
        assert_true(t->out.len > BIG);
        apus_buf_clear(&t->out);
    }
    assert_int_equal(counter.calls, 0);
    client_close(t);
    assert_int_equal(counter.held, 0);
}

/* Two KiB for each connection, with the stream's and the loop's part of it, which are
 * below 500 bytes for a socket. */
static void idle_connections_hold_little(void **state)
{
    enum { N = 100 };
    struct counter counter = { .fails_at = SIZE_MAX };
    struct client *t = counted_client(&counter);
    apus_http_pipe *pipes[N];
    (void)state;
    for (int i = 0; i < N; i++) {
        assert_int_equal(apus_http_pipe_open(t->server, &t->out, &pipes[i]), APUS_OK);
        assert_int_equal(apus_http_pipe_send(pipes[i], APUS_STR(GET("/ok"))), APUS_OK);
    }
    size_t shared = 4 * 8192; /* blocks and arenas that all use in turn */
    assert_in_range(counter.held, N * 100, N * 1500 + shared);
    for (int i = 0; i < N; i++)
        apus_http_pipe_close(pipes[i]);
    client_close(t);
}

/* One that waits in the middle of a head keeps what it has sent, not a whole block. */
static void partial_heads_hold_what_was_sent(void **state)
{
    enum { N = 100 };
    struct counter counter = { .fails_at = SIZE_MAX };
    struct client *t = counted_client(&counter);
    apus_http_pipe *pipes[N];
    (void)state;
    for (int i = 0; i < N; i++) {
        assert_int_equal(apus_http_pipe_open(t->server, &t->out, &pipes[i]), APUS_OK);
        size_t before = counter.held;
        assert_int_equal(apus_http_pipe_send(pipes[i], APUS_STR("GET /ok HTTP/1.1\r\nHo")),
                         APUS_OK);
        if (i > 0) {
            assert_true(counter.held - before < 1000);
        }
    }
    for (int i = 0; i < N; i++)
        apus_http_pipe_close(pipes[i]);
    client_close(t);
}

/* A conversation with everything in it. */
static void talk(struct counter *counter)
{
    struct client *t = counted_client(counter);
    if (t->server && apus_http_pipe_open(t->server, &t->out, &t->pipe) == APUS_OK) {
        send_text(t, GET("/ok") GET("/slow") GET("/big"));
        send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                     "Expect: 100-continue\r\n\r\n");
        send_text(t, "hello");
        send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Enc");
        send_text(t, "oding: chunked\r\n\r\n5\r\nhello\r\n");
        send_text(t, "0\r\n\r\n");
        release(t);
        apus_loop_turn(t->loop, 0);
        t->released = false;
        send_text(t, "GARBAGE\r\n\r\n");
        char *got = received(t);
        /* whatever failed: what did come is answers, and nothing else */
        if (*got)
            assert_int_equal(strncmp(got, "HTTP/1.1 ", 9), 0);
        if (!counter->failed) {
            assert_int_equal(count(got, " 200 OK\r\n"), 5);
            assert_int_equal(count(got, " 400 Bad Request\r\n"), 1);
        }
    }
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    apus_http_server_destroy(t->server);
    t->server = NULL;
    client_close(t);
    assert_int_equal(counter->held, 0);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    for (int on = 0; on < 2; on++) {
        size_t n = 0;
        struct counter counter;
        do {
            counter = (struct counter){ .fails_at = n++, .fails_on = on };
            talk(&counter);
        } while (counter.failed);
        print_message("%zu allocations\n", n - 1);
        assert_true(n > 5);
    }
}

static void head_is_answered_without_a_body_even_then(void **state)
{
    (void)state;
    struct counter counter;
    size_t n = 0, n_refused = 0;
    do {
        counter = (struct counter){ .fails_at = n++ };
        struct client *t = counted_client(&counter);
        if (t->server && apus_http_pipe_open(t->server, &t->out, &t->pipe) == APUS_OK) {
            send_text(t, "HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\n");
            const char *got = received(t), *end = strstr(got, "\r\n\r\n");
            assert_true(*got == '\0' || (end && end[4] == '\0'));
            n_refused += strncmp(got, "HTTP/1.1 503", 12) == 0;
        }
        client_close(t);
    } while (counter.failed);
    assert_true(n_refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_traffic_takes_no_memory),
        cmocka_unit_test(idle_connections_hold_little),
        cmocka_unit_test(partial_heads_hold_what_was_sent),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(head_is_answered_without_a_body_even_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
