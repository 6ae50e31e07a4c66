/* TLS between a stream and whoever reads and writes it.
 *
 *     above ── read, writev ──► [ OpenSSL ] ── records ──► inner
 *
 * Records come straight from the inner stream into OpenSSL's buffer and leave through the
 * context's `out`, which one call fills and empties; only what the inner stream has no room for
 * is kept by the connection, in `pending`.
 *
 * WRITING gathers small pieces into whole records: a record costs more than a copy.  Bytes count
 * as sent when their records have left, not when they are encrypted: a caller that closes once
 * all is sent loses nothing.  Until then they are `taken`, and writev says APUS_MORE.
 *
 * READING: OpenSSL may hold more than was asked for, and then the inner stream has nothing to
 * tell.  So a hook tells at the end of the turn, as long as the last read gave something.
 *
 * Above is only told what it asked for; a handshake asks for itself. */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "apus/metric.h"
#include "net/tls.h"

/* Of a client's certificate; only where there is one. */
typedef struct client_text {
    char subject[256];
    char fingerprint[2 * 32 + 1];
} client_text;

typedef struct tls_stream {
    apus_stream stream; /* first: what others see */
    apus_tls *tls;
    apus_loop *loop;
    apus_stream *inner;
    SSL *ssl;
    apus_hook hook;
    apus_buf pending; /* records that wait for room ... */
    size_t taken;     /* ... and how many bytes above they are */
    client_text *client;
    apus_stream_security security;
    uint8_t watched, inner_watched;
    bool is_ready;  /* the handshake is over */
    bool has_more;  /* the last read gave something: there may be more in OpenSSL */
    bool is_broken; /* reads and writes fail from now on */
    bool is_ended;  /* the inner stream has nothing more to read */
    bool is_finishing;
    bool hooked, busy, closed; /* memory goes when it is closed and neither of the others */
} tls_stream;

static tls_stream *of(const apus_stream *s)
{
    return (tls_stream *)(uintptr_t)s;
}

/* --- records, in and out --- */

static int carrier_read(BIO *b, char *to, size_t room, size_t *got)
{
    tls_stream *s = BIO_get_data(b);
    BIO_clear_retry_flags(b);
    apus_rc rc = apus_stream_read(s->inner, to, room, got);
    if (rc == APUS_OK)
        return 1;
    *got = 0;
    if (rc == APUS_MORE)
        BIO_set_retry_read(b);
    else
        s->is_ended = true;
    if (rc == APUS_IO)
        s->is_broken = true;
    return 0;
}

static int carrier_write(BIO *b, const char *from, size_t len, size_t *sent)
{
    tls_stream *s = BIO_get_data(b);
    apus_buf *out = s->pending.len ? &s->pending : &s->tls->out;
    BIO_clear_retry_flags(b);
    apus_buf_add(out, (apus_str){ from, len });
    *sent = out->failed ? 0 : len;
    return !out->failed;
}

static long carrier_control(BIO *b, int what, long n, void *ptr)
{
    const tls_stream *s = BIO_get_data(b);
    (void)n, (void)ptr;
    if (what == BIO_CTRL_FLUSH)
        return 1;
    return what == BIO_CTRL_EOF && s->is_ended;
}

BIO_METHOD *apus__tls_carrier(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "apus stream");
    if (m) {
        BIO_meth_set_read_ex(m, carrier_read);
        BIO_meth_set_write_ex(m, carrier_write);
        BIO_meth_set_ctrl(m, carrier_control);
    }
    return m;
}

/* Sends what it can of b; false when the peer is gone. */
static bool send(tls_stream *s, apus_buf *b)
{
    size_t at = 0, n = 0;
    apus_rc rc = APUS_OK;
    while (at < b->len &&
           !(rc = apus_stream_writev(s->inner, &(struct iovec){ b->ptr + at, b->len - at }, 1, &n)))
        at += n;
    memmove(b->ptr, b->ptr + at, b->len - at);
    b->len -= at;
    return !rc || rc == APUS_MORE;
}

/* Sends what there is; keeps what finds no room. */
static void flush(tls_stream *s)
{
    apus_buf *out = &s->tls->out;
    bool failed = out->failed || s->pending.failed;
    if (s->pending.len && !failed) {
        failed = !send(s, &s->pending);
    } else if (out->len && !failed) {
        failed = !send(s, out);
        apus_buf_add(&s->pending, (apus_str){ out->ptr, out->len });
        failed = failed || s->pending.failed;
    }
    apus_buf_clear(out);
    if (failed)
        s->is_broken = true;
    if (!s->pending.len || failed)
        apus_buf_finish(&s->pending);
}

/* --- what is asked of the inner stream --- */

static void watch_inner(tls_stream *s)
{
    uint8_t events = s->watched & (APUS_STREAM_READ | APUS_STREAM_WRITE);
    if (!s->is_ready)
        events = s->watched ? APUS_STREAM_READ : 0;
    if (s->pending.len)
        events |= APUS_STREAM_WRITE;
    if (events == s->inner_watched)
        return;
    s->inner_watched = events;
    apus_stream_watch(s->inner, events);
}

static void look_again(tls_stream *s)
{
    bool has_news = s->is_broken || (s->has_more && SSL_has_pending(s->ssl));
    if (!has_news || s->hooked || s->closed || !(s->watched & APUS_STREAM_READ))
        return;
    s->hooked = true;
    apus_loop_at_end(s->loop, &s->hook);
}

/* --- the end --- */

static void free_if_over(tls_stream *s)
{
    if (!s->closed || s->hooked || s->busy)
        return;
    apus_tls *t = s->tls;
    SSL_free(s->ssl);
    apus_buf_finish(&s->pending);
    if (s->client)
        t->alloc.resize(t->alloc.ctx, s->client, sizeof(*s->client), 0);
    t->alloc.resize(t->alloc.ctx, s, sizeof(*s), 0);
    apus__tls_leave(t);
}

/* Our last word (close_notify), once. */
static void say_goodbye(tls_stream *s)
{
    if (s->is_broken || !s->is_ready || SSL_get_shutdown(s->ssl) & SSL_SENT_SHUTDOWN)
        return;
    ERR_clear_error();
    SSL_shutdown(s->ssl);
    flush(s);
}

/* Nothing is left to send: the inner stream ends as well. */
static void finish_inner(tls_stream *s)
{
    if (s->is_finishing && !s->pending.len && !s->is_broken) {
        s->is_finishing = false;
        apus_stream_finish(s->inner);
    }
}

static void tls_finish(apus_stream *stream)
{
    tls_stream *s = of(stream);
    say_goodbye(s);
    s->is_finishing = true;
    finish_inner(s);
    watch_inner(s);
}

static void tls_close(apus_stream *stream)
{
    tls_stream *s = of(stream);
    say_goodbye(s);
    s->closed = true;
    apus_stream_close(s->inner);
    free_if_over(s);
}

/* --- the handshake --- */

static apus_str text_of(const char *text)
{
    return apus_str_of(text ? text : "");
}

static void describe_client(tls_stream *s, X509 *x)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    s->client = s->tls->alloc.resize(s->tls->alloc.ctx, NULL, 0, sizeof(*s->client));
    BIO *b = BIO_new(BIO_s_mem());
    if (!s->client || !b ||
        X509_NAME_print_ex(b, X509_get_subject_name(x), 0, XN_FLAG_RFC2253) < 0 ||
        !X509_digest(x, EVP_sha256(), digest, &n)) {
        s->is_broken = true; /* who it is must be known */
        BIO_free(b);
        return;
    }
    size_t len = 0;
    BIO_read_ex(b, s->client->subject, sizeof(s->client->subject) - 1, &len);
    BIO_free(b);
    s->client->subject[len] = 0;
    for (unsigned i = 0; i < 32; i++) {
        s->client->fingerprint[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        s->client->fingerprint[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    s->client->fingerprint[64] = 0;
    s->security.client = apus_str_of(s->client->subject);
    s->security.fingerprint = apus_str_of(s->client->fingerprint);
}

static void describe(tls_stream *s)
{
    const unsigned char *protocol;
    unsigned len;
    SSL_get0_alpn_selected(s->ssl, &protocol, &len);
    s->security = (apus_stream_security){
        .version = text_of(SSL_get_version(s->ssl)),
        .cipher = text_of(SSL_get_cipher_name(s->ssl)),
        .protocol = { len ? (const char *)protocol : "", len },
        .server_name = text_of(SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name)),
        .client = APUS_STR(""),
        .fingerprint = APUS_STR(""),
    };
    X509 *x = SSL_get0_peer_certificate(s->ssl);
    if (x && SSL_get_verify_result(s->ssl) == X509_V_OK)
        describe_client(s, x);
}

/* What others of this thread may have left behind; emptying a queue that is empty costs OpenSSL
 * as much as a small record. */
static void forget_errors(void)
{
    if (ERR_peek_error())
        ERR_clear_error();
}

/* Takes the handshake as far as it goes now. */
static void shake_hands(tls_stream *s)
{
    ERR_clear_error();
    int done = SSL_do_handshake(s->ssl);
    int why = SSL_get_error(s->ssl, done);
    if (done == 1) {
        s->is_ready = s->has_more = true;
        describe(s);
        apus_metric_add(SSL_session_reused(s->ssl) ? APUS_METRIC_tls_resumed : APUS_METRIC_tls_done,
                        1);
    } else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
        s->is_broken = true;
        apus_metric_add(APUS_METRIC_tls_failed, 1);
    }
    flush(s); /* an alert says why */
    ERR_clear_error();
}

/* --- reading and writing --- */

static apus_rc tls_read(apus_stream *stream, char *to, size_t room, size_t *got)
{
    tls_stream *s = of(stream);
    if (!s->is_ready && !s->is_broken)
        shake_hands(s);
    if (s->is_broken)
        return APUS_IO;
    if (!s->is_ready)
        return APUS_MORE;
    forget_errors();
    int ok = SSL_read_ex(s->ssl, to, room, got);
    int why = SSL_get_error(s->ssl, ok);
    flush(s); /* answers to what was no data */
    s->has_more = ok;
    if (!s->busy)
        watch_inner(s);
    look_again(s);
    if (ok)
        return APUS_OK;
    if (!s->is_broken && why == SSL_ERROR_ZERO_RETURN)
        return APUS_DONE;
    if (!s->is_broken && (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE))
        return APUS_MORE;
    s->is_broken = true;
    ERR_clear_error();
    return APUS_IO;
}

/* Where a writer stands in its pieces. */
typedef struct cursor {
    const struct iovec *iov;
    int n;
    size_t at;
} cursor;

/* The next bytes for one record: as they stand when they fill it, else gathered. */
static apus_str next_record(tls_stream *s, cursor *c, size_t room)
{
    while (c->n && c->at == c->iov->iov_len)
        *c = (cursor){ c->iov + 1, c->n - 1, 0 };
    if (!c->n)
        return APUS_STR("");
    size_t left = c->iov->iov_len - c->at;
    const char *from = (const char *)c->iov->iov_base + c->at;
    if (left >= room || c->n == 1) {
        size_t len = left < room ? left : room;
        c->at += len;
        return (apus_str){ from, len };
    }
    size_t len = 0;
    while (c->n && len < room) {
        left = c->iov->iov_len - c->at;
        size_t n = left < room - len ? left : room - len;
        if (n)
            memcpy(s->tls->record + len, (const char *)c->iov->iov_base + c->at, n);
        len += n;
        c->at += n;
        if (c->at == c->iov->iov_len)
            *c = (cursor){ c->iov + 1, c->n - 1, 0 };
    }
    return (apus_str){ s->tls->record, len };
}

/* How many bytes were encrypted. */
static size_t encrypt(tls_stream *s, const struct iovec *iov, int n)
{
    cursor c = { iov, n, 0 };
    size_t taken = 0;
    apus_str record;
    forget_errors();
    while (taken < APUS__TLS_BATCH && (record = next_record(s, &c, APUS__TLS_RECORD)).len) {
        size_t len = 0;
        if (SSL_write_ex(s->ssl, record.ptr, record.len, &len) <= 0) {
            s->is_broken = true; /* there is nothing that it could wait for */
            ERR_clear_error();
            break;
        }
        taken += len;
    }
    return taken;
}

static apus_rc tls_writev(apus_stream *stream, const struct iovec *iov, int n, size_t *sent)
{
    tls_stream *s = of(stream);
    if (s->pending.len)
        flush(s);
    if (!s->is_broken && s->is_ready && !s->pending.len && !s->taken) {
        s->taken = encrypt(s, iov, n);
        flush(s);
    }
    if (!s->busy)
        watch_inner(s);
    if (s->is_broken)
        return APUS_IO;
    if (!s->taken || s->pending.len)
        return APUS_MORE;
    *sent = s->taken;
    s->taken = 0;
    return APUS_OK;
}

/* --- telling --- */

static void tell(tls_stream *s, unsigned events)
{
    s->busy = true;
    if (s->is_broken)
        events |= s->watched & APUS_STREAM_READ ? APUS_STREAM_READ : s->watched;
    events &= s->watched | APUS_STREAM_GONE;
    if (events)
        s->stream.ready(s->stream.ctx, events);
    s->busy = false;
    if (!s->closed) {
        watch_inner(s);
        look_again(s);
    }
    free_if_over(s);
}

static void inner_ready(void *ctx, unsigned events)
{
    tls_stream *s = ctx;
    if (events & APUS_STREAM_GONE) {
        s->is_broken = true;
        tell(s, events);
        return;
    }
    if (s->pending.len && events & APUS_STREAM_WRITE) {
        flush(s);
        finish_inner(s);
        if (s->pending.len)
            events &= ~(unsigned)APUS_STREAM_WRITE;
    }
    if (!s->is_ready && !s->is_broken) {
        shake_hands(s);
        events = s->is_ready && SSL_has_pending(s->ssl) ? s->watched : 0;
        if (s->is_ready)
            events |= APUS_STREAM_WRITE;
    }
    tell(s, events);
}

static void told_at_end(void *ctx)
{
    tls_stream *s = ctx;
    s->hooked = false;
    if (s->closed)
        free_if_over(s);
    else
        tell(s, APUS_STREAM_READ);
}

static void tls_watch(apus_stream *stream, unsigned events)
{
    tls_stream *s = of(stream);
    s->watched = (uint8_t)events;
    if (!s->busy) {
        watch_inner(s);
        look_again(s);
    }
}

static apus_str tls_peer(const apus_stream *s)
{
    return apus_stream_peer(of(s)->inner);
}

static const apus_stream_security *tls_security(const apus_stream *s)
{
    return &of(s)->security;
}

static const apus_stream_ops tls_ops = {
    .read = tls_read,
    .writev = tls_writev,
    .watch = tls_watch,
    .finish = tls_finish,
    .close = tls_close,
    .peer = tls_peer,
    .security = tls_security,
};

/* --- the beginning --- */

/* An SSL that talks through the stream; NULL without memory. */
static SSL *open_ssl(tls_stream *s)
{
    SSL *ssl = SSL_new(s->tls->identities[0].ctx);
    BIO *carrier = ssl ? BIO_new(s->tls->carrier) : NULL;
    if (!carrier) {
        SSL_free(ssl);
        ERR_clear_error();
        return NULL;
    }
    BIO_set_data(carrier, s);
    BIO_set_init(carrier, 1);
    SSL_set_bio(ssl, carrier, carrier);
    SSL_set_accept_state(ssl);
    return ssl;
}

apus_rc apus_tls_accept(apus_tls *t, apus_loop *loop, apus_stream *inner, apus_stream **out)
{
    tls_stream *s = t->alloc.resize(t->alloc.ctx, NULL, 0, sizeof(*s));
    if (!s)
        return APUS_NOMEM;
    *s = (tls_stream){ .stream = { .ops = &tls_ops },
                       .tls = t,
                       .loop = loop,
                       .inner = inner,
                       .inner_watched = UINT8_MAX, /* so that the first watch is passed on */
                       .pending = apus_buf_with(&t->alloc),
                       .hook = { .fn = told_at_end, .ctx = s },
                       .security = { .version = APUS_STR(""), .client = APUS_STR("") } };
    s->ssl = open_ssl(s);
    if (!s->ssl) {
        t->alloc.resize(t->alloc.ctx, s, sizeof(*s), 0);
        return APUS_NOMEM;
    }
    t->n_users++;
    apus_stream_attach(inner, inner_ready, s);
    *out = &s->stream;
    return APUS_OK;
}
