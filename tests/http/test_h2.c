/* HTTP/2: requests and their answers, in pieces too, WebSockets, and ends. */
#include "peer.h"

/* --- requests and answers --- */

static void each_kind_of_answer(void **state)
{
    static const struct {
        const char *method, *path, *body;
        int status;
        const char *length, *got, *other;
    } rows[] = {
        { "GET", "/ok", NULL, 200, "2", "OK", "" },
        { "HEAD", "/ok", NULL, 200, "2", "", "" },
        { "POST", "/echo", "hello", 200, "5", "hello", "" },
        { "POST", "/echo", "", 200, "0", "", "" },
        { "PUT", "/empty", "x", 204, "", "", "b" },
        { "GET", "/same", NULL, 304, "", "", "" },
        { "GET", "/odd", NULL, 500, "2", "OK", "" },
        { "GET", "/silent", NULL, 500, "34", NULL, "" },
        { "GET", "/end", NULL, 200, "2", "OK", "" },
        { "GET", "/early", NULL, 200, "2", "OK", "" },
        { "GET", "/ok?a=%41&b", NULL, 200, "2", "OK", "" },
        { "GET", "/#x", NULL, 400, NULL, NULL, "" },
        { "OPTIONS", "*", NULL, 200, "2", "OK", "" },
        { "BREW", "/ok", NULL, 200, "2", "OK", "" },
    };
    (void)state;
    struct peer *p = peer_open(NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer *a = ask(p, rows[i].method, rows[i].path, NULL, rows[i].body,
                               rows[i].body ? strlen(rows[i].body) : 0);
        pump(p);
        if (a->status != rows[i].status || !a->ended)
            fail_msg("%s %s: %d, %s", rows[i].method, rows[i].path, a->status,
                     a->ended ? "ended" : "not ended");
        if (rows[i].length && rows[i].status != 500)
            assert_string_equal(a->length, rows[i].length);
        if (rows[i].got)
            assert_string_equal(a->body, rows[i].got);
        assert_string_equal(a->other, rows[i].other);
    }
    assert_int_equal(p->goaway, 0);
    peer_close(p);
}

static void requests_run_side_by_side(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    struct answer *slow = get(p, "/slow"), *ok = get(p, "/ok");
    pump(p);
    assert_int_equal(ok->status, 200); /* it did not wait */
    assert_int_equal(slow->status, 0);
    release(p->t);
    pump(p);
    assert_int_equal(slow->status, 200);
    peer_close(p);
}

static uint64_t sum_of(const char *bytes, size_t len)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)bytes[i];
    return sum;
}

static void bodies_of_any_size_pass_the_windows(void **state)
{
    static const size_t sizes[] = { 1, 16384, 16385, 65535, 65536, 200000, 1 << 20 };
    (void)state;
    char *bytes = malloc(1 << 20);
    for (size_t i = 0; i < 1 << 20; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    struct peer *p = peer_open(NULL);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct answer *a = ask(p, "POST", "/echo", NULL, bytes, sizes[i]);
        pump(p);
        assert_int_equal(a->len, sizes[i]);
        assert_int_equal(a->sum, sum_of(bytes, sizes[i]));
    }
    struct answer *big[20];
    for (int i = 0; i < 20; i++)
        big[i] = get(p, "/big");
    pump(p);
    for (int i = 0; i < 20; i++)
        assert_int_equal(big[i]->len, BIG);
    peer_close(p);
    free(bytes);
}

static void note_request(struct client *t, apus_exchange *x)
{
    const apus_http_request *r = &x->request;
    apus_buf b = apus_buf_in(&x->arena);
    (void)t;
    apus_buf_addf(&b, "%u %.*s %.*s?%.*s %.*s", r->version, APUS_FMT(r->method_text),
                  APUS_FMT(r->path), APUS_FMT(r->query), APUS_FMT(r->host));
    for (uint32_t i = 0; i < r->n_headers; i++)
        apus_buf_addf(&b, " %.*s=%.*s", APUS_FMT(r->headers[i].name),
                      APUS_FMT(r->headers[i].value));
    apus_str text;
    assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
    apus_exchange_reply(x, &(apus_http_reply){ .status = 200, .body = text });
}

static void handlers_see_what_they_know(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    p->t->own = note_request;
    const char *headers[] = { "x-b", "c", "cookie", "a=1", "cookie", "b=2", NULL };
    struct answer *a = ask(p, "GET", "/p?q=1", headers, NULL, 0);
    pump(p);
    assert_string_equal(a->body, "20 GET /p?q=1 a host=a x-b=c cookie=a=1 cookie=b=2");
    const char *host[] = { "host", "other", NULL };
    a = ask(p, "GET", "/", host, NULL, 0);
    pump(p);
    assert_true(a->status == 0 || strcmp(a->body, "20 GET /? a host=a") == 0);
    peer_close(p);
}

/* --- answers in pieces --- */

static void in_pieces(struct client *t, apus_exchange *x)
{
    apus_http_reply head = text_reply(200, APUS_STR(""));
    bool counted = apus_str_starts(x->request.path, APUS_STR("/counted"));
    apus_rc rc = apus_exchange_begin(x, &head, counted ? 8 : APUS_LENGTH_UNKNOWN);
    t->reply_rc = rc;
    if (rc)
        return;
    assert_int_equal(apus_exchange_write(x, APUS_STR("ab")), APUS_OK);
    if (apus_str_ends(x->request.path, APUS_STR("slow")))
        wait_for_release(t);
    if (apus_str_ends(x->request.path, APUS_STR("big")))
        t->reply_rc = apus_exchange_write(x, (apus_str){ t->big, BIG });
    else if (!apus_str_ends(x->request.path, APUS_STR("cut")))
        t->reply_rc = apus_exchange_write(x, APUS_STR("cdefgh"));
    if (!apus_str_ends(x->request.path, APUS_STR("cut")))
        t->reply_rc = apus_exchange_finish(x);
}

static void pieces_leave_when_they_are_written(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    p->t->own = in_pieces;
    struct answer *slow = get(p, "/slow"), *counted = get(p, "/counted"), *big = get(p, "/big");
    struct answer *head = ask(p, "HEAD", "/counted", NULL, NULL, 0);
    pump(p);
    assert_string_equal(slow->body, "ab");
    assert_false(slow->ended);
    assert_string_equal(counted->body, "abcdefgh");
    assert_string_equal(counted->length, "8");
    assert_true(counted->ended);
    assert_int_equal(big->len, BIG + 2);
    assert_true(big->ended);
    assert_true(head->ended);
    assert_int_equal(head->len, 0);
    release(p->t);
    pump(p);
    assert_string_equal(slow->body, "abcdefgh");
    assert_true(slow->ended);
    peer_close(p);
}

static void a_part_does_not_look_whole(void **state)
{
    static const char *const paths[] = { "/cut", "/counted/cut" };
    (void)state;
    struct peer *p = peer_open(NULL);
    p->t->own = in_pieces;
    for (size_t i = 0; i < 2; i++) {
        struct answer *a = get(p, paths[i]);
        pump(p);
        assert_true(a->closed);
        assert_int_equal(a->code, NGHTTP2_INTERNAL_ERROR);
    }
    struct answer *a = get(p, "/counted");
    pump(p);
    assert_true(a->ended); /* the others are not affected */
    peer_close(p);
}

static void writers_wait_for_windows(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    p->t->own = in_pieces;
    nghttp2_settings_entry small = { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1000 };
    nghttp2_submit_settings(p->session, 0, &small, 1);
    struct answer *a = get(p, "/big");
    nghttp2_session_set_local_window_size(p->session, 0, a->id, 1000);
    pump(p);
    pump(p);
    for (int i = 0; i < 5000 && !a->ended; i++)
        pump(p);
    assert_int_equal(a->len, BIG + 2);
    assert_int_equal(p->t->reply_rc, APUS_OK);
    peer_close(p);
}

/* --- WebSockets (RFC 8441) --- */

static void echo_bytes(struct client *t, apus_exchange *x)
{
    char bytes[100];
    size_t got;
    const apus_http_header *h = apus_http_header_find(&x->request, APUS_STR("upgrade"));
    assert_non_null(h);
    assert_int_equal(x->request.method, APUS_METHOD_GET);
    t->reply_rc = apus_exchange_upgrade(x, APUS_STR("Upgrade: websocket\r\nX-A: b\r\n"
                                                    "Sec-WebSocket-Accept: c\r\n"));
    if (t->reply_rc)
        return;
    while (!(t->reply_rc = apus_exchange_recv(x, bytes, sizeof(bytes), APUS_NEVER, &got)))
        assert_int_equal(apus_exchange_write(x, (apus_str){ bytes, got }), APUS_OK);
    apus_exchange_finish(x);
}

static void tunnels_carry_bytes_both_ways(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    pump(p);
    assert_true(p->has_connect);
    p->t->own = echo_bytes;
    struct answer *a = ask_tunnel(p);
    pump(p);
    assert_int_equal(a->status, 200);
    assert_string_equal(a->other, "b");
    assert_false(a->ended);
    char *bytes = malloc(150000);
    for (size_t i = 0; i < 150000; i++)
        bytes[i] = (char)(i % 253);
    a->sends = bytes;
    a->left = 150000; /* and then the end */
    nghttp2_session_resume_data(p->session, a->id);
    pump(p);
    assert_int_equal(a->len, 150000);
    assert_int_equal(a->sum, sum_of(bytes, 150000));
    assert_true(a->ended);
    assert_int_equal(p->t->reply_rc, APUS_DONE);
    free(bytes);
    peer_close(p);
}

/* --- what is no request of ours --- */

static void plain_connect_is_refused(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    nghttp2_nv list[] = { nv(":method", "CONNECT"), nv(":authority", "a:80") };
    struct answer *a = &p->answers[p->n++];
    *a = (struct answer){ 0 };
    a->id = nghttp2_submit_request(p->session, NULL, list, 2, NULL, p);
    pump(p);
    assert_int_equal(a->status, 501);
    assert_int_equal(p->t->n_calls, 0);
    peer_close(p);
}

/* --- ends --- */

static void note_drained(void *ctx)
{
    ((struct client *)ctx)->drained = true;
}

static void draining_finishes_what_is_under_way(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    struct answer *a = get(p, "/slow");
    pump(p);
    apus_http_server_drain(p->t->server, apus_loop_now(p->t->loop) + APUS_SECOND, note_drained,
                           p->t);
    pump(p);
    assert_int_equal(p->goaway, NGHTTP2_NO_ERROR + 1);
    assert_false(p->t->drained);
    release(p->t);
    pump(p);
    assert_int_equal(a->status, 200);
    apus_loop_turn(p->t->loop, 0);
    apus_loop_turn(p->t->loop, 0);
    assert_true(p->t->drained);
    peer_close(p);
}

static void clients_may_leave_at_any_time(void **state)
{
    (void)state;
    for (int when = 0; when < 3; when++) {
        struct peer *p = peer_open(NULL);
        get(p, "/slow");
        get(p, "/flush");
        get(p, "/big");
        ask(p, "POST", "/echo", NULL, "", SIZE_MAX);
        if (when)
            pump(p);
        if (when == 2)
            apus_http_pipe_finish(p->t->pipe);
        apus_http_pipe_close(p->t->pipe);
        p->t->pipe = NULL;
        apus_loop_turn(p->t->loop, 0);
        assert_int_equal(p->t->n_cancelled, when ? 1 : 0);
        nghttp2_session_del(p->session);
        apus_http_server_destroy(p->t->server);
        apus_loop_turn(p->t->loop, 0);
        assert_int_equal(p->t->n_deferred, p->t->n_calls); /* every arena came back */
        apus_loop_destroy(p->t->loop);
        apus_buf_finish(&p->t->out);
        free(p->t->big);
        free(p->t);
        free(p);
    }
}

/* What has begun and is not whole will never be: it does not keep the connection. */
static void a_client_that_sends_no_more_ends_what_it_began(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    struct answer *a = get(p, "/slow"), *b = ask(p, "POST", "/echo", NULL, "", SIZE_MAX);
    pump(p);
    apus_http_pipe_finish(p->t->pipe);
    turn_for(p->t, APUS_MILLISECOND);
    assert_false(apus_http_pipe_is_closed(p->t->pipe));
    release(p->t);
    turn_for(p->t, APUS_MILLISECOND);
    assert_true(apus_http_pipe_is_closed(p->t->pipe));
    nghttp2_session_mem_recv(p->session, (uint8_t *)p->t->out.ptr, p->t->out.len);
    assert_int_equal(a->status, 200);
    assert_int_equal(b->code, NGHTTP2_INTERNAL_ERROR);
    assert_int_equal(p->t->n_calls, 1);
    peer_close(p);
}

static void tunnels_end_with_their_client(void **state)
{
    (void)state;
    struct peer *p = peer_open(NULL);
    pump(p);
    p->t->own = echo_bytes;
    struct answer *a = ask_tunnel(p);
    pump(p);
    apus_http_pipe_finish(p->t->pipe);
    turn_for(p->t, APUS_MILLISECOND);
    assert_int_equal(p->t->reply_rc, APUS_DONE);
    assert_true(apus_http_pipe_is_closed(p->t->pipe));
    nghttp2_session_mem_recv(p->session, (uint8_t *)p->t->out.ptr, p->t->out.len);
    assert_true(a->ended);
    peer_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_answer),
        cmocka_unit_test(requests_run_side_by_side),
        cmocka_unit_test(bodies_of_any_size_pass_the_windows),
        cmocka_unit_test(handlers_see_what_they_know),
        cmocka_unit_test(pieces_leave_when_they_are_written),
        cmocka_unit_test(a_part_does_not_look_whole),
        cmocka_unit_test(writers_wait_for_windows),
        cmocka_unit_test(tunnels_carry_bytes_both_ways),
        cmocka_unit_test(plain_connect_is_refused),
        cmocka_unit_test(draining_finishes_what_is_under_way),
        cmocka_unit_test(clients_may_leave_at_any_time),
        cmocka_unit_test(a_client_that_sends_no_more_ends_what_it_began),
        cmocka_unit_test(tunnels_end_with_their_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
