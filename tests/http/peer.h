/* HTTP/2 with nghttp2's own client at the other end of a pipe.
 *
 *     struct peer *p = peer_open(NULL);
 *     struct answer *a = get(p, "/ok");
 *     pump(p);
 *     assert_int_equal(a->status, 200);
 *     peer_close(p); */
#ifndef TESTS_HTTP_PEER_H
#define TESTS_HTTP_PEER_H

#include "client.h"

#include <nghttp2/nghttp2.h>

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
    bool unsent; /* the pipe had no memory for all that was said */
};

static inline struct answer *answer_to(struct peer *p, int32_t id)
{
    for (int i = 0; i < p->n; i++)
        if (p->answers[i].id == id)
            return &p->answers[i];
    return NULL;
}

static inline int on_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name,
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

static inline int on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *data,
                          size_t len, void *ctx)
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

static inline int on_frame(nghttp2_session *s, const nghttp2_frame *f, void *ctx)
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

static inline int on_close(nghttp2_session *s, int32_t id, uint32_t code, void *ctx)
{
    struct answer *a = answer_to(ctx, id);
    (void)s;
    a->closed = true;
    a->code = code;
    return 0;
}

static inline struct peer *peer_open(const apus_http_limits *limits)
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

static inline void peer_close(struct peer *p)
{
    nghttp2_session_del(p->session);
    client_close(p->t);
    free(p);
}

/* What each side has to say, to the other. */
static inline void pump(struct peer *p)
{
    for (int i = 0; i < 200; i++) {
        const uint8_t *bytes;
        ssize_t len;
        size_t moved = 0;
        while ((len = nghttp2_session_mem_send(p->session, &bytes)) > 0) {
            moved += (size_t)len;
            apus_str said = { (const char *)bytes, (size_t)len };
            apus_rc rc = apus_http_pipe_send(p->t->pipe, said);
            p->unsent = p->unsent || rc == APUS_NOMEM;
            if (rc)
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

static inline nghttp2_nv nv(const char *name, const char *value)
{
    return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name),
                         strlen(value), 0 };
}

static inline ssize_t give_body(nghttp2_session *s, int32_t id, uint8_t *to, size_t room,
                                uint32_t *flags, nghttp2_data_source *source, void *ctx)
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
static inline struct answer *ask(struct peer *p, const char *method, const char *path,
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

static inline struct answer *get(struct peer *p, const char *path)
{
    return ask(p, "GET", path, NULL, NULL, 0);
}

/* A WebSocket (RFC 8441), which says nothing at first. */
static inline struct answer *ask_tunnel(struct peer *p)
{
    nghttp2_nv list[] = { nv(":method", "CONNECT"), nv(":protocol", "websocket"),
                          nv(":scheme", "http"),    nv(":path", "/chat"),
                          nv(":authority", "a"),    nv("sec-websocket-version", "13") };
    struct answer *a = &p->answers[p->n++];
    *a = (struct answer){ .left = SIZE_MAX };
    nghttp2_data_provider data = { { .ptr = a }, give_body };
    a->id = nghttp2_submit_request(p->session, NULL, list, 6, &data, p);
    return a;
}

#endif
