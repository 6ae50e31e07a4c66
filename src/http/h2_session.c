/* One connection of HTTP/2: nghttp2's session, and what a client may cost.
 *
 * PATIENCE: frames that ask for work and bring no request (resets, pings, settings, priorities,
 * window updates, empty data) are paid from an allowance that grows with time and with what the
 * client reads.  A client that has used it up is told to calm down and disconnected; so neither
 * rapid resets nor floods of control frames cost more than a connection's share.
 *
 * MEMORY that runs out in the middle of a frame's work ends the connection: nobody is left with
 * a stream that nothing more will come of.
 *
 * nghttp2 itself bounds the rest: the compression table, CONTINUATION frames of a block, and
 * acknowledgements that the client does not read. */
#include "http/h2.h"

#include "apus/metric.h"
#include "apus/value.h"

enum {
    WINDOW = 1 << 20,          /* bytes of all bodies that may be on their way */
    OUTPUT_ENOUGH = 64 * 1024, /* bytes that wait to be sent before more is made */
    PATIENCE_MAX = 2000,       /* at the beginning, and ever */
    PATIENCE_PER_SECOND = 200,
    PATIENCE_PER_HEADERS = 2, /* a request that is answered has its window updates */
    COST_RESET = 10,
    COST_CONTROL = 1,
};

/* --- what a client may cost --- */

static void grow_patience(apus__h2 *h, int64_t by)
{
    h->patience = h->patience + by < PATIENCE_MAX ? h->patience + by : PATIENCE_MAX;
}

static int cost_of(const nghttp2_frame *f)
{
    switch (f->hd.type) {
    case NGHTTP2_RST_STREAM:
        return COST_RESET;
    case NGHTTP2_HEADERS:
        return -PATIENCE_PER_HEADERS;
    case NGHTTP2_DATA:
        return f->hd.length || f->hd.flags & NGHTTP2_FLAG_END_STREAM ? 0 : COST_CONTROL;
    default:
        return COST_CONTROL;
    }
}

/* Whether the client may go on after a frame. */
static bool is_affordable(apus__h2 *h, const nghttp2_frame *f)
{
    int64_t now = apus_loop_now(h->c->server->loop);
    int64_t units = (now - h->patience_at) / (APUS_SECOND / PATIENCE_PER_SECOND);
    h->patience_at += units * (APUS_SECOND / PATIENCE_PER_SECOND);
    grow_patience(h, units);
    int cost = cost_of(f);
    if (cost < 0)
        grow_patience(h, -cost);
    else
        h->patience -= cost;
    return h->patience >= 0;
}

/* For a callback: what it returns. */
static int calm(apus__h2 *h)
{
    apus_metric_add(APUS_METRIC_limit_h2_patience, 1);
    return nghttp2_session_terminate_session(h->session, NGHTTP2_ENHANCE_YOUR_CALM)
               ? NGHTTP2_ERR_CALLBACK_FAILURE
               : 0;
}

/* --- nghttp2's callbacks --- */

static apus__exchange *exchange_of(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *f, void *ctx)
{
    apus__h2 *h = ctx;
    if (h->is_dead)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    if (!is_affordable(h, f))
        return calm(h);
    bool is_headers = f->hd.type == NGHTTP2_HEADERS;
    bool has_ended = f->hd.flags & NGHTTP2_FLAG_END_STREAM;
    if (is_headers)
        h->in_headers = false;
    apus__exchange *x = exchange_of(session, f->hd.stream_id);
    if (x && is_headers && f->headers.cat == NGHTTP2_HCAT_REQUEST)
        apus__h2_on_headers_end(x, has_ended);
    else if (x && has_ended && (is_headers || f->hd.type == NGHTTP2_DATA))
        apus__h2_on_end(x); /* trailers are of no use to anybody here */
    return h->is_dead ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *ctx)
{
    apus__exchange *x = exchange_of(session, id);
    (void)code, (void)ctx;
    if (x)
        apus__h2_on_close(x);
    return 0;
}

/* The answer's last frame is in the output. */
static int on_sent(nghttp2_session *session, const nghttp2_frame *f, void *ctx)
{
    apus__h2 *h = ctx;
    bool is_last = f->hd.flags & NGHTTP2_FLAG_END_STREAM &&
                   (f->hd.type == NGHTTP2_DATA || f->hd.type == NGHTTP2_HEADERS);
    apus__exchange *x = is_last ? exchange_of(session, f->hd.stream_id) : NULL;
    if (!x)
        return 0;
    nghttp2_session_set_stream_user_data(session, f->hd.stream_id, NULL);
    int rc = 0;
    if (!x->h2->has_ended) /* what else the client has to say was not wanted */
        rc = nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, f->hd.stream_id,
                                       NGHTTP2_NO_ERROR);
    x->h2->is_closed = true;
    x->sent_at = h->c->out.queued;
    apus__exchange_answer_over(x);
    return rc ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

static nghttp2_session *open_session(apus__h2 *h)
{
    nghttp2_session *session = NULL;
    nghttp2_session_callbacks *calls = NULL;
    nghttp2_option *options = NULL;
    nghttp2_mem memory = apus__h2_memory(&h->c->server->alloc);
    if (!nghttp2_session_callbacks_new(&calls) && !nghttp2_option_new(&options)) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(calls, apus__h2_on_begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(calls, apus__h2_on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, apus__h2_on_data);
        nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
        nghttp2_session_callbacks_set_on_frame_send_callback(calls, on_sent);
        nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_stream_close);
        nghttp2_option_set_no_auto_window_update(options, 1);
        if (nghttp2_session_server_new3(&session, calls, h, options, &memory))
            session = NULL;
    }
    nghttp2_session_callbacks_del(calls);
    nghttp2_option_del(options);
    return session;
}

static bool greet(const apus__h2 *h)
{
    const apus_http_limits *l = &h->c->server->limits;
    nghttp2_settings_entry settings[] = {
        { NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, l->streams_max },
        { NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, l->head_max },
        { NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1 },
    };
    return !nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, settings,
                                    sizeof(settings) / sizeof(settings[0])) &&
           !nghttp2_session_set_local_window_size(h->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
}

/* --- the session --- */

apus_rc apus__h2_begin(apus__connection *c)
{
    const apus_alloc *a = &c->server->alloc;
    apus__h2 *h = a->resize(a->ctx, NULL, 0, sizeof(*h));
    if (!h)
        return APUS_NOMEM;
    *h = (apus__h2){ .c = c,
                     .due = APUS_NEVER,
                     .patience = PATIENCE_MAX,
                     .patience_at = apus_loop_now(c->server->loop) };
    h->session = open_session(h);
    if (!h->session || !greet(h)) {
        nghttp2_session_del(h->session);
        a->resize(a->ctx, h, sizeof(*h), 0);
        return APUS_NOMEM;
    }
    c->h2 = h;
    c->had_request = true;
    return APUS_OK;
}

static void end_session(apus__h2 *h, const apus_alloc *a)
{
    nghttp2_session_del(h->session);
    a->resize(a->ctx, h, sizeof(*h), 0);
}

void apus__h2_drop(apus__connection *c)
{
    apus__h2 *h = c->h2;
    if (!h || h->is_dead)
        return;
    h->is_dead = true;
    if (!h->is_busy)
        end_session(h, &c->server->alloc);
    c->h2 = NULL;
}

/* Behind a call of nghttp2: ends the session if that was decided within; whether it lives. */
static bool is_alive(apus__h2 *h, const apus_alloc *a)
{
    h->is_busy = false;
    if (!h->is_dead)
        return true;
    end_session(h, a);
    return false;
}

void apus__h2_feed(apus__connection *c, apus_str bytes)
{
    apus__h2 *h = c->h2;
    h->is_busy = true;
    ssize_t taken = nghttp2_session_mem_recv(h->session, (const uint8_t *)bytes.ptr, bytes.len);
    if (!is_alive(h, &c->server->alloc))
        return;
    if (taken < 0) /* nothing can be said any more: no HTTP/2, a flood, no memory */
        apus__connection_lose(c);
}

bool apus__h2_pull(apus__connection *c)
{
    apus__h2 *h = c->h2;
    bool pulled = false;
    while (c->out.queued - c->out.sent < OUTPUT_ENOUGH) {
        const uint8_t *bytes;
        h->is_busy = true;
        ssize_t len = nghttp2_session_mem_send(h->session, &bytes);
        if (!is_alive(h, &c->server->alloc))
            return false;
        char *to = len > 0 ? apus__output_room(&c->out, &c->server->blocks, (size_t)len) : NULL;
        if (len < 0 || (len > 0 && !to)) {
            apus__connection_lose(c);
            return false;
        }
        if (len == 0)
            break;
        memcpy(to, bytes, (size_t)len);
        apus__output_grew(&c->out, (size_t)len);
        grow_patience(h, len / 4096);
        pulled = true;
    }
    if (!nghttp2_session_want_read(h->session) && !nghttp2_session_want_write(h->session)) {
        c->state = APUS__CONNECTION_CLOSING;
        c->cut = true; /* nothing is read or sent any more, for no stream */
    }
    return pulled;
}

/* --- waits and ends --- */

apus__wait apus__h2_wait(const apus__connection *c)
{
    const apus__h2 *h = c->h2;
    if (h->in_headers)
        return APUS__WAIT_HEAD;
    return !c->first && apus__output_is_empty(&c->out) ? APUS__WAIT_IDLE : APUS__WAIT_NONE;
}

void apus__h2_overdue(apus__connection *c)
{
    if (c->wait == APUS__WAIT_HEAD) {
        apus__connection_lose(c);
        return;
    }
    if (c->wait == APUS__WAIT_IDLE &&
        nghttp2_session_terminate_session(c->h2->session, NGHTTP2_NO_ERROR))
        apus__connection_lose(c);
}

void apus__h2_drain(apus__connection *c)
{
    apus__h2 *h = c->h2;
    if (h->is_draining)
        return;
    h->is_draining = true;
    if (nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(h->session), NGHTTP2_NO_ERROR,
                              NULL, 0))
        apus__connection_lose(c); /* it would go on asking */
}

bool apus__h2_is_over(const apus__connection *c)
{
    return !c->first && (c->h2->is_draining || c->state == APUS__CONNECTION_CLOSING);
}
