/* HTTP/2: what is too much, too slow, a flood, or no HTTP/2 at all. */
#include "peer.h"

#include "apus/metric.h"

static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    apus_http_limits limits = {
        .body_max = 1000, .head_max = 2000, .headers_max = 20, .target_max = 100
    };
    struct peer *p = peer_open(&limits);
    char *bytes = calloc(1, 4000), path[200] = "/", value[1500];
    memset(path + 1, 'a', 150);
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = 0;
    struct answer *a = ask(p, "POST", "/echo", NULL, bytes, 4000);
    pump(p);
    assert_int_equal(a->status, 413);
    assert_true(a->ended);
    const char *announced[] = { "content-length", "1001", NULL };
    a = ask(p, "POST", "/echo", announced, bytes, SIZE_MAX);
    pump(p);
    assert_int_equal(a->status, 413);
    a = get(p, path);
    pump(p);
    assert_int_equal(a->status, 414);
    const char *large[] = { "a", value, "b", value, NULL };
    a = ask(p, "GET", "/ok", large, NULL, 0);
    pump(p);
    assert_int_equal(a->status, 431);
    a = ask(p, "HEAD", "/ok", large, NULL, 0);
    pump(p);
    assert_int_equal(a->status, 431);
    assert_int_equal(a->len, 0);
    assert_true(a->ended);
    const char *many[61] = { 0 };
    for (int i = 0; i < 60; i++)
        many[i] = "x";
    a = ask(p, "GET", "/ok", many, NULL, 0);
    pump(p);
    assert_int_equal(a->status, 431);
    const char *odd[] = { "expect", "miracles", NULL };
    a = ask(p, "POST", "/echo", odd, bytes, SIZE_MAX);
    pump(p);
    assert_int_equal(a->status, 417);
    a = get(p, "/ok"); /* and the connection goes on */
    pump(p);
    assert_int_equal(a->status, 200);
    assert_int_equal(p->t->n_calls, 1);
    peer_close(p);
    free(bytes);
}

/* Ten bytes for /echo, more than the server's own limit for the rest. */
static void own_terms(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx;
    terms->body_max = apus_str_eq(x->request.path, APUS_STR("/echo")) ? 10 : 3000;
}

static void each_request_has_its_body_max(void **state)
{
    (void)state;
    apus_http_limits limits = { .body_max = 1000 };
    struct peer *p = peer_open(&limits);
    char *bytes = calloc(1, 4000);
    apus_http_server_on_body(p->t->server, own_terms, NULL);
    static const struct {
        const char *path;
        size_t len;
        int status;
    } rows[] = {
        { "/echo", 10, 200 }, { "/echo", 11, 413 }, { "/ok", 3000, 200 }, { "/ok", 3001, 413 }
    };
    for (size_t i = 0; i < 4; i++) {
        struct answer *a = ask(p, "POST", rows[i].path, NULL, bytes, rows[i].len);
        pump(p);
        assert_int_equal(a->status, rows[i].status);
    }
    const char *announced[] = { "content-length", "11", NULL };
    struct answer *a = ask(p, "POST", "/echo", announced, bytes, SIZE_MAX);
    pump(p);
    assert_int_equal(a->status, 413);
    peer_close(p);
    free(bytes);
}

static void whoever_waits_is_told_to_continue(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    const char *expect[] = { "expect", "100-continue", NULL };
    struct answer *a = ask(p, "POST", "/echo", expect, "abc", 3);
    pump(p);
    assert_int_equal(a->interim, 100);
    assert_string_equal(a->body, "abc");
    peer_close(p);
}

static void slow_bodies_are_given_up(void **state)
{
    (void)state;
    apus_http_limits limits = { .body_timeout = 20 * APUS_MILLISECOND,
                                .idle_timeout = 50 * APUS_MILLISECOND };
    struct peer *p = peer_open(&limits);
    struct answer *a = ask(p, "POST", "/echo", NULL, "", SIZE_MAX);
    pump(p);
    assert_int_equal(a->status, 0);
    turn_for(p->t, 40 * APUS_MILLISECOND);
    pump(p);
    assert_int_equal(a->status, 408);
    turn_for(p->t, 100 * APUS_MILLISECOND);
    pump(p);
    assert_int_equal(p->goaway, NGHTTP2_NO_ERROR + 1);
    assert_true(apus_http_pipe_is_closed(p->t->pipe));
    peer_close(p);
}

static void a_client_without_windows_is_left(void **state)
{
    (void)state;
    apus_http_limits limits = { .write_timeout = 30 * APUS_MILLISECOND };
    struct peer *p = peer_open(&limits);
    nghttp2_settings_entry none = { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0 };
    nghttp2_submit_settings(p->session, 0, &none, 1);
    struct answer *a = get(p, "/big");
    pump(p);
    assert_int_equal(a->status, 200);
    assert_int_equal(a->len, 0);
    turn_for(p->t, 80 * APUS_MILLISECOND);
    pump(p);
    assert_true(a->closed);
    assert_int_equal(a->code, NGHTTP2_CANCEL);
    assert_false(apus_http_pipe_is_closed(p->t->pipe)); /* others may be read */
    peer_close(p);
}

/* Each acknowledgement is 17 bytes that leave; none of them are the answer's. */
static void pings_hold_no_answer(void **state)
{
    (void)state;
    apus_http_limits limits = { .write_timeout = 30 * APUS_MILLISECOND };
    nghttp2_settings_entry windows[] = { { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0 },
                                         { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 65535 } };
    int64_t before = apus_metric_read(NULL, APUS_METRIC_limit_write_time);
    struct peer *p = peer_open(&limits);
    nghttp2_submit_settings(p->session, 0, &windows[0], 1);
    struct answer *a = get(p, "/big");
    for (int i = 0; i < 500 && !a->closed; i++) {
        nghttp2_submit_ping(p->session, 0, NULL);
        pump(p);
        turn_for(p->t, 5 * APUS_MILLISECOND);
    }
    assert_int_equal(a->code, NGHTTP2_CANCEL);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_limit_write_time) - before, 1);
    nghttp2_submit_settings(p->session, 0, &windows[1], 1);
    struct answer *b = get(p, "/ok");
    pump(p);
    assert_int_equal(b->status, 200);
    peer_close(p);
}

/* What other streams send is none of its bytes. */
static void a_slow_body_among_busy_ones_is_given_up(void **state)
{
    (void)state;
    apus_http_limits limits = { .body_timeout = 30 * APUS_MILLISECOND };
    struct peer *p = peer_open(&limits);
    int64_t before = apus_metric_read(NULL, APUS_METRIC_limit_body_time);
    char bytes[100] = { 0 };
    struct answer *slow = ask(p, "POST", "/echo", NULL, "", SIZE_MAX);
    for (int i = 0; i < 250 && !slow->status; i++) {
        struct answer *busy = ask(p, "POST", "/echo", NULL, bytes, sizeof(bytes));
        pump(p);
        assert_int_equal(busy->status, 200);
        turn_for(p->t, 5 * APUS_MILLISECOND);
        pump(p);
    }
    assert_int_equal(slow->status, 408);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_limit_body_time) - before, 1);
    assert_false(apus_http_pipe_is_closed(p->t->pipe));
    peer_close(p);
}

static void resets_cancel_handlers(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    struct answer *a = get(p, "/slow"), *b = get(p, "/slow");
    pump(p);
    nghttp2_submit_rst_stream(p->session, 0, a->id, NGHTTP2_CANCEL);
    pump(p);
    assert_int_equal(p->t->n_cancelled, 1);
    assert_int_equal(p->t->reply_rc, APUS_IO);
    release(p->t);
    pump(p);
    assert_int_equal(b->status, 200);
    peer_close(p);
}

static void rapid_resets_end_the_connection(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    int i = 0;
    for (; i < 290 && !p->goaway; i++) {
        struct answer *a = get(p, "/slow");
        pump(p);
        if (p->goaway)
            break;
        nghttp2_submit_rst_stream(p->session, 0, a->id, NGHTTP2_CANCEL);
        p->t->n_waiters = 0;
        pump(p);
    }
    assert_int_equal(p->goaway, NGHTTP2_ENHANCE_YOUR_CALM + 1);
    assert_true(i > 100);
    peer_close(p);
}

static void floods_end_the_connection(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    int i = 0;
    ask(p, "POST", "/echo", NULL, "", SIZE_MAX); /* which will not keep it */
    for (; i < 5000 && !p->goaway; i++) {
        nghttp2_submit_ping(p->session, 0, NULL);
        pump(p);
    }
    assert_int_equal(p->goaway, NGHTTP2_ENHANCE_YOUR_CALM + 1);
    assert_true(apus_http_pipe_is_closed(p->t->pipe));
    assert_true(i > 1000);
    peer_close(p);
}

static void what_is_no_http2_is_closed(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame at all, is it?", 55 },
        { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x01\x00\x00\x00\x00", 33 },
        { "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", 24 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client *t = client_open(NULL);
        (void)apus_http_pipe_send(t->pipe, (apus_str){ rows[i].bytes, rows[i].len });
        turn_for(t, 5 * APUS_MILLISECOND);
        assert_int_equal(t->n_calls, 0);
        assert_true(t->out.len > 0); /* it was told why */
        client_close(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(each_request_has_its_body_max),
        cmocka_unit_test(whoever_waits_is_told_to_continue),
        cmocka_unit_test(slow_bodies_are_given_up),
        cmocka_unit_test(a_client_without_windows_is_left),
        cmocka_unit_test(pings_hold_no_answer),
        cmocka_unit_test(a_slow_body_among_busy_ones_is_given_up),
        cmocka_unit_test(resets_cancel_handlers),
        cmocka_unit_test(rapid_resets_end_the_connection),
        cmocka_unit_test(floods_end_the_connection),
        cmocka_unit_test(what_is_no_http2_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
