/* From an answer to headers and data of a stream.
 *
 * nghttp2 asks for data when the client has a window for it.  A whole answer's body is read from
 * where it stands; what is written in pieces is copied, and a writer waits while more than
 * stream_max of it is here. */
#include "http/h2.h"
#include "http/status.h"

enum {
    FIXED_MAX = 4,         /* headers that this floor adds */
    NUMBER_ROOM = 24,      /* characters of a length or a status, with the NUL */
    TAKEN_MAX = 32 * 1024, /* bytes of a body that were taken and still stand before the rest */
};

static nghttp2_session *session_of(const apus__exchange *x)
{
    return x->c->h2->session;
}

static bool is_lost(const apus__exchange *x)
{
    return x->c->state == APUS__CONNECTION_GONE || x->h2->is_closed;
}

static void hold(apus__exchange *x)
{
    apus__h2_stream *s = x->h2;
    if (s->is_held)
        return;
    s->is_held = true;
    x->c->h2->n_held++;
    s->writes.credit = s->writes.most;
    apus__h2_pace_start(x->c->h2, &s->writes);
}

void apus__h2_let_go(apus__exchange *x)
{
    apus__h2_stream *s = x->h2;
    if (!s->is_held)
        return;
    s->is_held = false;
    x->c->h2->n_held--;
    apus__h2_pace_stop(x->c->h2, &s->writes);
}

/* --- headers --- */

static nghttp2_nv pair(apus_str name, apus_str value)
{
    return (nghttp2_nv){ .name = (uint8_t *)(uintptr_t)name.ptr,
                         .value = (uint8_t *)(uintptr_t)value.ptr,
                         .namelen = name.len,
                         .valuelen = value.len };
}

/* RFC 9113 section 8.2.2: what is about a connection of HTTP/1.1 has no place here. */
static bool is_of_http1(apus_str name)
{
    static const apus_str names[] = {
        APUS_STR_INIT("connection"),
        APUS_STR_INIT("keep-alive"),
        APUS_STR_INIT("upgrade"),
        APUS_STR_INIT("transfer-encoding"),
        APUS_STR_INIT("sec-websocket-accept"),
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (apus_str_eq(names[i], name))
            return true;
    return false;
}

/* "Name: value\r\n" off the front of *lines; the name in lower case, in *scratch. */
static bool next_line(apus_str *lines, char **scratch, apus_str *name, apus_str *value)
{
    size_t colon = apus_str_find(*lines, ':'), end = apus_str_find(*lines, '\r');
    if (colon == SIZE_MAX || end == SIZE_MAX || colon > end)
        return false;
    for (size_t i = 0; i < colon; i++) {
        char c = lines->ptr[i];
        (*scratch)[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    *name = (apus_str){ *scratch, colon };
    *scratch += colon;
    *value = apus_str_trim(apus_str_slice(*lines, colon + 1, end - colon - 1));
    *lines = apus_str_slice(*lines, end + 2, lines->len);
    return true;
}

static size_t count_lines(apus_str lines)
{
    size_t n = 0;
    for (size_t i = 0; i < lines.len; i++)
        n += lines.ptr[i] == '\n';
    return n;
}

static apus_str print(apus__exchange *x, uint64_t number)
{
    return apus_arena_strf(&x->pub.arena, "%llu", (unsigned long long)number);
}

/* The head's list in the exchange's memory; NULL without. */
static nghttp2_nv *make_head(apus__exchange *x, const apus_http_reply *reply, uint64_t length,
                             size_t *n)
{
    unsigned status = reply->status >= 200 && reply->status <= 999 ? reply->status : 500;
    bool has_length = length != APUS_LENGTH_UNKNOWN && status != 204 && status != 304;
    size_t room = FIXED_MAX + count_lines(reply->headers);
    nghttp2_nv *list = apus_arena_alloc(&x->pub.arena, room * sizeof(*list), _Alignof(nghttp2_nv));
    char *scratch = apus_arena_alloc(&x->pub.arena, reply->headers.len, 1);
    apus_str code = print(x, status), size = has_length ? print(x, length) : APUS_STR("0");
    if (!list || !scratch || !code.ptr || !size.ptr)
        return NULL;
    apus_str date = { apus__server_date(x->c->server) + sizeof("Date: ") - 1,
                      APUS__DATE_LINE_LEN - sizeof("Date: \r\n") + 1 };
    *n = 0;
    list[(*n)++] = pair(APUS_STR(":status"), code);
    list[(*n)++] = pair(APUS_STR("date"), date);
    if (reply->content_type.len)
        list[(*n)++] = pair(APUS_STR("content-type"), reply->content_type);
    if (has_length)
        list[(*n)++] = pair(APUS_STR("content-length"), size);
    apus_str lines = reply->headers, name, value;
    while (next_line(&lines, &scratch, &name, &value))
        if (!is_of_http1(name))
            list[(*n)++] = pair(name, value);
    return list;
}

/* --- data --- */

static ssize_t give_data(nghttp2_session *session, int32_t id, uint8_t *to, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *ctx)
{
    apus__exchange *x = source->ptr;
    (void)ctx;
    if (nghttp2_session_get_stream_user_data(session, id) != x)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* x has ended: there was no memory to say so
                                                       */
    apus__h2_stream *s = x->h2;
    apus_str from =
        s->lent.len ? s->lent
                    : (apus_str){ s->pending.ptr + s->pending_at, s->pending.len - s->pending_at };
    size_t n = from.len < room ? from.len : room;
    if (n)
        memcpy(to, from.ptr, n);
    if (s->is_held)
        apus__h2_pace_pay(x->c->h2, &s->writes, n, x->c->h2->n_held);
    if (s->lent.len)
        s->lent = apus_str_slice(s->lent, n, s->lent.len);
    else
        s->pending_at += n;
    if (!s->lent.len && s->pending_at == s->pending.len) {
        apus_buf_clear(&s->pending);
        s->pending_at = 0;
        apus__h2_let_go(x);
        if (s->is_final)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    if (n || s->is_final)
        return (ssize_t)n;
    s->is_deferred = true;
    return NGHTTP2_ERR_DEFERRED;
}

/* Sends the head, and lets nghttp2 ask for data if there can be any. */
static apus_rc submit(apus__exchange *x, const apus_http_reply *reply, uint64_t length,
                      bool has_data)
{
    size_t n;
    nghttp2_nv *head = make_head(x, reply, length, &n);
    nghttp2_data_provider data = { .source = { .ptr = x }, .read_callback = give_data };
    if (!head ||
        nghttp2_submit_response(session_of(x), x->h2->id, head, n, has_data ? &data : NULL))
        return APUS_NOMEM;
    x->sent_at = UINT64_MAX; /* not known yet */
    x->status = reply->status;
    return APUS_OK;
}

/* Nothing is left of the exchange's answer but that it failed. */
void apus__h2_cut(apus__exchange *x)
{
    apus__h2_stream *s = x->h2;
    apus__h2_let_go(x);
    s->is_closed = true;
    x->sent_at = 0;
    nghttp2_session_set_stream_user_data(session_of(x), s->id, NULL);
    apus__connection *c = x->c;
    bool ends = !nghttp2_submit_rst_stream(session_of(x), NGHTTP2_FLAG_NONE, s->id,
                                           NGHTTP2_INTERNAL_ERROR) ||
                !nghttp2_session_resume_data(session_of(x), s->id); /* give_data ends it */
    if (s->reader) /* of a tunnel: what it waits for is not for it any more */
        apus_fiber_wake(s->reader);
    apus__exchange_answer_over(x);
    if (!ends)
        apus__connection_lose(c);
}

apus_rc apus__h2_reply(apus__exchange *x, const apus_http_reply *reply)
{
    if (is_lost(x))
        return APUS_IO;
    bool has_data = apus__answer_has_content(x, reply->status) && reply->body.len;
    x->h2->is_final = true;
    if (has_data) {
        x->body_bytes = reply->body.len;
        x->h2->lent = reply->body;
        hold(x);
    }
    x->answer_state = APUS__ANSWER_QUEUED;
    apus_rc rc = submit(x, reply, reply->body.len, has_data);
    if (rc)
        apus__h2_cut(x);
    return rc ? APUS_IO : APUS_OK;
}

apus_rc apus__h2_continue(apus__exchange *x)
{
    nghttp2_nv status = pair(APUS_STR(":status"), APUS_STR("100"));
    int32_t rc =
        nghttp2_submit_headers(session_of(x), NGHTTP2_FLAG_NONE, x->h2->id, NULL, &status, 1, NULL);
    return rc ? APUS_NOMEM : APUS_OK;
}

/* --- answers in pieces --- */

/* For what a fiber does: frames leave when the turn ends. */
static apus_rc settled(apus__exchange *x, apus_rc rc)
{
    apus__connection_leave_later(x->c);
    return rc;
}

apus_rc apus__h2_open(apus__exchange *x, const apus_http_reply *reply, uint64_t length)
{
    if (is_lost(x))
        return APUS_IO;
    bool has_data = apus__answer_has_content(x, reply->status);
    apus__connection_enter(x->c);
    x->left = length;
    x->framing = length == APUS_LENGTH_UNKNOWN ? APUS__FRAMING_CHUNKED : APUS__FRAMING_LENGTH;
    x->answer_state = has_data ? APUS__ANSWER_OPEN : APUS__ANSWER_QUEUED;
    if (submit(x, reply, length, has_data)) {
        apus__h2_cut(x);
        return settled(x, APUS_IO);
    }
    return settled(x, has_data ? APUS_OK : APUS_DONE);
}

/* There is more, or no more.  APUS_OK, or APUS_IO without memory to send it: x is cut. */
static apus_rc resume(apus__exchange *x)
{
    int rc = x->h2->is_deferred ? nghttp2_session_resume_data(session_of(x), x->h2->id) : 0;
    x->h2->is_deferred = false;
    if (rc)
        apus__h2_cut(x);
    return rc ? APUS_IO : APUS_OK;
}

static bool has_room(const apus__exchange *x)
{
    const apus__h2_stream *s = x->h2;
    return s->is_closed || s->pending.len - s->pending_at <= x->c->server->limits.stream_max / 2;
}

static apus_rc write_piece(apus__exchange *x, apus_str bytes)
{
    apus__h2_stream *s = x->h2;
    apus__connection_enter(x->c);
    apus_buf_add(&s->pending, bytes);
    if (s->pending.failed) {
        apus__h2_cut(x);
        return settled(x, APUS_IO);
    }
    hold(x);
    if (settled(x, resume(x)))
        return APUS_IO;
    if (s->pending.len - s->pending_at <= x->c->server->limits.stream_max)
        return APUS_OK;
    apus_rc rc = apus__exchange_wait(x, has_room);
    return is_lost(x) ? APUS_IO : rc;
}

apus_rc apus__h2_write(apus__exchange *x, apus_str bytes)
{
    size_t most = x->c->server->limits.stream_max;
    apus_rc rc = APUS_OK;
    while (!rc && bytes.len) {
        if (is_lost(x))
            return APUS_IO;
        size_t n = bytes.len < most ? bytes.len : most;
        rc = write_piece(x, apus_str_slice(bytes, 0, n));
        bytes = apus_str_slice(bytes, n, bytes.len);
    }
    return rc;
}

apus_rc apus__h2_finish(apus__exchange *x)
{
    if (is_lost(x))
        return APUS_IO;
    apus__connection_enter(x->c);
    if (x->framing == APUS__FRAMING_LENGTH && x->left) {
        apus__h2_cut(x);
        return settled(x, APUS_INVALID);
    }
    x->answer_state = APUS__ANSWER_QUEUED;
    x->h2->is_final = true;
    return settled(x, resume(x));
}

/* --- bytes both ways --- */

apus_rc apus__h2_upgrade(apus__exchange *x, apus_str headers)
{
    apus_http_reply reply = { .status = 200, .headers = headers };
    if (!x->h2->is_tunnel)
        return APUS_INVALID;
    apus_rc rc = apus__h2_open(x, &reply, APUS_LENGTH_UNKNOWN);
    if (!rc)
        x->framing = APUS__FRAMING_NONE;
    return rc;
}

/* Takes what is here and gives the client its window back. */
static size_t take(apus__exchange *x, char *to, size_t room)
{
    apus__h2_stream *s = x->h2;
    size_t here = s->body.len - s->body_at, n = here < room ? here : room;
    if (!n)
        return 0;
    memcpy(to, s->body.ptr + s->body_at, n);
    s->body_at += n;
    if (s->body_at >= TAKEN_MAX || n == here) {
        memmove(s->body.ptr, s->body.ptr + s->body_at, here - n);
        s->body.len = here - n;
        s->body_at = 0;
    }
    if (!is_lost(x)) {
        apus__connection_enter(x->c);
        if (nghttp2_session_consume_stream(session_of(x), s->id, n))
            apus__connection_lose(x->c); /* it would wait for its window */
        apus__connection_leave_later(x->c);
    }
    return n;
}

void apus__h2_wait_begin(apus__exchange *x)
{
    x->h2->is_awaited = true;
    x->c->h2->n_read++;
    apus__h2_pace_start(x->c->h2, &x->h2->reads);
}

void apus__h2_wait_end(apus__exchange *x)
{
    if (x->h2->is_awaited && x->c->h2) {
        x->c->h2->n_read--;
        apus__h2_pace_stop(x->c->h2, &x->h2->reads);
    }
    x->h2->is_awaited = false;
}

/* Until more has come, or `deadline`; the client's time to send runs meanwhile. */
static apus_rc wait_for_more(apus__exchange *x, int64_t deadline)
{
    apus__connection *c = x->c;
    if (x->expects_continue && apus__h2_continue(x)) {
        apus__h2_refuse_more(x, APUS_NOMEM);
        return APUS_NOMEM;
    }
    x->expects_continue = false;
    apus__connection_enter(c);
    x->h2->reader = apus_fiber_self();
    if (x->is_streamed)
        apus__h2_wait_begin(x);
    apus__connection_leave_later(c);
    apus_rc rc = apus_fiber_park(deadline);
    x->h2->reader = NULL;
    apus__h2_wait_end(x);
    return rc;
}

apus_rc apus__h2_recv(apus__exchange *x, char *to, size_t room, int64_t deadline, size_t *got)
{
    apus__h2_stream *s = x->h2;
    for (;;) {
        *got = take(x, to, room);
        if (*got)
            return APUS_OK;
        if (s->has_ended || s->is_cut)
            return (apus_rc)x->body_rc;
        if (is_lost(x))
            return APUS_IO;
        apus_rc rc = wait_for_more(x, deadline);
        if (rc)
            return rc;
    }
}
