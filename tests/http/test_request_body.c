/* Bodies that their handler reads, piece by piece. */
#include "client.h"

#include "http/connection.h"
#include "../support/failing.h"

#define POST(path) "POST " path " HTTP/1.1\r\nHost: a\r\n"
#define REPLY(length, body)                                                                        \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " #length "\r\n\r\n" body
#define LAST(length, body)                                                                         \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " #length                      \
    "\r\nConnection: close\r\n\r\n" body

enum { TEXT_MAX = 400 };

/* What a handler reads it says: the bytes, or how many there were, and what it came to.
 *
 *     /all      all of it, at most 16 at a time
 *     /count    all of it, at most 64 KiB at a time; how many bytes
 *     /some     5 bytes, then answers
 *     /none     answers at once
 *     /wait     waits before it reads
 *     /both     answers each piece with itself, as it comes */
static void say(struct client *t, apus_exchange *x, const char *text, apus_rc rc)
{
    static const char *const names[APUS_RC_COUNT] = {
        [APUS_DONE] = "",       [APUS_SYNTAX] = " syntax",   [APUS_LIMIT] = " limit",
        [APUS_IO] = " io",      [APUS_TIMEOUT] = " timeout", [APUS_CANCELLED] = " cancelled",
        [APUS_NOMEM] = " nomem"
    };
    t->n_cancelled += apus_exchange_is_abandoned(x);
    apus_str body = apus_arena_strf(&x->arena, "%s%s", text, names[rc] ? names[rc] : "?");
    apus_http_reply r = text_reply(200, body.ptr ? body : APUS_STR("no memory"));
    t->reply_rc = apus_exchange_reply(x, &r);
}

static apus_rc read_text(apus_exchange *x, char *text, size_t most)
{
    size_t n = 0, got;
    apus_rc rc = APUS_OK;
    while (!rc && n < most) {
        rc = apus_exchange_read(x, text + n, most - n < 16 ? most - n : 16, &got);
        n += rc ? 0 : got;
    }
    text[n] = '\0';
    return rc ? rc : APUS_DONE;
}

static void answer_count(struct client *t, apus_exchange *x)
{
    static char room[65536];
    uint64_t n = 0;
    size_t got;
    apus_rc rc;
    while (!(rc = apus_exchange_read(x, room, sizeof(room), &got)))
        n += got;
    assert_int_equal(apus_exchange_read(x, room, sizeof(room), &got), rc); /* it repeats */
    say(t, x, apus_arena_strf(&x->arena, "%llu", (unsigned long long)n).ptr, rc);
}

static void answer_each(apus_exchange *x)
{
    apus_http_reply head = text_reply(200, APUS_STR(""));
    char room[8];
    size_t got;
    if (apus_exchange_begin(x, &head, APUS_LENGTH_UNKNOWN))
        return;
    while (!apus_exchange_read(x, room, sizeof(room), &got))
        if (apus_exchange_write(x, (apus_str){ room, got }))
            return;
    apus_exchange_finish(x);
}

static void read_it(struct client *t, apus_exchange *x)
{
    char text[TEXT_MAX + 1] = "";
    apus_str path = x->request.path;
    assert_int_equal(x->request.body.len, 0);
    if (apus_str_eq(path, APUS_STR("/count"))) {
        answer_count(t, x);
        return;
    }
    if (apus_str_eq(path, APUS_STR("/both"))) {
        answer_each(x);
        return;
    }
    if (apus_str_eq(path, APUS_STR("/wait")))
        wait_for_release(t);
    size_t most = apus_str_eq(path, APUS_STR("/none"))   ? 0
                  : apus_str_eq(path, APUS_STR("/some")) ? 5
                                                         : TEXT_MAX;
    apus_rc rc = read_text(x, text, most);
    say(t, x, text, rc);
}

static void streamed(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx, (void)x;
    terms->is_streamed = true;
}

static struct client *open_streamed(const apus_http_limits *limits)
{
    struct client *t = client_open(limits);
    t->own = read_it;
    apus_http_server_on_body(t->server, streamed, t);
    return t;
}

/* --- what comes --- */

#define CHUNKS                                                                                     \
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n14\r\ndefghijklmnopqrstuvw\r\n0\r\n\r\n"

static void bodies_are_read_however_they_come(void **state)
{
    static const struct {
        const char *sent, *expected;
    } rows[] = {
        { POST("/all") "Content-Length: 3\r\n\r\nabc", REPLY(3, "abc") },
        { POST("/all") "Content-Length: 0\r\n\r\n", REPLY(0, "") },
        { GET("/all"), REPLY(0, "") },
        { POST("/all") CHUNKS, REPLY(23, "abcdefghijklmnopqrstuvw") },
        { POST("/all") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", REPLY(0, "") },
        { POST("/all") "Content-Length: 20\r\n\r\nabcdefghijklmnopqrst" POST("/count")
              CHUNKS GET("/all"),
          REPLY(20, "abcdefghijklmnopqrst") REPLY(2, "23") REPLY(0, "") },
        { POST("/all") "Connection: close\r\nContent-Length: 3\r\n\r\nabc", LAST(3, "abc") },
        { POST("/both") "Content-Length: 10\r\n\r\nabcdefghij" GET("/all"),
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
          "8\r\nabcdefgh\r\n2\r\nij\r\n0\r\n\r\n" REPLY(0, "") },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client *t = open_streamed(NULL);
        send_text(t, rows[i].sent); /* in one piece ... */
        apus_loop_turn(t->loop, 0);
        EXPECT(t, rows[i].expected);
        client_close(t);
        if (strstr(rows[i].sent, "/both")) /* whose chunks are as they come */
            continue;
        t = open_streamed(NULL);
        for (const char *p = rows[i].sent; *p; p++) { /* ... and byte by byte */
            assert_int_equal(apus_http_pipe_send(t->pipe, (apus_str){ p, 1 }), APUS_OK);
            apus_loop_turn(t->loop, 0);
        }
        EXPECT(t, rows[i].expected);
        assert_int_equal(apus_http_pipe_is_closed(t->pipe),
                         strstr(rows[i].sent, "Connection: close") != NULL);
        client_close(t);
    }
}

/* More than memory_max passes through, and body_max is what the terms say. */
static void large_bodies_need_little_memory(void **state)
{
    apus_http_limits limits = { .memory_max = 65536, .body_max = 64 << 20 };
    (void)state;
    for (int chunked = 0; chunked < 2; chunked++) {
        struct client *t = open_streamed(&limits);
        send_text(t, chunked ? POST("/count") "Transfer-Encoding: chunked\r\n\r\n"
                             : POST("/count") "Content-Length: 19200000\r\n\r\n");
        for (int i = 0; i < 64; i++) {
            if (chunked)
                send_text(t, "493e0\r\n"); /* BIG */
            assert_int_equal(apus_http_pipe_send(t->pipe, (apus_str){ t->big, BIG }), APUS_OK);
            if (chunked)
                send_text(t, "\r\n");
            apus_loop_turn(t->loop, 0);
        }
        if (chunked)
            send_text(t, "0\r\n\r\n");
        apus_loop_turn(t->loop, 0);
        EXPECT(t, REPLY(8, "19200000"));
        client_close(t);
    }
}

static void what_is_not_read_stays_with_the_client(void **state)
{
    (void)state;
    struct client *t = open_streamed(NULL);
    send_text(t, POST("/wait") "Content-Length: 13\r\n\r\nabc");
    apus_loop_turn(t->loop, 0);
    const apus__connection *c = t->server->connections;
    assert_int_equal(c->watched & APUS_STREAM_READ, 0);
    send_text(t, "defghijklm" GET("/all"));
    apus_loop_turn(t->loop, 0);
    assert_int_equal(c->in->used - c->in_at, 3); /* as much as came with the head */
    EXPECT(t, "");
    release(t);
    apus_loop_turn(t->loop, 0);
    EXPECT(t, REPLY(13, "abcdefghijklm") REPLY(0, ""));
    client_close(t);
}

static void whoever_waits_is_told_when_it_is_read(void **state)
{
    (void)state;
    struct client *t = open_streamed(NULL);
    send_text(t, POST("/wait") "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, "");
    release(t);
    apus_loop_turn(t->loop, 0);
    EXPECT(t, "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(t, "abc");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, REPLY(3, "abc"));
    send_text(t, POST("/none") "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, LAST(0, "")); /* nobody can know whether the body comes */
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

/* Whose turn to answer it is not yet cannot be told; it is when it is. */
static void continue_waits_for_its_turn(void **state)
{
    (void)state;
    struct client *t = open_streamed(NULL);
    send_text(t, GET("/wait") POST("/all") "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, "");
    release(t);
    apus_loop_turn(t->loop, 0);
    EXPECT(t, REPLY(0, "") "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(t, "abc");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, REPLY(3, "abc"));
    client_close(t);
}

/* --- what is answered before all was read --- */

static void early_answers_pass_over_what_is_here(void **state)
{
    static const struct {
        const char *sent, *expected;
        bool closed;
    } rows[] = {
        { POST("/none") "Content-Length: 3\r\n\r\nabc" GET("/all"), REPLY(0, "") REPLY(0, ""),
          false },
        { POST("/some") "Content-Length: 8\r\n\r\nabcdefgh" GET("/all"),
          REPLY(5, "abcde") REPLY(0, ""), false },
        { POST("/some") CHUNKS GET("/all"), REPLY(5, "abcde") REPLY(0, ""), false },
        { POST("/none") "Content-Length: 4\r\n\r\nabc", LAST(0, ""), true },
        { POST("/none") "Content-Length: 4\r\n\r\n", LAST(0, ""), true },
        { POST("/some") "Transfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n", LAST(5, "abcde"),
          true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client *t = open_streamed(NULL);
        send_text(t, rows[i].sent);
        apus_loop_turn(t->loop, 0);
        EXPECT(t, rows[i].expected);
        const apus__connection *c = t->server->connections;
        assert_int_equal(rows[i].closed, c->state == APUS__CONNECTION_LINGERS);
        if (rows[i].closed) /* it reads on until the client has seen the end */
            assert_int_equal(apus_http_pipe_send(t->pipe, APUS_STR("defg")), APUS_OK);
        apus_http_pipe_finish(t->pipe);
        apus_loop_turn(t->loop, 0);
        assert_true(apus_http_pipe_is_closed(t->pipe));
        client_close(t);
    }
}

/* --- what goes wrong --- */

static void what_is_wrong_is_told(void **state)
{
    static const struct {
        const char *sent, *expected;
        bool finishes;
    } rows[] = {
        { POST("/all") "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n",
          LAST(10, "abc syntax"), false },
        { POST("/all") "Content-Length: 9\r\n\r\nabc", LAST(10, "abc syntax"), true },
        { POST("/all") "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", LAST(10, "abc syntax"),
          true },
        { POST("/all") "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n8\r\nabcdefgh\r\n",
          LAST(9, "abc limit"), false },
    };
    apus_http_limits limits = { .body_max = 10 };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client *t = open_streamed(&limits);
        send_text(t, rows[i].sent);
        apus_loop_turn(t->loop, 0);
        if (rows[i].finishes)
            apus_http_pipe_finish(t->pipe);
        apus_loop_turn(t->loop, 0);
        EXPECT(t, rows[i].expected);
        client_close(t);
    }
    struct client *t = open_streamed(&limits);
    send_text(t, POST("/all") "Content-Length: 11\r\n\r\n"); /* known beforehand */
    EXPECT_STATUS(t, 413);
    assert_int_equal(t->n_calls, 0);
    client_close(t);
}

static void slow_clients_are_given_up(void **state)
{
    apus_http_limits limits = { .body_timeout = 30 * APUS_MILLISECOND };
    (void)state;
    struct client *t = open_streamed(&limits);
    send_text(t, POST("/all") "Content-Length: 9\r\n\r\nabc");
    turn_for(t, 90 * APUS_MILLISECOND);
    EXPECT(t, LAST(11, "abc timeout"));
    client_close(t);
    t = open_streamed(&limits); /* while nobody reads, it is not the client who is slow */
    send_text(t, POST("/wait") "Content-Length: 9\r\n\r\nabc");
    turn_for(t, 90 * APUS_MILLISECOND);
    EXPECT(t, "");
    send_text(t, "defghi");
    release(t);
    apus_loop_turn(t->loop, 0);
    EXPECT(t, REPLY(9, "abcdefghi"));
    client_close(t);
}

/* Each byte wakes the reader, who waits again: that gives the client no new time. */
static void a_dribble_is_given_up_as_well(void **state)
{
    apus_http_limits limits = { .body_timeout = 100 * APUS_MILLISECOND, .rate_min = 20000 };
    int pieces = 0;
    (void)state;
    struct client *t = open_streamed(&limits);
    send_text(t, POST("/all") "Content-Length: 9000\r\n\r\n");
    while (t->out.len == 0 && pieces < 1000) {
        send_text(t, "z");
        turn_for(t, 5 * APUS_MILLISECOND);
        pieces++;
    }
    assert_in_range(pieces, 2, 999);
    assert_non_null(strstr(received(t), "timeout"));
    client_close(t);
}

/* Nobody will read the body: what is here of it is passed over, and the connection goes on. */
static void one_request_too_many_is_answered(void **state)
{
    apus_http_limits limits = { .requests_max = 1 };
    apus_buf out = apus_buf_with(&apus_alloc_libc);
    apus_http_pipe *other;
    (void)state;
    struct client *t = open_streamed(&limits);
    send_text(t, POST("/wait") "Content-Length: 3\r\n\r\nabc");
    apus_loop_turn(t->loop, 0);
    assert_int_equal(apus_http_pipe_open(t->server, &out, &other), APUS_OK);
    apus_http_pipe_send(other, APUS_STR(POST("/all") "Content-Length: 3\r\n\r\nabc"));
    apus_loop_turn(t->loop, 0);
    apus_buf_addc(&out, '\0');
    assert_non_null(strstr(out.ptr, "HTTP/1.1 503 Service Unavailable\r\n"));
    assert_non_null(strstr(out.ptr, "\r\nRetry-After: 1\r\n"));
    assert_null(strstr(out.ptr, "Connection: close"));
    apus_buf_clear(&out);
    release(t);
    apus_loop_turn(t->loop, 0);
    EXPECT(t, REPLY(3, "abc"));
    apus_http_pipe_send(other, APUS_STR(POST("/all") "Content-Length: 3\r\n\r\nabc"));
    apus_loop_turn(t->loop, 0);
    apus_buf_addc(&out, '\0');
    assert_non_null(strstr(out.ptr, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(out.ptr, "\r\n\r\nabc"));
    apus_http_pipe_close(other);
    apus_buf_finish(&out);
    client_close(t);
}

static void clients_may_leave(void **state)
{
    (void)state;
    for (int waits = 0; waits < 2; waits++) {
        struct client *t = open_streamed(NULL);
        send_text(t, waits ? POST("/wait") "Content-Length: 9\r\n\r\nabc"
                           : POST("/all") "Content-Length: 9\r\n\r\nabc");
        apus_loop_turn(t->loop, 0);
        apus_http_pipe_close(t->pipe);
        t->pipe = NULL;
        apus_loop_turn(t->loop, 0);
        assert_true(t->n_cancelled >= 1);
        assert_int_equal(t->reply_rc, APUS_IO);
        assert_int_equal(t->n_deferred, 1);
        apus_http_server_destroy(t->server);
        apus_loop_turn(t->loop, 0);
        apus_loop_destroy(t->loop);
        apus_buf_finish(&t->out);
        free(t->big);
        free(t);
    }
}

static void note_drained(void *ctx)
{
    ((struct client *)ctx)->drained = true;
}

static void draining_waits_for_bodies(void **state)
{
    (void)state;
    for (int retires = 0; retires < 2; retires++) {
        struct client *t = open_streamed(NULL);
        int64_t until;
        send_text(t, POST("/all") "Content-Length: 6\r\n\r\nabc");
        apus_loop_turn(t->loop, 0);
        until = apus_loop_now(t->loop) + 10 * APUS_SECOND;
        if (retires)
            apus_http_server_retire(t->server, until, note_drained, t);
        else
            apus_http_server_drain(t->server, until, note_drained, t);
        apus_loop_turn(t->loop, 0);
        assert_false(t->drained);
        send_text(t, "def");
        apus_loop_turn(t->loop, 0);
        EXPECT(t, LAST(6, "abcdef"));
        turn_for(t, 5 * APUS_MILLISECOND);
        assert_true(t->drained);
        client_close(t);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    for (unsigned k = 1;; k++) {
        struct failing f = { .fail_at = k };
        apus_alloc alloc = failing_alloc(&f);
        struct client *t = calloc(1, sizeof(*t));
        t->own = read_it;
        t->out = apus_buf_with(&apus_alloc_libc);
        assert_int_equal(apus_loop_create(&t->loop, NULL), APUS_OK);
        if (apus__http_server_create_with(&alloc, t->loop, NULL, handle, t, &t->server, NULL) ==
            APUS_OK) {
            apus_http_server_on_body(t->server, streamed, t);
            if (apus_http_pipe_open(t->server, &t->out, &t->pipe) == APUS_OK) {
                static const char *const pieces[] = {
                    POST("/all") "Transfer-Encoding: chunked\r\n\r\n3\r\nab", "c\r\n8\r\nabcd",
                    "efgh\r\n0\r\n\r\n", POST("/all") "Content-Length: 9\r\n\r\nabc", "defghi"
                };
                for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
                    send_text(t, pieces[i]);
                    apus_loop_turn(t->loop, 0);
                }
                apus_http_pipe_close(t->pipe);
            }
            apus_http_server_destroy(t->server);
        }
        apus_loop_turn(t->loop, 0);
        apus_loop_destroy(t->loop);
        apus_buf_finish(&t->out);
        free(t);
        assert_int_equal(f.held, 0);
        if (f.calls < k)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_read_however_they_come),
        cmocka_unit_test(large_bodies_need_little_memory),
        cmocka_unit_test(what_is_not_read_stays_with_the_client),
        cmocka_unit_test(whoever_waits_is_told_when_it_is_read),
        cmocka_unit_test(continue_waits_for_its_turn),
        cmocka_unit_test(early_answers_pass_over_what_is_here),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(slow_clients_are_given_up),
        cmocka_unit_test(a_dribble_is_given_up_as_well),
        cmocka_unit_test(one_request_too_many_is_answered),
        cmocka_unit_test(clients_may_leave),
        cmocka_unit_test(draining_waits_for_bodies),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
