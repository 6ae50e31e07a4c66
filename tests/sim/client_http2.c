/* A client of HTTP/2: nghttp2's client on a simulated connection, several requests at once, and
 * one way to misbehave. */
#include <nghttp2/nghttp2.h>

#include <apus/value.h>

#include "client.h"

enum {
    ASKS_MAX = 12,
    OUT_ENOUGH = 16384, /* bytes that wait before nghttp2 is asked for more */
};

typedef enum manner {
    GOOD,
    GOES_AWAY,     /* in the middle of whatever it is */
    SAYS_NOTHING,  /* but the preface */
    STOPS_WRITING, /* within a body */
    STOPS_READING, /* from the connection */
    GIVES_NO_ROOM, /* reads, but opens no window */
    RESETS,        /* streams, at any time */
    STAYS,         /* when all is answered, until it is thrown out */
    MANNERS,
} manner;

typedef struct stream {
    ask a;
    int32_t id;
    size_t written; /* of the body */
    size_t mute_after;
    answer got;
    apus_buf head;  /* its lines, as HTTP/1.1 has them */
    bool has_ended; /* the answer is whole */
    bool is_over, was_reset;
} stream;

typedef struct http2 {
    client base; /* first */
    manner manner;
    nghttp2_session *session;
    stream streams[ASKS_MAX];
    unsigned n_asks, n_begun, n_over, depth;
    bool is_waiting;
    bool is_sent_away; /* GOAWAY came */
} http2;

static http2 *of(client *self)
{
    return (http2 *)self;
}

static void give(client *self)
{
    http2 *h = of(self);
    nghttp2_session_del(h->session);
    for (unsigned i = 0; i < h->n_asks; i++) {
        ask_finish(&h->streams[i].a);
        apus_buf_finish(&h->streams[i].got.body);
        apus_buf_finish(&h->streams[i].head);
    }
}

/* Says no more; the server has to end it, or at least what it waits for. */
static void expect_end(http2 *h)
{
    const apus_http_limits *l = &h->base.c->limits;
    client_must_end_by(&h->base, sim_now() + l->idle_timeout + l->body_timeout + l->write_timeout +
                                     h->base.c->slack);
}

/* --- what nghttp2 tells --- */

static stream *stream_of(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *f, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *ctx)
{
    stream *s = stream_of(session, f->hd.stream_id);
    apus_str n = { (const char *)name, name_len }, v = { (const char *)value, value_len };
    (void)flags, (void)ctx;
    if (s && apus_str_eq(n, APUS_STR(":status")) && value_len == 3)
        s->got.status =
            (unsigned)((value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0'));
    else if (s)
        apus_buf_addf(&s->head, "%.*s: %.*s\r\n", APUS_FMT(n), APUS_FMT(v));
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t len, void *ctx)
{
    http2 *h = ctx;
    stream *s = stream_of(session, id);
    (void)flags;
    if (s)
        apus_buf_add(&s->got.body, (apus_str){ (const char *)data, len });
    if (s && s->a.is_tunnel && s->got.body.len >= s->a.before_it && s->written < s->a.body.len)
        (void)nghttp2_session_resume_data(session, id); /* if it waits */
    if (h->manner != GIVES_NO_ROOM)
        nghttp2_session_consume(session, id, len);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *f, void *ctx)
{
    http2 *h = ctx;
    stream *s = stream_of(session, f->hd.stream_id);
    if (f->hd.type == NGHTTP2_GOAWAY)
        h->is_sent_away = true;
    if (s && f->hd.flags & NGHTTP2_FLAG_END_STREAM &&
        (f->hd.type == NGHTTP2_DATA || f->hd.type == NGHTTP2_HEADERS))
        s->has_ended = true;
    return 0;
}

static bool is_deserved(const http2 *h, const stream *s, uint32_t code)
{
    return (h->manner == STOPS_WRITING && s->got.status == 408) ||
           (h->manner == GIVES_NO_ROOM && code == NGHTTP2_CANCEL) || s->was_reset;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *ctx)
{
    http2 *h = ctx;
    stream *s = stream_of(session, id);
    if (!s)
        return 0;
    s->is_over = true;
    h->n_over++;
    s->got.head = (apus_str){ s->head.ptr ? s->head.ptr : "", s->head.len };
    bool is_one_too_many = code == NGHTTP2_REFUSED_STREAM && h->base.c->limits.streams_max;
    bool is_left = s->a.is_tunnel && h->base.c->may_break; /* with a goodbye, or refused */
    if (is_deserved(h, s, code) || is_one_too_many || is_left)
        return 0;
    if (s->has_ended)
        client_judge(&h->base, &s->a, &s->got);
    else if (!h->base.c->may_break && !h->base.c->may_refuse && !h->is_sent_away &&
             !client_may_cut(&h->base, &s->a))
        client_fail(&h->base, "%s: the stream is closed without an answer: %s", s->a.path,
                    nghttp2_http2_strerror(code));
    return 0;
}

/* --- what is sent --- */

static ssize_t give_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *ctx)
{
    http2 *h = ctx;
    stream *s = source->ptr;
    (void)session, (void)id;
    size_t n = s->a.body.len - s->written;
    if (n > room)
        n = room;
    if (s->a.is_tunnel && s->got.body.len < s->a.before_it && s->written + n > s->a.goodbye)
        n = s->a.goodbye - s->written;
    if (h->manner == STOPS_WRITING && s->written + n > s->mute_after)
        n = s->mute_after - s->written;
    if (n)
        memcpy(to, s->a.body.ptr + s->written, n);
    s->written += n;
    if (s->written == s->a.body.len)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    else if (n == 0)
        return NGHTTP2_ERR_DEFERRED;
    return (ssize_t)n;
}

static nghttp2_nv pair(const char *name, const char *value)
{
    return (nghttp2_nv){ .name = (uint8_t *)(uintptr_t)name,
                         .value = (uint8_t *)(uintptr_t)value,
                         .namelen = strlen(name),
                         .valuelen = strlen(value) };
}

static void begin_stream(http2 *h)
{
    stream *s = &h->streams[h->n_begun++];
    nghttp2_nv head[7] = { pair(":method", s->a.method), pair(":path", s->a.path),
                           pair(":scheme", "http"), pair(":authority", "sim") };
    size_t n = 4;
    for (unsigned i = 0; i < s->a.n_headers; i++)
        head[n++] = pair(s->a.headers[i].name, s->a.headers[i].value);
    if (s->a.content_type[0])
        head[n++] = pair("content-type", s->a.content_type);
    nghttp2_nv tunnel[] = { pair(":method", "CONNECT"), pair(":protocol", "websocket"),
                            pair(":path", s->a.path),   pair(":scheme", "http"),
                            pair(":authority", "sim"),  pair("sec-websocket-version", "13") };
    bool has_body = s->a.content_type[0] || s->a.is_tunnel;
    nghttp2_data_provider body = { .source = { .ptr = s }, .read_callback = give_body };
    s->mute_after = (size_t)sim_between(0, (int64_t)s->a.body.len);
    s->id = nghttp2_submit_request(h->session, NULL, s->a.is_tunnel ? tunnel : head,
                                   s->a.is_tunnel ? 6 : n, has_body ? &body : NULL, s);
    if (s->id < 0)
        client_fail(&h->base, "nghttp2: %s", nghttp2_strerror(s->id));
}

static void reset_some(http2 *h)
{
    for (unsigned i = 0; i < h->n_begun; i++) {
        stream *s = &h->streams[i];
        if (s->is_over || s->was_reset || !sim_chance(50))
            continue;
        s->was_reset = true;
        nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
    }
}

static void send(http2 *h)
{
    client *self = &h->base;
    while (h->n_begun < h->n_asks && h->n_begun - h->n_over < h->depth && !h->is_sent_away &&
           h->manner != SAYS_NOTHING)
        begin_stream(h);
    if (h->manner == RESETS)
        reset_some(h);
    const uint8_t *bytes;
    ssize_t n = 1;
    while (n > 0) {
        if (self->out.len - self->out_at < OUT_ENOUGH) {
            n = nghttp2_session_mem_send(h->session, &bytes);
            if (n < 0)
                client_fail(self, "nghttp2: %s", nghttp2_strerror((int)n));
            apus_buf_add(&self->out, (apus_str){ (const char *)bytes, (size_t)n });
        }
        if (self->out.len && !client_write(self, SIZE_MAX))
            break;
    }
}

/* --- step by step --- */

static void receive(http2 *h)
{
    client *self = &h->base;
    if (!client_read(self))
        return;
    ssize_t n = nghttp2_session_mem_recv(h->session, (const uint8_t *)self->in.ptr, self->in.len);
    if (n < 0 || (size_t)n != self->in.len)
        client_fail(self, "this is no HTTP/2: %s", nghttp2_strerror((int)n));
    apus_buf_clear(&self->in);
    if (h->manner == STOPS_READING && sim_chance(300)) {
        self->is_deaf = true;
        expect_end(h);
    }
}

static void judge_end(http2 *h)
{
    if (h->base.c->may_break || h->manner != GOOD || h->n_over == h->n_asks)
        return;
    if (h->is_sent_away)
        client_fail(&h->base, "sent away after %u of %u answers", h->n_over, h->n_asks);
    client_fail(&h->base, "%s after %u of %u answers",
                wire_is_reset(h->base.wire) ? "reset" : "ended", h->n_over, h->n_asks);
}

/* Whether the client has no more to do here. */
static bool is_content(http2 *h)
{
    return h->n_over == h->n_asks && h->manner != SAYS_NOTHING && h->manner != STAYS;
}

static void step(client *self)
{
    http2 *h = of(self);
    if (client_leaves(self))
        return;
    receive(h);
    if (client_is_cut_off(self)) {
        judge_end(h);
        client_end(self);
        return;
    }
    if (is_content(h)) {
        nghttp2_session_terminate_session(h->session, NGHTTP2_NO_ERROR);
        send(h);
        client_end(self);
        return;
    }
    send(h);
    if (h->manner == STAYS && h->n_over == h->n_asks && !h->is_waiting) {
        h->is_waiting = true;
        expect_end(h);
    }
    client_wait(self, h->manner == RESETS ? sim_now() + 100 * APUS_MILLISECOND : INT64_MAX);
}

static nghttp2_session *open_session(http2 *h)
{
    nghttp2_session *session = NULL;
    nghttp2_session_callbacks *calls = NULL;
    nghttp2_option *options = NULL;
    nghttp2_session_callbacks_new(&calls);
    nghttp2_option_new(&options);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_close);
    nghttp2_session_client_new2(&session, calls, h, options);
    nghttp2_session_callbacks_del(calls);
    nghttp2_option_del(options);
    uint32_t window = sim_chance(300) ? (uint32_t)sim_between(100, 10000) : 65535;
    nghttp2_settings_entry settings[] = {
        { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window },
        { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
    };
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 2);
    return session;
}

void client_start_http2(conditions *c)
{
    http2 *h = sim_take(sizeof(*h));
    h->base.step = step;
    h->base.give = give;
    client_begin(&h->base, c, "http2", "h2");
    h->manner = c->are_good || sim_chance(500) ? GOOD : (manner)sim_between(0, MANNERS - 1);
    h->session = open_session(h);
    h->n_asks = (unsigned)sim_between(1, ASKS_MAX);
    h->depth = (unsigned)sim_between(1, ASKS_MAX);
    /* a tunnel waits for its client for ever */
    bool may_tunnel = h->manner != STOPS_WRITING && h->manner != STOPS_READING;
    for (unsigned i = 0; i < h->n_asks; i++) {
        (may_tunnel && sim_chance(150) ? ask_make_tunnel : ask_make)(&h->streams[i].a);
        h->streams[i].got.body = apus_buf_with(&sim_alloc);
        h->streams[i].head = apus_buf_with(&sim_alloc);
    }
    client_choose_pace(&h->base);
    if (h->manner == GOES_AWAY)
        h->base.leaves_at = sim_now() + sim_between(0, 5000) * APUS_MILLISECOND;
    if (h->manner == SAYS_NOTHING || h->manner == GIVES_NO_ROOM)
        expect_end(h);
}
