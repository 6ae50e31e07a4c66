/* From the headers and data of a stream to a request. */
#include "http/h2.h"

static const char no_memory[] = "the request needs too much memory";

static apus__exchange *exchange_of(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

/* --- the request's place --- */

static apus__h2_stream *new_stream(apus__exchange *x, int32_t id)
{
    const apus_http_limits *l = &x->c->server->limits;
    apus__h2_stream *s = APUS_NEW(&x->pub.arena, apus__h2_stream, 1);
    if (s)
        *s = (apus__h2_stream){ .id = id,
                                .reads = { APUS_NEVER, l->body_timeout, l->body_timeout },
                                .writes = { APUS_NEVER, l->write_timeout, l->write_timeout },
                                .head = apus_buf_in(&x->pub.arena),
                                .body = apus_buf_in(&x->pub.arena),
                                .pending = apus_buf_in(&x->pub.arena) };
    return s;
}

int apus__h2_on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *ctx)
{
    apus__h2 *h = ctx;
    apus__connection *c = h->c;
    if (h->is_dead)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    h->in_headers = true;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0; /* trailers */
    apus__exchange *x = apus__exchange_begin(c);
    if (!x)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* the stream is reset */
    c->turn = NULL;                                   /* answers need none */
    c->n_open = 0;
    x->h2 = new_stream(x, frame->hd.stream_id);
    if (!x->h2) {
        x->request_state = APUS__REQUEST_DONE;
        apus__exchange_answer_over(x);
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    h->n_arriving++;
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, x);
    return 0;
}

/* It is not waited for any more. */
static void has_arrived(apus__exchange *x)
{
    if (x->request_state != APUS__REQUEST_ARRIVING)
        return;
    x->c->h2->n_arriving--;
    apus__h2_pace_stop(x->c->h2, &x->h2->reads);
}

void apus__h2_refuse(apus__exchange *x, uint16_t status, const char *detail)
{
    has_arrived(x);
    apus__exchange_refuse(x, status, detail);
}

/* --- headers, written as HTTP/1.1 --- */

/* What a WebSocket of RFC 8441 does not send, because HTTP/2 says it otherwise: handlers see
 * the handshake of RFC 6455 that it stands for. */
static const char handshake[] = "upgrade: websocket\r\nconnection: Upgrade\r\n"
                                "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/* The pseudo-headers come first, so with the first other one they are known. */
static void begin_head(apus__h2_stream *s)
{
    if (s->has_line)
        return;
    s->has_line = true;
    s->is_tunnel = apus_str_eq(s->protocol, APUS_STR("websocket"));
    apus_buf_add(&s->head, s->is_tunnel ? APUS_STR("GET") : s->method);
    apus_buf_addc(&s->head, ' ');
    apus_buf_add(&s->head, s->path);
    apus_buf_lit(&s->head, " HTTP/1.1\r\n");
    if (s->authority.len) {
        apus_buf_lit(&s->head, "host: ");
        apus_buf_add(&s->head, s->authority);
        apus_buf_lit(&s->head, "\r\n");
        s->n_headers++;
    }
    if (s->is_tunnel) {
        apus_buf_add(&s->head, apus_str_of(handshake));
        s->n_headers += 3;
    }
}

/* The place for a pseudo-header, or NULL. */
static apus_str *pseudo(apus__h2_stream *s, apus_str name)
{
    const struct {
        apus_str name, *place;
    } rows[] = {
        { APUS_STR(":method"), &s->method },
        { APUS_STR(":path"), &s->path },
        { APUS_STR(":authority"), &s->authority },
        { APUS_STR(":protocol"), &s->protocol },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (apus_str_eq(rows[i].name, name))
            return rows[i].place;
    return NULL;
}

/* A copy; when memory is out, the head fails as a whole. */
static apus_str keep(apus__exchange *x, apus_str value)
{
    char *to = apus_arena_alloc(&x->pub.arena, value.len, 1);
    if (!to)
        x->h2->head.failed = APUS_NOMEM;
    else if (value.len)
        memcpy(to, value.ptr, value.len);
    return (apus_str){ to ? to : "", to ? value.len : 0 };
}

static void add_header(apus__h2_stream *s, apus_str name, apus_str value)
{
    begin_head(s);
    if (s->authority.len && apus_str_eq(name, APUS_STR("host")))
        return; /* RFC 9113 section 8.3.1: the authority counts */
    apus_buf_add(&s->head, name);
    apus_buf_lit(&s->head, ": ");
    apus_buf_add(&s->head, value);
    apus_buf_lit(&s->head, "\r\n");
    s->n_headers++;
}

int apus__h2_on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                       size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                       void *ctx)
{
    const apus__h2 *h = ctx;
    apus__exchange *x = exchange_of(session, frame->hd.stream_id);
    (void)flags;
    if (h->is_dead)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    if (!x || frame->headers.cat != NGHTTP2_HCAT_REQUEST || x->h2->is_too_large)
        return 0;
    const apus_http_limits *l = &x->c->server->limits;
    apus__h2_stream *s = x->h2;
    apus_str n = { (const char *)name, name_len }, v = { (const char *)value, value_len };
    if (s->head.len + n.len + v.len > l->head_max || s->n_headers >= l->headers_max) {
        s->is_too_large = true;
        return 0;
    }
    apus_str *place = n.len && n.ptr[0] == ':' ? pseudo(s, n) : NULL;
    if (place == &s->method) /* now: HEAD is refused without a body, too */
        x->pub.request.method = apus__method_of(v);
    if (place)
        *place = keep(x, v);
    else if (n.len && n.ptr[0] != ':')
        add_header(s, n, v);
    return 0;
}

/* --- the request is here --- */

static void start(apus__exchange *x)
{
    has_arrived(x);
    apus__exchange_start(x);
}

/* Reads the head; false when it was refused. */
static bool read_head(apus__exchange *x, bool has_ended)
{
    apus__h2_stream *s = x->h2;
    const apus_http_server *server = x->c->server;
    apus_http1_head head;
    apus_http1_refusal why = { 503, no_memory };
    apus_str text;
    apus_http_header *headers = apus_arena_alloc(
        &x->pub.arena, (s->n_headers + 1) * sizeof(*headers), _Alignof(apus_http_header));
    if (!headers || apus_buf_take(&s->head, &text) ||
        apus_http1_head_parse(text, &server->head_limits, headers, &head, &why)) {
        apus__h2_refuse(x, why.status, why.detail);
        return false;
    }
    if (apus__input_describe(x, &head)) {
        apus__h2_refuse(x, 503, no_memory);
        return false;
    }
    x->pub.request.version = 20;
    x->pub.request.has_body = !has_ended;
    if (!has_ended && !s->is_tunnel) {
        apus_http_terms terms = apus__exchange_terms(x);
        s->kept =
            (apus__body){ .chunked = !head.has_length, .left = head.length, .max = terms.body_max };
        x->is_streamed = terms.is_streamed;
    }
    if (head.expects_other || head.length > s->kept.max) {
        apus__h2_refuse(x, head.expects_other ? 417 : 413,
                        head.expects_other ? "only 100-continue can be expected"
                                           : "the body is too large");
        return false;
    }
    x->expects_continue = head.expects_continue && x->is_streamed;
    if (head.expects_continue && !has_ended && !x->is_streamed && apus__h2_continue(x)) {
        apus__h2_refuse(x, 503, no_memory);
        return false;
    }
    return true;
}

/* And the connection ends behind the answer. */
static void turn_away(apus__exchange *x)
{
    apus__h2_drain(x->c);
    has_arrived(x);
    apus__exchange_turn_away(x);
}

void apus__h2_on_headers_end(apus__exchange *x, bool has_ended)
{
    apus__h2_stream *s = x->h2;
    bool is_connect = apus_str_eq(s->method, APUS_STR("CONNECT"));
    s->has_ended = has_ended;
    begin_head(s);
    apus_buf_lit(&s->head, "\r\n");
    if (x->c->refusal)
        turn_away(x);
    else if (s->is_too_large)
        apus__h2_refuse(x, 431, "the request's headers are too large");
    else if (is_connect && !s->is_tunnel)
        apus__h2_refuse(x, 501, "this is no proxy");
    else if (read_head(x, has_ended) && (has_ended || s->is_tunnel || x->is_streamed))
        start(x);
    else if (x->request_state == APUS__REQUEST_ARRIVING)
        apus__h2_pace_start(x->c->h2, &s->reads);
}

void apus__h2_refuse_more(apus__exchange *x, apus_rc why)
{
    x->body_rc = (uint8_t)why;
    x->h2->is_cut = true;
    apus_buf_clear(&x->h2->body);
    x->h2->body_at = 0;
}

/* Taking it gives the client the stream's window back; the connection's is for all of its
 * streams, and must not wait for one. */
static int keep_for_reader(apus__exchange *x, apus_str data)
{
    apus__h2_stream *s = x->h2;
    if (nghttp2_session_consume_connection(x->c->h2->session, data.len))
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    s->n_received += data.len;
    if (s->is_cut)
        return 0;
    apus_buf_add(&s->body, data);
    if (x->is_streamed && s->n_received > s->kept.max)
        apus__h2_refuse_more(x, APUS_LIMIT);
    else if (s->body.failed)
        apus__h2_refuse_more(x, APUS_NOMEM);
    if (s->reader)
        apus_fiber_wake(s->reader);
    return 0;
}

int apus__h2_on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                     size_t len, void *ctx)
{
    apus__h2 *h = ctx;
    apus__exchange *x = exchange_of(session, id);
    (void)flags;
    if (h->is_dead)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    if (x)
        apus__h2_pace_pay(h, &x->h2->reads, len, h->n_arriving + h->n_read);
    if (x && (x->h2->is_tunnel || x->is_streamed))
        return keep_for_reader(x, (apus_str){ (const char *)data, len });
    if (nghttp2_session_consume(session, id, len))
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    if (!x || x->request_state != APUS__REQUEST_ARRIVING)
        return 0;
    apus__h2_stream *s = x->h2;
    if (len > s->kept.max - s->kept.len)
        apus__h2_refuse(x, 413, "the body is too large");
    else if (apus__body_add(&s->kept, x, (apus_str){ (const char *)data, len }))
        apus__h2_refuse(x, 503, no_memory);
    return h->is_dead ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

void apus__h2_give_up(apus__exchange *x)
{
    apus__h2_refuse_more(x, APUS_TIMEOUT);
    apus__h2_wait_end(x);
    apus_fiber_wake(x->h2->reader);
}

void apus__h2_on_end(apus__exchange *x)
{
    apus__h2_stream *s = x->h2;
    s->has_ended = true;
    if (s->is_tunnel || x->is_streamed) {
        if (s->reader)
            apus_fiber_wake(s->reader);
        return;
    }
    if (x->request_state != APUS__REQUEST_ARRIVING)
        return;
    apus__body_end(&s->kept, x);
    start(x);
}

/* Its client has ended in the middle of its request, or of a tunnel, where that is an end. */
static void cut_short(apus__exchange *x)
{
    apus__h2_stream *s = x->h2;
    if (x->request_state == APUS__REQUEST_ARRIVING) {
        has_arrived(x);
        x->request_state = APUS__REQUEST_DONE;
        apus__h2_cut(x);
        return;
    }
    if (!s->is_cut && !s->is_tunnel)
        x->body_rc = APUS_IO;
    s->is_cut = true;
    if (s->reader)
        apus_fiber_wake(s->reader);
}

void apus__h2_on_input_end(apus__connection *c)
{
    for (apus__exchange *x = c->first, *next; x && c->state != APUS__CONNECTION_GONE; x = next) {
        next = x->next;
        if (!x->h2->has_ended)
            cut_short(x);
    }
}

void apus__h2_on_close(apus__exchange *x)
{
    apus__connection *c = x->c;
    apus__h2_stream *s = x->h2;
    nghttp2_session_set_stream_user_data(c->h2->session, s->id, NULL);
    has_arrived(x);
    if (x->request_state == APUS__REQUEST_ARRIVING)
        x->request_state = APUS__REQUEST_DONE;
    apus__h2_let_go(x);
    s->is_closed = true;
    x->sent_at = 0;
    if (s->reader)
        apus_fiber_wake(s->reader);
    apus__exchange_lose(x);
    apus__exchange_wake(c);
}
