/* Every limit: just under, at, and over. */
#include "client.h"

#define MS APUS_MILLISECOND

/* --- sizes --- */

static int status_of(struct client *t, apus_buf *request)
{
    apus_str text;
    assert_int_equal(apus_buf_take(request, &text), APUS_OK);
    apus_http_pipe_send(t->pipe, text);
    apus_buf_finish(request);
    char *got = received(t);
    assert_int_equal(strncmp(got, "HTTP/1.1 ", 9), 0);
    return atoi(got + 9);
}

static void fill(apus_buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        apus_buf_addc(b, 'x');
}

static int status_of_target(const apus_http_limits *l, size_t len)
{
    struct client *t = client_open(l);
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    apus_buf_lit(&b, "GET /ok?");
    fill(&b, len - strlen("/ok?"));
    apus_buf_lit(&b, " HTTP/1.1\r\nHost: a\r\n\r\n");
    int status = status_of(t, &b);
    client_close(t);
    return status;
}

static void target_max(void **state)
{
    apus_http_limits l = { .target_max = 100 };
    (void)state;
    assert_int_equal(status_of_target(&l, 99), 200);
    assert_int_equal(status_of_target(&l, 100), 200);
    assert_int_equal(status_of_target(&l, 101), 414);
    assert_int_equal(status_of_target(NULL, 8192), 200);
    assert_int_equal(status_of_target(NULL, 8193), 414);
}

static int status_of_head(const apus_http_limits *l, size_t len)
{
    struct client *t = client_open(l);
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    apus_buf_lit(&b, "GET /ok HTTP/1.1\r\nHost: a\r\nX: ");
    fill(&b, len - b.len - 4);
    apus_buf_lit(&b, "\r\n\r\n");
    assert_int_equal(b.len, len);
    int status = status_of(t, &b);
    client_close(t);
    return status;
}

static void head_max(void **state)
{
    apus_http_limits l = { .head_max = 200 };
    (void)state;
    assert_int_equal(status_of_head(&l, 199), 200);
    assert_int_equal(status_of_head(&l, 200), 200);
    assert_int_equal(status_of_head(&l, 201), 431);
    assert_int_equal(status_of_head(NULL, 16384), 200);
    assert_int_equal(status_of_head(NULL, 16385), 431);
}

static void head_is_refused_without_a_body(void **state)
{
    static const char *const wrong[] = { "X: 0123456789012345678901234567890123456789\r\n\r\n",
                                         "X Y: z\r\n\r\n", "X: \1\r\n\r\n" };
    apus_http_limits l = { .head_max = 60 };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct client *t = client_open(&l);
        send_text(t, "HEAD /ok HTTP/1.1\r\nHost: a\r\n");
        send_text(t, wrong[i]);
        const char *got = received(t), *end = strstr(got, "\r\n\r\n");
        assert_int_equal(strncmp(got, "HTTP/1.1 4", 10), 0);
        assert_true(end && end[4] == '\0');
        client_close(t);
    }
}

static int status_of_headers(const apus_http_limits *l, int n)
{
    struct client *t = client_open(l);
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    apus_buf_lit(&b, "GET /ok HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < n; i++)
        apus_buf_addf(&b, "X%d: y\r\n", i);
    apus_buf_lit(&b, "\r\n");
    int status = status_of(t, &b);
    client_close(t);
    return status;
}

static void headers_max(void **state)
{
    apus_http_limits l = { .headers_max = 5 };
    (void)state;
    assert_int_equal(status_of_headers(&l, 4), 200);
    assert_int_equal(status_of_headers(&l, 5), 200);
    assert_int_equal(status_of_headers(&l, 6), 431);
    assert_int_equal(status_of_headers(NULL, 100), 200);
    assert_int_equal(status_of_headers(NULL, 101), 431);
}

static int status_of_body(const apus_http_limits *l, size_t len, bool chunked)
{
    struct client *t = client_open(l);
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    apus_buf_lit(&b, "POST /ok HTTP/1.1\r\nHost: a\r\n");
    if (chunked)
        apus_buf_lit(&b, "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    else
        apus_buf_addf(&b, "Content-Length: %zu\r\n\r\n", len);
    if (chunked)
        apus_buf_addf(&b, "%zx\r\n", len - 1);
    fill(&b, chunked ? len - 1 : len);
    if (chunked)
        apus_buf_lit(&b, "\r\n0\r\n\r\n");
    int status = status_of(t, &b);
    client_close(t);
    return status;
}

static void body_max(void **state)
{
    apus_http_limits l = { .body_max = 1000 };
    (void)state;
    for (int chunked = 0; chunked < 2; chunked++) {
        assert_int_equal(status_of_body(&l, 999, chunked), 200);
        assert_int_equal(status_of_body(&l, 1000, chunked), 200);
        assert_int_equal(status_of_body(&l, 1001, chunked), 413);
        assert_int_equal(status_of_body(NULL, 1 << 20, chunked), 200);
        assert_int_equal(status_of_body(NULL, (1 << 20) + 1, chunked), 413);
    }
}

/* /small takes less than the server's own limit says, /large more. */
static void own_terms(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    int *n_asked = ctx;
    assert_int_equal(terms->body_max, 1000);
    (*n_asked)++;
    if (apus_str_eq(x->request.path, APUS_STR("/small")))
        terms->body_max = 10;
    else if (apus_str_eq(x->request.path, APUS_STR("/large")))
        terms->body_max = 5000;
}

static void each_request_has_its_body_max(void **state)
{
    apus_http_limits l = { .body_max = 1000 };
    static const struct {
        const char *path;
        size_t max;
    } rows[] = { { "/small", 10 }, { "/ok", 1000 }, { "/large", 5000 } };
    (void)state;
    for (size_t i = 0; i < 12; i++) {
        int n_asked = 0;
        bool chunked = i & 1;
        size_t len = rows[i / 4].max + (i >> 1 & 1);
        struct client *t = client_open(&l);
        apus_buf b = apus_buf_with(&apus_alloc_libc);
        apus_http_server_on_body(t->server, own_terms, &n_asked);
        apus_buf_addf(&b, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", rows[i / 4].path);
        apus_buf_addf(&b, "POST %s HTTP/1.1\r\nHost: a\r\n", rows[i / 4].path);
        if (chunked)
            apus_buf_addf(&b, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", len);
        else
            apus_buf_addf(&b, "Content-Length: %zu\r\n\r\n", len);
        fill(&b, len);
        apus_buf_add(&b, chunked ? APUS_STR("\r\n0\r\n\r\n") : APUS_STR(""));
        apus_str text;
        assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
        apus_http_pipe_send(t->pipe, text);
        bool refused = strstr(received(t), "HTTP/1.1 413 ");
        assert_int_equal(refused, len > rows[i / 4].max);
        assert_int_equal(n_asked, 1); /* not for the one without a body */
        apus_buf_finish(&b);
        client_close(t);
    }
}

/* What is larger than memory may hold stands on disk, and is as whole as any other. */
static void body_memory(void **state)
{
    apus_http_limits l = { .body_max = 8 << 20, .body_memory = 100000, .memory_max = 400000 };
    (void)state;
    for (int chunked = 0; chunked < 2; chunked++) {
        assert_int_equal(status_of_body(&l, 100000, chunked), 200);
        assert_int_equal(status_of_body(&l, 100001, chunked), 200);
        assert_int_equal(status_of_body(&l, 5 << 20, chunked), 200);
        assert_int_equal(status_of_body(&l, (8 << 20) + 1, chunked), 413);
    }
}

/* A body that does not fit the exchange's memory is refused, and the next is not. */
static void memory_max(void **state)
{
    apus_http_limits l = { .memory_max = 65536 };
    (void)state;
    assert_int_equal(status_of_body(&l, 40000, false), 200);
    assert_int_equal(status_of_body(&l, 200000, false), 503);
    assert_int_equal(status_of_body(&l, 200000, true), 503);
}

/* --- counts --- */

static void connections_max(void **state)
{
    apus_http_limits l = { .connections_max = 2 };
    struct client *t = client_open(&l);
    apus_http_pipe *second, *third;
    (void)state;
    assert_int_equal(apus_http_pipe_open(t->server, &t->out, &second), APUS_OK);
    assert_int_equal(apus_http_pipe_open(t->server, &t->out, &third), APUS_LIMIT);
    assert_int_equal(apus_http_server_connections(t->server), 2);
    apus_http_pipe_close(second);
    assert_int_equal(apus_http_server_connections(t->server), 1);
    assert_int_equal(apus_http_pipe_open(t->server, &t->out, &third), APUS_OK);
    apus_http_pipe_close(third);
    client_close(t);
}

static void send_many(struct client *t, const char *request, int n)
{
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    for (int i = 0; i < n; i++)
        apus_buf_add(&b, apus_str_of(request));
    apus_http_pipe_send(t->pipe, (apus_str){ b.ptr, b.len });
    apus_buf_finish(&b);
}

/* No more requests are started than may wait ... */
static void pipeline_max_of_requests_under_way(void **state)
{
    apus_http_limits l = { .pipeline_max = 4 };
    struct client *t = client_open(&l);
    (void)state;
    send_many(t, GET("/slow"), 3);
    assert_int_equal(t->n_calls, 3);
    send_many(t, GET("/slow"), 1);
    assert_int_equal(t->n_calls, 4);
    send_many(t, GET("/slow"), 5);
    assert_int_equal(t->n_calls, 4);
    release(t);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_calls, 9);
    assert_int_equal(count(received(t), OK), 9);
    client_close(t);
}

/* ... nor are more answered than a client that does not read leaves room for. */
static void pipeline_max_of_answers_not_read(void **state)
{
    apus_http_limits l = { .pipeline_max = 4 };
    struct client *t = client_open(&l);
    (void)state;
    apus_http_pipe_set_room(t->pipe, 10);
    send_many(t, GET("/ok"), 100);
    assert_int_equal(t->n_calls, 4);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_calls, 4);
    apus_http_pipe_set_room(t->pipe, SIZE_MAX);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_calls, 100);
    assert_int_equal(count(received(t), OK), 100);
    client_close(t);
}

/* --- waits --- */

static void idle_timeout(void **state)
{
    apus_http_limits l = { .idle_timeout = 400 * MS };
    struct client *t = client_open(&l);
    (void)state;
    for (int i = 0; i < 3; i++) { /* each request begins the wait anew */
        send_text(t, GET("/ok"));
        EXPECT(t, OK);
        turn_for(t, 160 * MS);
        assert_false(apus_http_pipe_is_closed(t->pipe));
    }
    turn_for(t, 300 * MS);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    EXPECT(t, "");
    client_close(t);
}

/* A handler may take longer than a client may idle. */
static void idle_timeout_spares_requests_under_way(void **state)
{
    apus_http_limits l = { .idle_timeout = 20 * MS, .head_timeout = 20 * MS };
    struct client *t = client_open(&l);
    (void)state;
    send_text(t, GET("/slow"));
    turn_for(t, 60 * MS);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    release(t);
    EXPECT(t, OK);
    client_close(t);
}

static void head_timeout_of_a_silent_client(void **state)
{
    apus_http_limits l = { .head_timeout = 300 * MS };
    struct client *t = client_open(&l);
    (void)state;
    turn_for(t, 100 * MS);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    turn_for(t, 300 * MS);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    EXPECT(t, "");
    client_close(t);
}

/* However steadily the bytes drip. */
static void head_timeout_of_a_dribble(void **state)
{
    apus_http_limits l = { .head_timeout = 200 * MS };
    struct client *t = client_open(&l);
    (void)state;
    send_text(t, GET("/ok"));
    EXPECT(t, OK);
    send_text(t, "GET /ok HT");
    int pieces = 0;
    while (t->out.len == 0 && pieces < 100) {
        send_text(t, "T");
        turn_for(t, 5 * MS);
        pieces++;
    }
    assert_in_range(pieces, 3, 60);
    EXPECT_STATUS(t, 408);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

static void head_in_time_is_served(void **state)
{
    apus_http_limits l = { .head_timeout = 2000 * MS };
    struct client *t = client_open(&l);
    (void)state;
    send_text(t, "GET /ok HTTP/1.1\r\n");
    turn_for(t, 30 * MS);
    send_text(t, "Host: a\r\n\r\n");
    EXPECT(t, OK);
    client_close(t);
}

static void body_timeout(void **state)
{
    apus_http_limits l = { .body_timeout = 300 * MS, .rate_min = 800 };
    struct client *t = client_open(&l);
    (void)state;
    send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    char piece[101];
    memset(piece, 'z', 100);
    piece[100] = '\0';
    for (int i = 0; i < 5; i++) { /* enough each time: goes on for longer than the limit */
        turn_for(t, 100 * MS);
        send_text(t, piece);
    }
    assert_int_equal(t->out.len, 0);
    int pieces = 0;
    while (t->out.len == 0 && pieces < 1000) { /* a dribble does not pay for its time */
        send_text(t, "z");
        turn_for(t, 5 * MS);
        pieces++;
    }
    assert_in_range(pieces, 3, 999);
    EXPECT_STATUS(t, 408);
    assert_int_equal(t->n_calls, 0);
    client_close(t);
}

static void body_timeout_of_chunks(void **state)
{
    apus_http_limits l = { .body_timeout = 50 * MS, .rate_min = 10000 };
    struct client *t = client_open(&l);
    (void)state;
    send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    int pieces = 0;
    while (t->out.len == 0 && pieces < 100) {
        send_text(t, "1\r\nz\r\n");
        turn_for(t, 5 * MS);
        pieces++;
    }
    assert_in_range(pieces, 3, 99);
    EXPECT_STATUS(t, 408);
    client_close(t);
}

static void write_timeout(void **state)
{
    apus_http_limits l = { .write_timeout = 300 * MS, .rate_min = 800 };
    struct client *t = client_open(&l);
    (void)state;
    apus_http_pipe_set_room(t->pipe, 100);
    send_text(t, GET("/big"));
    for (int i = 2; i < 7; i++) { /* takes enough each time */
        turn_for(t, 100 * MS);
        assert_false(apus_http_pipe_is_closed(t->pipe));
        apus_http_pipe_set_room(t->pipe, (size_t)i * 100);
    }
    for (int i = 0; i < 8; i++) { /* takes a byte now and then */
        turn_for(t, 50 * MS);
        apus_http_pipe_set_room(t->pipe, 600 + (size_t)i);
    }
    turn_for(t, 50 * MS);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_max),
        cmocka_unit_test(head_max),
        cmocka_unit_test(head_is_refused_without_a_body),
        cmocka_unit_test(headers_max),
        cmocka_unit_test(body_max),
        cmocka_unit_test(each_request_has_its_body_max),
        cmocka_unit_test(body_memory),
        cmocka_unit_test(memory_max),
        cmocka_unit_test(connections_max),
        cmocka_unit_test(pipeline_max_of_requests_under_way),
        cmocka_unit_test(pipeline_max_of_answers_not_read),
        cmocka_unit_test(idle_timeout),
        cmocka_unit_test(idle_timeout_spares_requests_under_way),
        cmocka_unit_test(head_timeout_of_a_silent_client),
        cmocka_unit_test(head_timeout_of_a_dribble),
        cmocka_unit_test(head_in_time_is_served),
        cmocka_unit_test(body_timeout),
        cmocka_unit_test(body_timeout_of_chunks),
        cmocka_unit_test(write_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
