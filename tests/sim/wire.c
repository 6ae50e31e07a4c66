#include "wire.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

enum {
    RECORD = 16384,      /* plain bytes that are encrypted at once */
    HELD_ENOUGH = 16384, /* encrypted ones that wait before more are */
};

struct wire_keys {
    SSL_CTX *ctx;
    SSL_SESSION *last; /* or NULL */
};

struct wire {
    sim_peer *peer;
    wire_keys *keys;
    SSL *ssl; /* or NULL: no TLS */
    BIO *in, *out;
    apus_buf held; /* encrypted, and not sent */
    size_t held_at;
    bool stalls, has_met, is_over, is_broken, was_offered;
    bool finishes; /* the end goes behind what is held */
    bool has_goodbye;
};

/* --- what clients share --- */

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    wire_keys *k = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    SSL_SESSION_free(k->last);
    k->last = session;
    return 1; /* it is ours now */
}

wire_keys *wire_keys_open(const char *certificate)
{
    wire_keys *k = sim_take(sizeof(*k));
    k->ctx = SSL_CTX_new(TLS_client_method());
    if (!k->ctx || !SSL_CTX_load_verify_file(k->ctx, certificate))
        return NULL;
    SSL_CTX_set_verify(k->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_app_data(k->ctx, k);
    SSL_CTX_set_session_cache_mode(k->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(k->ctx, keep_session);
    return k;
}

void wire_keys_close(wire_keys *k)
{
    SSL_SESSION_free(k->last);
    SSL_CTX_free(k->ctx);
    sim_give(k);
}

/* --- opening --- */

wire_kind wire_choose(const wire_addresses *to)
{
    if (to->tls_port && sim_chance(300))
        return WIRE_TLS;
    return sim_chance(200) ? WIRE_UNIX : WIRE_TCP;
}

/* As ALPN has it: its length in front. */
static void ask_for(SSL *ssl, const char *protocol)
{
    unsigned char list[32];
    size_t len = strlen(protocol);
    list[0] = (unsigned char)len;
    memcpy(list + 1, protocol, len);
    SSL_set_alpn_protos(ssl, list, (unsigned)len + 1);
}

static void open_tls(wire *w, const char *protocol)
{
    w->ssl = SSL_new(w->keys->ctx);
    w->in = BIO_new(BIO_s_mem());
    w->out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(w->in, -1);
    SSL_set_bio(w->ssl, w->in, w->out);
    SSL_set_connect_state(w->ssl);
    SSL_set_tlsext_host_name(w->ssl, "localhost");
    SSL_set1_host(w->ssl, "localhost");
    ask_for(w->ssl, protocol);
    int version = sim_chance(300) ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_set_max_proto_version(w->ssl, version);
    SSL_SESSION *last = w->keys->last;
    if (last && SSL_SESSION_get_protocol_version(last) == version &&
        SSL_SESSION_is_resumable(last) && sim_chance(700))
        w->was_offered = SSL_set_session(w->ssl, last);
}

wire *wire_open(const wire_addresses *to, wire_kind kind, const char *protocol,
                void (*ready)(void *ctx), void *ctx)
{
    wire *w = sim_take(sizeof(*w));
    w->keys = to->keys;
    w->held = apus_buf_with(&sim_alloc);
    w->has_met = kind != WIRE_TLS;
    w->peer = kind == WIRE_UNIX
                  ? sim_connect_unix(to->path, ready, ctx)
                  : sim_connect(kind >= WIRE_TLS ? to->tls_port : to->port, ready, ctx);
    if (kind == WIRE_TLS)
        open_tls(w, protocol);
    return w;
}

void wire_stall(wire *w)
{
    w->stalls = true;
}

/* --- between OpenSSL and the network --- */

static void take_out(wire *w)
{
    char bytes[4096];
    int n;
    while ((n = BIO_read(w->out, bytes, sizeof(bytes))) > 0)
        apus_buf_add(&w->held, (apus_str){ bytes, (size_t)n });
}

static void send_held(wire *w)
{
    take_out(w);
    apus_str left = { w->held.ptr + w->held_at, w->held.len - w->held_at };
    if (left.len)
        w->held_at += sim_peer_write(w->peer, left);
    if (w->held_at < w->held.len)
        return;
    apus_buf_clear(&w->held);
    w->held_at = 0;
    if (w->finishes)
        sim_peer_finish(w->peer);
    w->finishes = false;
}

/* Whether there was anything. */
static bool bring_in(wire *w)
{
    char bytes[2048];
    size_t n = sim_peer_read(w->peer, bytes, sizeof(bytes));
    if (n)
        BIO_write(w->in, bytes, (int)n);
    return n > 0;
}

/* What OpenSSL said of a call that came to nothing: NULL where it only waits for more. */
static const char *trouble_of(wire *w, int result)
{
    int why = SSL_get_error(w->ssl, result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        return NULL;
    w->is_over = true;
    w->has_goodbye = why == SSL_ERROR_ZERO_RETURN;
    w->is_broken = !w->has_goodbye;
    if (w->has_goodbye)
        return NULL;
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return reason ? reason : "TLS failed";
}

static const char *judge_meeting(const wire *w)
{
    const unsigned char *protocol;
    unsigned len;
    SSL_get0_alpn_selected(w->ssl, &protocol, &len);
    sim_note(SSL_session_reused(w->ssl) ? "resumed" : "met", SSL_version(w->ssl), len);
    if (!len)
        return "no protocol was agreed on";
    return SSL_get_verify_result(w->ssl) == X509_V_OK ? NULL : "the certificate is not right";
}

static const char *shake_hands(wire *w)
{
    const char *wrong = NULL;
    bool has_more = true;
    while (!w->has_met && !w->is_over && !wrong && has_more) {
        has_more = bring_in(w);
        ERR_clear_error();
        int done = SSL_do_handshake(w->ssl);
        w->has_met = done == 1;
        wrong = w->has_met ? judge_meeting(w) : trouble_of(w, done);
    }
    if (!w->has_met && sim_peer_is_over(w->peer))
        w->is_over = w->is_broken = true;
    return wrong;
}

const char *wire_go_on(wire *w)
{
    if (!w->ssl || w->stalls || w->is_over)
        return NULL;
    const char *wrong = shake_hands(w);
    send_held(w);
    return wrong;
}

/* --- as an end of a connection --- */

size_t wire_write(wire *w, apus_str bytes)
{
    size_t all = 0, n;
    if (!w->ssl)
        return sim_peer_write(w->peer, bytes);
    while (w->has_met && !w->is_over && bytes.len > all && w->held.len - w->held_at < HELD_ENOUGH) {
        apus_str record = apus_str_slice(bytes, all, RECORD);
        ERR_clear_error();
        if (SSL_write_ex(w->ssl, record.ptr, record.len, &n) <= 0)
            break;
        all += n;
        send_held(w);
    }
    return all;
}

size_t wire_read(wire *w, char *to, size_t room)
{
    size_t got = 0;
    bool has_more = true;
    if (!w->ssl)
        return sim_peer_read(w->peer, to, room);
    while (w->has_met && !w->is_over && has_more) {
        ERR_clear_error();
        int ok = SSL_read_ex(w->ssl, to, room, &got);
        if (ok > 0)
            return got;
        (void)trouble_of(w, ok);
        has_more = bring_in(w);
    }
    if (!w->is_over && sim_peer_is_over(w->peer))
        w->is_over = w->is_broken = true;
    send_held(w);
    return 0;
}

bool wire_is_over(const wire *w)
{
    return w->ssl ? w->is_over || sim_peer_is_reset(w->peer) : sim_peer_is_over(w->peer);
}

bool wire_is_reset(const wire *w)
{
    return sim_peer_is_reset(w->peer) || w->is_broken;
}

bool wire_is_left(const wire *w)
{
    return sim_peer_is_left(w->peer);
}

void wire_finish(wire *w)
{
    if (w->ssl) {
        SSL_shutdown(w->ssl);
        w->finishes = true;
        send_held(w);
    } else {
        sim_peer_finish(w->peer);
    }
}

void wire_reset(wire *w)
{
    sim_peer_reset(w->peer);
}

void wire_close(wire *w)
{
    sim_peer_close(w->peer);
    if (w->ssl) /* else OpenSSL takes its session for a bad one */
        SSL_set_shutdown(w->ssl, SSL_SENT_SHUTDOWN);
    SSL_free(w->ssl);
    apus_buf_finish(&w->held);
    sim_give(w);
}

bool wire_was_resumed(const wire *w)
{
    return w->ssl && SSL_session_reused(w->ssl);
}

bool wire_was_offered(const wire *w)
{
    return w->was_offered;
}

bool wire_has_met(const wire *w)
{
    return w->has_met;
}
