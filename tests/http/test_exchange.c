/* Requests in, answers out: each byte that a client sees. */
#include "client.h"

static void rows(void **state)
{
    static const struct {
        const char *what, *sent, *expected;
        bool closed;
    } table[] = {
        { "a request", GET("/ok"), OK, false },
        { "three in one read", GET("/ok") GET("/ok") GET("/ok"), OK OK OK, false },
        { "an empty line before", "\r\n" GET("/ok"), OK, false },
        { "HEAD has no body", "HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\n" GET("/ok"),
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n" OK, false },
        { "204 has neither length nor body", GET("/empty"),
          "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", false },
        { "304 has no body", GET("/same"),
          "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain\r\n\r\n", false },
        { "no answer becomes 500", GET("/silent") GET("/ok"),
          "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
          "Content-Length: 34\r\n\r\n{\"detail\":\"Internal Server Error\"}" OK,
          false },
        { "a status that is none becomes 500", GET("/odd"),
          "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n"
          "Content-Length: 2\r\n\r\nOK",
          false },
        { "nothing to wait for", GET("/early"), OK, false },
        { "a handler that ends at some depth", GET("/end") GET("/ok"), OK OK, false },
        { "Connection: close", "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", OK_CLOSE,
          true },
        { "nothing is served after close",
          "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/ok"), OK_CLOSE, true },
        { "HTTP/1.0 closes", "GET /ok HTTP/1.0\r\n\r\n", OK_CLOSE, true },
        { "HTTP/1.0 that asks to stay", "GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
          "Connection: keep-alive\r\n\r\nOK",
          false },
        { "absolute form", "GET http://a/ok HTTP/1.1\r\nHost: b\r\n\r\n", OK, false },
        { "a body", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET("/ok"),
          OK_TEXT("hello", 5) OK, false },
        { "a chunked body",
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
          "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n" GET("/ok"),
          OK_TEXT("hello", 5) OK, false },
        { "an empty chunked body",
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          OK_TEXT("", 0), false },
        { "Expect with the body already here",
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
          "Expect: 100-continue\r\n\r\nhi",
          OK_TEXT("hi", 2), false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        size_t len = strlen(table[i].sent);
        /* however the stream is cut, the answers are the same */
        for (size_t step = 1; step <= len; step = step < 16 ? step + 1 : step * 2) {
            struct client *t = client_open(NULL);
            for (size_t at = 0; at < len; at += step)
                apus_http_pipe_send(t->pipe, apus_str_slice(apus_str_of(table[i].sent), at, step));
            char *got = received(t);
            if (step < len && strstr(table[i].sent, "Expect") && strstr(got, "100 Continue"))
                got = strstr(got, "\r\n\r\n") + 4;
            if (strcmp(got, table[i].expected) != 0)
                fail_msg("%s, %zu at a time:\n%s\ninstead of\n%s", table[i].what, step, got,
                         table[i].expected);
            if (apus_http_pipe_is_closed(t->pipe) != table[i].closed)
                fail_msg("%s, %zu at a time: closed or not", table[i].what, step);
            client_close(t);
        }
    }
}

static void refusals(void **state)
{
    static const struct {
        const char *sent;
        int status;
    } table[] = {
        { "GET /ok HTTP/1.1\r\n\r\n", 400 },
        { "GET /ok HTTP/1.1\nHost: a\n\n", 400 },
        { "GET /ok HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
        { "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501 },
        { "POST /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501 },
        { "POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          400 },
        { "POST /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400 },
        { "POST /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
          400 },
        { "POST /ok HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 1\r\n\r\n", 417 },
        { "POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct client *t = client_open(NULL);
        send_text(t, GET("/ok"));
        EXPECT(t, OK);
        send_text(t, table[i].sent);
        send_text(t, GET("/ok")); /* a smuggled one is never served */
        char *got = received(t);
        if (atoi(got + 9) != table[i].status || count(got, "\r\n\r\n") != 1)
            fail_msg("%s\n%s", table[i].sent, got);
        assert_non_null(strstr(got, "Connection: close\r\n"));
        assert_non_null(strstr(got, "\r\n\r\n{\"detail\":\""));
        assert_int_equal(t->n_calls, 1);
        assert_true(apus_http_pipe_is_closed(t->pipe));
        client_close(t);
    }
}

/* A client that waits for 100 gets it, and only when it is its turn. */
static void continue_is_sent_in_turn(void **state)
{
    struct client *t = client_open(NULL);
    const char *head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                       "Expect: 100-continue\r\n\r\n";
    (void)state;
    send_text(t, head);
    EXPECT(t, "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(t, "hi");
    EXPECT(t, OK_TEXT("hi", 2));

    send_text(t, GET("/slow"));
    send_text(t, head);
    EXPECT(t, "");
    release(t);
    EXPECT(t, OK "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(t, "hi");
    EXPECT(t, OK_TEXT("hi", 2));
    client_close(t);
}

/* A client that did not wait needs no 100. */
static void continue_is_not_sent_once_the_body_comes(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                 "Expect: 100-continue\r\n\r\nh");
    EXPECT(t, "");
    send_text(t, "i");
    EXPECT(t, OK_TEXT("hi", 2));
    client_close(t);
}

/* More than a block holds, and pieces of every size up to where they are lent. */
static void answers_fill_block_after_block(void **state)
{
    struct client *t = client_open(NULL);
    apus_buf in = apus_buf_with(&apus_alloc_libc), expected = apus_buf_with(&apus_alloc_libc);
    apus_str text;
    (void)state;
    for (int n = 1; n < 1100; n += 21) {
        apus_buf_addf(&in, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%0*d", n, n,
                      1);
        apus_buf_addf(&expected,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                      "\r\n%0*d",
                      n, n, 1);
    }
    assert_int_equal(apus_buf_take(&expected, &text), APUS_OK);
    apus_http_pipe_send(t->pipe, (apus_str){ in.ptr, in.len });
    EXPECT(t, text.ptr);
    apus_buf_finish(&in);
    apus_buf_finish(&expected);
    client_close(t);
}

static void answers_keep_the_order_of_requests(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow") GET("/ok") GET("/big") GET("/empty"));
    assert_int_equal(t->n_calls, 4); /* all were started ... */
    EXPECT(t, "");                   /* ... and wait for the first */
    release(t);
    assert_int_equal(t->n_deferred, 4);
    assert_true(t->out.len > BIG);
    char *got = received(t);
    assert_int_equal(strncmp(got, OK OK "HTTP/1.1 200 OK", strlen(OK OK "HTTP/1.1 200 OK")), 0);
    client_close(t);
}

/* An error's answer, too, waits for those before it. */
static void refusals_keep_the_order(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow") "GARBAGE\r\n\r\n");
    EXPECT(t, "");
    assert_false(apus_http_pipe_is_closed(t->pipe));
    release(t);
    char *got = received(t);
    assert_int_equal(strncmp(got, OK "HTTP/1.1 400 Bad Request", strlen(OK) + 12), 0);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

static void flush_waits_for_the_client(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    apus_http_pipe_set_room(t->pipe, 10);
    send_text(t, GET("/flush"));
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_flushed, 0);
    assert_int_equal(t->out.len, 10);
    apus_http_pipe_set_room(t->pipe, 1000);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_flushed, 1);
    client_close(t);
}

static void bodies_of_any_size_arrive(void **state)
{
    static const size_t sizes[] = { 1, 8000, 8160, 8192, 16384, 16385, 100000, 1048576 };
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int chunked = 0; chunked < 2; chunked++) {
            struct client *t = client_open(NULL);
            apus_buf b = apus_buf_with(&apus_alloc_libc);
            apus_buf_lit(&b, "POST /echo HTTP/1.1\r\nHost: a\r\n");
            if (chunked)
                apus_buf_addf(&b, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", sizes[i]);
            else
                apus_buf_addf(&b, "Content-Length: %zu\r\n\r\n", sizes[i]);
            for (size_t at = 0; at < sizes[i]; at++)
                apus_buf_addc(&b, (char)('a' + at % 23));
            if (chunked)
                apus_buf_lit(&b, "\r\n0\r\n\r\n");
            apus_buf_lit(&b, GET("/ok"));
            apus_http_pipe_send(t->pipe, (apus_str){ b.ptr, b.len });
            assert_true(t->out.len > sizes[i] + strlen(OK));
            const char *body = t->out.ptr + t->out.len - strlen(OK) - 37 - sizes[i];
            for (size_t at = 0; at < sizes[i]; at++)
                assert_int_equal(body[at], 'a' + at % 23);
            apus_buf_finish(&b);
            client_close(t);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(refusals),
        cmocka_unit_test(continue_is_sent_in_turn),
        cmocka_unit_test(continue_is_not_sent_once_the_body_comes),
        cmocka_unit_test(answers_fill_block_after_block),
        cmocka_unit_test(answers_keep_the_order_of_requests),
        cmocka_unit_test(refusals_keep_the_order),
        cmocka_unit_test(flush_waits_for_the_client),
        cmocka_unit_test(bodies_of_any_size_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
