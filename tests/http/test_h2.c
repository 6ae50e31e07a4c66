/* HTTP/2 with nghttp2's own client at the other end of a pipe. */
#include "client.h"

#include <nghttp2/nghttp2.h>

#include "http/connection.h"
#include "../support/failing.h"

enum { ANSWERS_MAX = 300 };

/* One request, from the client's side. */
struct answer {
    int32_t id;
    int status, interim;
    char type[64], length[24], other[64]; /* content-type, content-length, x-a */
    size_t len;                           /* of the body */
    uint64_t sum;                         /* of its bytes */
    char body[256];
    bool ended, closed;
    uint32_t code;     /* with which it was closed */
    const char *sends; /* a body ... */
    size_t left;       /* ... and how much of it there is; SIZE_MAX: it never ends */
};

struct peer {
    struct client *t;
    nghttp2_session *session;
    struct answer answers[ANSWERS_MAX];
    int n;
    uint32_t goaway; /* its code, plus one */
    bool has_connect;
};

static struct answer *answer_to(struct peer *p, int32_t id)
{
    for (int i = 0; i < p->n; i++)
        if (p->answers[i].id == id)
            return &p->answers[i];
    return NULL;
}

static int on_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *ctx)
{
    struct answer *a = answer_to(ctx, f->hd.stream_id);
    (void)s, (void)flags, (void)name_len;
    const char *n = (const char *)name;
    char *to = strcmp(n, "content-type") == 0     ? a->type
               : strcmp(n, "content-length") == 0 ? a->length
               : strcmp(n, "x-a") == 0            ? a->other
                                                  : NULL;
    if (strcmp(n, ":status") == 0 && value[0] == '1')
        a->interim = atoi((const char *)value);
    else if (strcmp(n, ":status") == 0)
        a->status = atoi((const char *)value);
    else if (to)
        memcpy(to, value, value_len + 1);
    return 0;
}

static int on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *data, size_t len,
                   void *ctx)
{
    struct answer *a = answer_to(ctx, id);
    (void)s, (void)flags;
    for (size_t i = 0; i < len; i++) {
        if (a->len + i + 1 < sizeof(a->body))
            a->body[a->len + i] = (char)data[i];
        a->sum += data[i];
    }
    a->len += len;
    return 0;
}

static int on_frame(nghttp2_session *s, const nghttp2_frame *f, void *ctx)
{
    struct peer *p = ctx;
    struct answer *a = answer_to(p, f->hd.stream_id);
    if (a && f->hd.flags & NGHTTP2_FLAG_END_STREAM)
        a->ended = true;
    if (f->hd.type == NGHTTP2_GOAWAY)
        p->goaway = f->goaway.error_code + 1;
    p->has_connect =
        nghttp2_session_get_remote_settings(s, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL);
    return 0;
}

static int on_close(nghttp2_session *s, int32_t id, uint32_t code, void *ctx)
{
    struct answer *a = answer_to(ctx, id);
    (void)s;
    a->closed = true;
    a->code = code;
    return 0;
}

static struct peer *peer_open(const apus_http_limits *limits)
{
    struct peer *p = calloc(1, sizeof(*p));
    nghttp2_session_callbacks *calls;
    p->t = client_open(limits);
    nghttp2_session_callbacks_new(&calls);
    nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_close);
    nghttp2_session_client_new(&p->session, calls, p);
    nghttp2_session_callbacks_del(calls);
    nghttp2_submit_settings(p->session, 0, NULL, 0);
    return p;
}

static void peer_close(struct peer *p)
{
    nghttp2_session_del(p->session);
    client_close(p->t);
    free(p);
}

/* What each side has to say, to the other. */
static void pump(struct peer *p)
{
    for (int i = 0; i < 200; i++) {
        const uint8_t *bytes;
        ssize_t len;
        size_t moved = 0;
        while ((len = nghttp2_session_mem_send(p->session, &bytes)) > 0) {
            moved += (size_t)len;
            if (apus_http_pipe_send(p->t->pipe, (apus_str){ (const char *)bytes, (size_t)len }))
                break;
        }
        apus_loop_turn(p->t->loop, 0);
        if (p->t->out.len) {
            moved += p->t->out.len;
            len = nghttp2_session_mem_recv(p->session, (uint8_t *)p->t->out.ptr, p->t->out.len);
            assert_true(len >= 0);
            apus_buf_clear(&p->t->out);
        }
        if (!moved)
            return;
    }
}

static nghttp2_nv nv(const char *name, const char *value)
{
    return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name),
                         strlen(value), 0 };
}

static ssize_t give_body(nghttp2_session *s, int32_t id, uint8_t *to, size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *ctx)
{
    struct answer *a = source->ptr;
    (void)s, (void)id, (void)ctx;
    if (a->left == SIZE_MAX)
        return NGHTTP2_ERR_DEFERRED;
    size_t n = a->left < room ? a->left : room;
    memcpy(to, a->sends, n);
    a->sends += n;
    a->left -= n;
    if (!a->left)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)n;
}

/* Asks with further headers ("name", "value", ..., NULL) and a body. */
static struct answer *ask(struct peer *p, const char *method, const char *path,
                          const char *const *headers, const char *body, size_t len)
{
    nghttp2_nv list[160] = { nv(":method", method), nv(":scheme", "http"), nv(":authority", "a"),
                             nv(":path", path) };
    size_t n = 4;
    for (; headers && *headers; headers += 2)
        list[n++] = nv(headers[0], headers[1]);
    assert_true(p->n < ANSWERS_MAX);
    struct answer *a = &p->answers[p->n++];
    *a = (struct answer){ .sends = body, .left = len };
    nghttp2_data_provider data = { { .ptr = a }, give_body };
    a->id = nghttp2_submit_request(p->session, NULL, list, n, body ? &data : NULL, p);
    return a;
}

static struct answer *get(struct peer *p, const char *path)
{
    return ask(p, "GET", path, NULL, NULL, 0);
}

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

/* --- refusals --- */

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
    assert_true(apus_http_pipe_is_closed(p->t->pipe));
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
    for (; i < 5000 && !p->goaway; i++) {
        nghttp2_submit_ping(p->session, 0, NULL);
        pump(p);
    }
    assert_int_equal(p->goaway, NGHTTP2_ENHANCE_YOUR_CALM + 1);
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
    nghttp2_nv list[] = { nv(":method", "CONNECT"), nv(":protocol", "websocket"),
                          nv(":scheme", "http"),    nv(":path", "/chat"),
                          nv(":authority", "a"),    nv("sec-websocket-version", "13") };
    struct answer *a = &p->answers[p->n++];
    *a = (struct answer){ .left = SIZE_MAX };
    nghttp2_data_provider data = { { .ptr = a }, give_body };
    a->id = nghttp2_submit_request(p->session, NULL, list, 6, &data, p);
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

/* --- bodies that their handler reads --- */

/* /all counts what it reads, /wait waits before, /none does not read; the answer says how many
 * bytes there were, and what it came to. */
static void read_body(struct client *t, apus_exchange *x)
{
    static char room[20000];
    uint64_t n = 0;
    size_t got;
    apus_rc rc = APUS_OK;
    if (apus_str_eq(x->request.path, APUS_STR("/wait")))
        wait_for_release(t);
    while (!rc && !apus_str_eq(x->request.path, APUS_STR("/none"))) {
        rc = apus_exchange_read(x, room, sizeof(room), &got);
        n += rc ? 0 : got;
    }
    t->n_cancelled += apus_exchange_is_abandoned(x);
    apus_http_reply r =
        text_reply(200, apus_arena_strf(&x->arena, "%llu %s", (unsigned long long)n,
                                        rc == APUS_DONE ? "whole" : apus_rc_text(rc)));
    t->reply_rc = apus_exchange_reply(x, &r);
}

static void streamed(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx, (void)x;
    terms->is_streamed = true;
}

static struct peer *peer_streamed(const apus_http_limits *limits)
{
    struct peer *p = peer_open(limits);
    p->t->own = read_body;
    apus_http_server_on_body(p->t->server, streamed, NULL);
    return p;
}

static void bodies_are_read_as_they_come(void **state)
{
    (void)state;
    apus_http_limits limits = { .memory_max = 400000, .body_max = 10 << 20 };
    struct peer *p = peer_streamed(&limits);
    char *bytes = calloc(1, 8 << 20);
    struct answer *large = ask(p, "POST", "/all", NULL, bytes, 8 << 20);
    struct answer *small = ask(p, "POST", "/all", NULL, "abc", 3);
    struct answer *none = get(p, "/all");
    for (int i = 0; i < 20 && !large->ended; i++)
        pump(p);
    assert_string_equal(large->body, "8388608 whole");
    assert_string_equal(small->body, "3 whole");
    assert_string_equal(none->body, "0 whole");
    const char *expect[] = { "expect", "100-continue", NULL };
    struct answer *asks = ask(p, "POST", "/all", expect, "abcd", 4);
    pump(p);
    assert_int_equal(asks->interim, 100);
    assert_string_equal(asks->body, "4 whole");
    struct answer *unread = ask(p, "POST", "/none", expect, "abcd", SIZE_MAX);
    pump(p);
    assert_int_equal(unread->interim, 0);
    assert_string_equal(unread->body, "0 success");
    assert_true(unread->closed);
    free(bytes);
    peer_close(p);
}

/* Handlers that do not read hold a window each, and are in nobody's way. */
static void what_is_not_read_stays_with_the_client(void **state)
{
    enum { N = 40 };
    (void)state;
    apus_http_limits limits = { .body_max = 1 << 20 };
    struct peer *p = peer_streamed(&limits);
    struct answer *slow[N], *other;
    char *bytes = calloc(1, 200000);
    for (int i = 0; i < N; i++)
        slow[i] = ask(p, "POST", "/wait", NULL, bytes, 200000);
    pump(p);
    assert_int_equal(slow[0]->left, 200000 - 65535);
    assert_int_equal(slow[N - 1]->left, 200000 - 65535);
    other = ask(p, "POST", "/all", NULL, bytes, 150000);
    pump(p);
    assert_string_equal(other->body, "150000 whole");
    release(p->t);
    for (int i = 0; i < 20; i++)
        pump(p);
    for (int i = 0; i < N; i++)
        assert_string_equal(slow[i]->body, "200000 whole");
    free(bytes);
    peer_close(p);
}

static void what_is_wrong_with_bodies_is_told(void **state)
{
    (void)state;
    apus_http_limits limits = { .body_max = 1000, .body_timeout = 20 * APUS_MILLISECOND };
    struct peer *p = peer_streamed(&limits);
    char *bytes = calloc(1, 4000);
    struct answer *large = ask(p, "POST", "/all", NULL, bytes, 1001);
    struct answer *slow = ask(p, "POST", "/all", NULL, bytes, SIZE_MAX);
    pump(p);
    assert_non_null(strstr(large->body, apus_rc_text(APUS_LIMIT)));
    turn_for(p->t, 60 * APUS_MILLISECOND);
    pump(p);
    assert_non_null(strstr(slow->body, apus_rc_text(APUS_TIMEOUT)));
    struct answer *reset = ask(p, "POST", "/all", NULL, bytes, SIZE_MAX);
    pump(p);
    nghttp2_submit_rst_stream(p->session, 0, reset->id, NGHTTP2_CANCEL);
    pump(p);
    assert_int_equal(p->t->n_cancelled, 1);
    assert_int_equal(p->t->reply_rc, APUS_IO);
    struct answer *after = ask(p, "POST", "/all", NULL, bytes, 1000);
    pump(p);
    assert_string_equal(after->body, "1000 whole");
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

/* Whichever allocation of ours fails: the client is answered or told, nothing is lost. */
static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    for (unsigned k = 1;; k++) {
        struct failing f = { 0 };
        apus_alloc alloc = failing_alloc(&f);
        struct peer *p = peer_open(NULL);
        apus_http_pipe_close(p->t->pipe);
        apus_http_server_destroy(p->t->server);
        assert_int_equal(apus__http_server_create_with(&alloc, p->t->loop, NULL, handle, p->t,
                                                       &p->t->server, NULL),
                         APUS_OK);
        assert_int_equal(apus_http_pipe_open(p->t->server, &p->t->out, &p->t->pipe), APUS_OK);
        f.fail_at = f.calls + k;
        ask(p, "POST", "/echo", NULL, p->t->big, 100000);
        get(p, "/big");
        get(p, "/ok");
        pump(p);
        bool was_refused = f.calls >= f.fail_at;
        peer_close(p);
        assert_int_equal(f.held, 0);
        if (!was_refused)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(each_kind_of_answer),
        cmocka_unit_test(requests_run_side_by_side),
        cmocka_unit_test(bodies_of_any_size_pass_the_windows),
        cmocka_unit_test(handlers_see_what_they_know),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(each_request_has_its_body_max),
        cmocka_unit_test(whoever_waits_is_told_to_continue),
        cmocka_unit_test(slow_bodies_are_given_up),
        cmocka_unit_test(a_client_without_windows_is_left),
        cmocka_unit_test(resets_cancel_handlers),
        cmocka_unit_test(rapid_resets_end_the_connection),
        cmocka_unit_test(floods_end_the_connection),
        cmocka_unit_test(what_is_no_http2_is_closed),
        cmocka_unit_test(pieces_leave_when_they_are_written),
        cmocka_unit_test(a_part_does_not_look_whole),
        cmocka_unit_test(writers_wait_for_windows),
        cmocka_unit_test(bodies_are_read_as_they_come),
        cmocka_unit_test(what_is_not_read_stays_with_the_client),
        cmocka_unit_test(what_is_wrong_with_bodies_is_told),
        cmocka_unit_test(tunnels_carry_bytes_both_ways),
        cmocka_unit_test(plain_connect_is_refused),
        cmocka_unit_test(draining_finishes_what_is_under_way),
        cmocka_unit_test(clients_may_leave_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
