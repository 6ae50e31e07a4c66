/* TLS over a pipe, with OpenSSL's own client at the other end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "apus/net.h"
#include "apus/tls.h"

enum { ROOM = 1 << 21 };

static apus_loop *loop;
static char folder[] = "/tmp/apus_tls_XXXXXX";
static char chain[64], key[64], other_chain[64], other_key[64], text_file[64];

/* The server's side: echoes, or sends what it is told to. */
struct far {
    apus_stream *stream;
    char *got;
    size_t len;
    apus_str to_send;
    bool ended, failed, gone, closed, finishes;
};

/* The client's side. */
struct near {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *in, *out;
    apus_pipe *pipe;
    apus_buf wire;
    size_t step; /* bytes that pass to the server at once */
};

static void ready(void *ctx, unsigned events)
{
    struct far *f = ctx;
    size_t n = 0;
    if (events & APUS_STREAM_GONE)
        f->gone = true;
    if (events & APUS_STREAM_READ) {
        apus_rc rc = apus_stream_read(f->stream, f->got + f->len, 7000, &n);
        f->len += rc == APUS_OK ? n : 0;
        f->ended = f->ended || rc == APUS_DONE;
        f->failed = f->failed || rc == APUS_IO;
    }
    while (f->to_send.len && !f->failed) {
        struct iovec iov[2] = {
            { (void *)(uintptr_t)f->to_send.ptr, f->to_send.len / 3 },
            { (void *)(uintptr_t)(f->to_send.ptr + f->to_send.len / 3),
              f->to_send.len - f->to_send.len / 3 },
        };
        apus_rc rc = apus_stream_writev(f->stream, iov, 2, &n);
        if (rc == APUS_MORE)
            break;
        f->failed = rc != APUS_OK;
        if (rc == APUS_OK)
            f->to_send = apus_str_slice(f->to_send, n, f->to_send.len);
    }
    if (f->gone || f->failed) {
        f->closed = true;
        apus_stream_close(f->stream);
        return;
    }
    if (f->finishes && !f->to_send.len) {
        f->finishes = false;
        apus_stream_finish(f->stream);
    }
    apus_stream_watch(f->stream, (f->ended ? 0U : APUS_STREAM_READ) |
                                     (f->to_send.len ? APUS_STREAM_WRITE : 0U));
}

static SSL_CTX *client_ctx(void)
{
    SSL_CTX *c = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_file(c, chain);
    return c;
}

static void open_both(struct far *f, struct near *n, apus_tls *t, SSL_CTX *ctx)
{
    apus_stream *inner;
    *f = (struct far){ .got = malloc(ROOM) };
    *n = (struct near){ .ctx = ctx, .step = SIZE_MAX, .wire = apus_buf_with(&apus_alloc_libc) };
    assert_int_equal(apus_pipe_open(loop, &apus_alloc_libc, &n->wire, &inner, &n->pipe), APUS_OK);
    assert_int_equal(apus_tls_accept(t, loop, inner, &f->stream), APUS_OK);
    apus_stream_attach(f->stream, ready, f);
    apus_stream_watch(f->stream, APUS_STREAM_READ);
    n->ssl = SSL_new(ctx);
    n->in = BIO_new(BIO_s_mem());
    n->out = BIO_new(BIO_s_mem());
    SSL_set_bio(n->ssl, n->in, n->out);
    SSL_set_connect_state(n->ssl);
}

static void close_both(struct far *f, struct near *n)
{
    if (!f->closed)
        apus_stream_close(f->stream);
    if (n->pipe)
        apus_pipe_close(n->pipe);
    apus_loop_turn(loop, 0);
    apus_buf_finish(&n->wire);
    SSL_free(n->ssl);
    SSL_CTX_free(n->ctx);
    free(f->got);
    ERR_clear_error();
}

/* What each side has written, to the other. */
static void pump(struct near *n)
{
    char bytes[20000];
    for (int i = 0; i < 4; i++) {
        int len;
        while ((len = BIO_read(n->out, bytes,
                               (int)(n->step < sizeof(bytes) ? n->step : sizeof(bytes)))) > 0)
            apus_pipe_send(n->pipe, (apus_str){ bytes, (size_t)len });
        apus_loop_turn(loop, 0);
        if (n->wire.len)
            BIO_write(n->in, n->wire.ptr, (int)n->wire.len);
        apus_buf_clear(&n->wire);
        apus_pipe_set_room(n->pipe, n->step);
    }
}

/* Whether they agree. */
static bool handshake(struct near *n)
{
    for (int i = 0; i < 2000; i++) {
        ERR_clear_error();
        int done = SSL_do_handshake(n->ssl), why = SSL_get_error(n->ssl, done);
        pump(n);
        if (done == 1)
            return true;
        if (why != SSL_ERROR_WANT_READ)
            return false;
    }
    return false;
}

/* What the server sends until there is `len` of it or no more. */
static size_t receive(struct near *n, char *to, size_t len)
{
    size_t at = 0, got;
    for (int idle = 0; at < len && idle < 50;) {
        if (SSL_read_ex(n->ssl, to + at, len - at, &got)) {
            at += got;
            idle = 0;
        } else {
            pump(n);
            idle++;
        }
    }
    return at;
}

static apus_tls *server(const apus_tls_options *extra)
{
    static apus_tls_certificate certificates[2];
    certificates[0] = (apus_tls_certificate){ chain, key, NULL };
    certificates[1] = (apus_tls_certificate){ other_chain, other_key, NULL };
    apus_tls_options o = extra ? *extra : (apus_tls_options){ 0 };
    apus_tls *t = NULL;
    apus_err err = { 0 };
    if (!o.certificates)
        o.certificates = certificates;
    if (!o.n_certificates)
        o.n_certificates = 1;
    if (apus_tls_create(&o, &t, &err))
        fail_msg("%s", err.msg);
    return t;
}

/* --- bytes --- */

static void bytes_pass_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t steps[] = { SIZE_MAX, 1, 5, 100, 1000, 16384, 17000 };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        apus_tls *t = server(NULL);
        struct far f;
        struct near n;
        open_both(&f, &n, t, client_ctx());
        n.step = steps[i];
        apus_pipe_set_room(n.pipe, n.step);
        assert_true(handshake(&n));
        char *sent = malloc(50000), *back = malloc(50000);
        for (size_t k = 0; k < 50000; k++)
            sent[k] = (char)(k * 31 + k / 256);
        assert_int_equal(SSL_write(n.ssl, sent, 50000), 50000);
        for (int k = 0; k < 60000 && f.len < 50000; k++)
            pump(&n);
        assert_int_equal(f.len, 50000);
        assert_memory_equal(f.got, sent, 50000);
        f.to_send = (apus_str){ sent, n.step < 100 ? 500 : 50000 };
        size_t want = f.to_send.len;
        apus_stream_watch(f.stream, APUS_STREAM_READ | APUS_STREAM_WRITE);
        size_t had = 0, got;
        for (int k = 0; k < 60000 && had < want; k++) {
            pump(&n);
            while (SSL_read_ex(n.ssl, back + had, want - had, &got))
                had += got;
        }
        assert_int_equal(had, want);
        assert_memory_equal(back, sent, want);
        free(sent);
        free(back);
        close_both(&f, &n);
        apus_tls_destroy(t);
    }
}

/* A writer may close when all is sent: it has left by then. */
static void sent_is_what_has_left(void **state)
{
    (void)state;
    apus_tls *t = server(NULL);
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx());
    assert_true(handshake(&n));
    n.step = 100;
    apus_pipe_set_room(n.pipe, 100);
    char bytes[3000] = "x";
    f.to_send = (apus_str){ bytes, sizeof(bytes) };
    apus_stream_watch(f.stream, APUS_STREAM_READ | APUS_STREAM_WRITE);
    apus_loop_turn(loop, 0);
    assert_int_equal(f.to_send.len, sizeof(bytes)); /* encrypted, and not sent */
    char back[sizeof(bytes)];
    assert_int_equal(receive(&n, back, sizeof(back)), sizeof(back));
    assert_int_equal(f.to_send.len, 0);
    close_both(&f, &n);
    apus_tls_destroy(t);
}

static void each_side_says_goodbye(void **state)
{
    (void)state;
    apus_tls *t = server(NULL);
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx());
    assert_true(handshake(&n));
    SSL_shutdown(n.ssl);
    pump(&n);
    assert_true(f.ended);
    f.to_send = APUS_STR("still there");
    f.finishes = true;
    apus_stream_watch(f.stream, APUS_STREAM_WRITE);
    char back[32];
    assert_int_equal(receive(&n, back, 32), 11);
    assert_true(SSL_get_shutdown(n.ssl) & SSL_RECEIVED_SHUTDOWN);
    assert_true(apus_pipe_is_finished(n.pipe));
    close_both(&f, &n);
    apus_tls_destroy(t);
}

static void an_end_without_goodbye_is_an_end(void **state)
{
    (void)state;
    apus_tls *t = server(NULL);
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx());
    assert_true(handshake(&n));
    apus_pipe_finish(n.pipe);
    apus_loop_turn(loop, 0);
    assert_true(f.ended);
    close_both(&f, &n);
    apus_tls_destroy(t);
}

static void what_is_no_tls_fails(void **state)
{
    (void)state;
    static const apus_str wrong[] = {
        APUS_STR_INIT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        APUS_STR_INIT("\x16\x03\x01\x00\x05hello"),
        APUS_STR_INIT("\x17\x03\x03\x00\x05hello"),
        APUS_STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        apus_tls *t = server(NULL);
        struct far f;
        struct near n;
        open_both(&f, &n, t, client_ctx());
        apus_pipe_send(n.pipe, wrong[i]);
        apus_loop_turn(loop, 0);
        assert_true(f.failed);
        assert_int_equal(f.len, 0);
        close_both(&f, &n);
        apus_tls_destroy(t);
    }
}

static void a_client_that_leaves_is_told(void **state)
{
    (void)state;
    apus_tls *t = server(NULL);
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx());
    assert_true(handshake(&n));
    apus_stream_watch(f.stream, 0);
    apus_pipe_close(n.pipe);
    n.pipe = NULL;
    apus_loop_turn(loop, 0);
    assert_true(f.gone);
    close_both(&f, &n);
    apus_tls_destroy(t);
}

/* --- handshakes --- */

static void the_certificate_follows_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool other;
    } rows[] = { { NULL, false },
                 { "localhost", false },
                 { "nobody.example", false },
                 { "other.example", true } };
    apus_tls *t = server(&(apus_tls_options){ .n_certificates = 2 });
    for (size_t i = 0; i < 4; i++) {
        struct far f;
        struct near n;
        open_both(&f, &n, t, client_ctx());
        SSL_CTX_set_verify(n.ctx, SSL_VERIFY_NONE, NULL);
        if (rows[i].name)
            SSL_set_tlsext_host_name(n.ssl, rows[i].name);
        assert_true(handshake(&n));
        X509 *x = SSL_get0_peer_certificate(n.ssl);
        assert_int_equal(X509_check_host(x, "other.example", 0, 0, NULL) == 1, rows[i].other);
        apus_str name = apus_stream_security_of(f.stream)->server_name;
        assert_string_equal(name.ptr, rows[i].name ? rows[i].name : "");
        close_both(&f, &n);
    }
    apus_tls_destroy(t);
}

static void the_servers_protocol_counts(void **state)
{
    (void)state;
    static const struct {
        const char *offered; /* as ALPN has it */
        unsigned len;
        const char *chosen; /* NULL: refused */
    } rows[] = {
        { "\x08http/1.1\x02h2", 12, "h2" },
        { "\x08http/1.1", 9, "http/1.1" },
        { "\x04spdy", 5, NULL },
        { "", 0, "" },
    };
    apus_tls *t = server(&(apus_tls_options){ .protocols = "h2,http/1.1" });
    for (size_t i = 0; i < 4; i++) {
        struct far f;
        struct near n;
        open_both(&f, &n, t, client_ctx());
        SSL_set_alpn_protos(n.ssl, (const unsigned char *)rows[i].offered, rows[i].len);
        assert_int_equal(handshake(&n), rows[i].chosen != NULL);
        if (rows[i].chosen) {
            apus_str p = apus_stream_security_of(f.stream)->protocol;
            assert_int_equal(p.len, strlen(rows[i].chosen));
            assert_memory_equal(p.ptr, rows[i].chosen, p.len);
        } else {
            assert_true(f.failed);
        }
        close_both(&f, &n);
    }
    apus_tls_destroy(t);
}

static void old_versions_and_weak_ciphers_are_refused(void **state)
{
    (void)state;
    static const struct {
        int server_min, client_max;
        const char *ciphers;
        const char *version; /* NULL: refused */
    } rows[] = {
        { 0, TLS1_3_VERSION, NULL, "TLSv1.3" },
        { 0, TLS1_2_VERSION, NULL, "TLSv1.2" },
        { 13, TLS1_2_VERSION, NULL, NULL },
        { 13, TLS1_3_VERSION, NULL, "TLSv1.3" },
        { 0, TLS1_1_VERSION, NULL, NULL },
        { 0, TLS1_2_VERSION, "AES128-GCM-SHA256", NULL },
        { 0, TLS1_2_VERSION, "ECDHE+AES+SHA", NULL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_tls *t = server(&(apus_tls_options){ .version_min = rows[i].server_min });
        struct far f;
        struct near n;
        open_both(&f, &n, t, client_ctx());
        SSL_set_min_proto_version(n.ssl, TLS1_VERSION);
        SSL_set_security_level(n.ssl, 0);
        SSL_set_max_proto_version(n.ssl, rows[i].client_max);
        SSL_set_cipher_list(n.ssl, rows[i].ciphers ? rows[i].ciphers : "ALL:@SECLEVEL=0");
        assert_int_equal(handshake(&n), rows[i].version != NULL);
        if (rows[i].version)
            assert_string_equal(apus_stream_security_of(f.stream)->version.ptr, rows[i].version);
        close_both(&f, &n);
        apus_tls_destroy(t);
    }
}

static void clients_show_who_they_are(void **state)
{
    (void)state;
    static const struct {
        apus_tls_clients clients;
        const char *shows; /* NULL: nothing */
        bool agrees;
        const char *subject;
    } rows[] = {
        { APUS_TLS_CLIENTS_may, NULL, true, "" },
        { APUS_TLS_CLIENTS_must, NULL, false, "" },
        { APUS_TLS_CLIENTS_may, other_chain, true, "CN=other" },
        { APUS_TLS_CLIENTS_must, other_chain, true, "CN=other" },
        { APUS_TLS_CLIENTS_must, chain, false, "" },
        { APUS_TLS_CLIENTS_may, chain, false, "" },
        { APUS_TLS_CLIENTS_anonymous, chain, true, "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_tls *t =
            server(&(apus_tls_options){ .clients = rows[i].clients, .authorities = other_chain });
        struct far f;
        struct near n;
        SSL_CTX *c = client_ctx();
        if (rows[i].shows) {
            SSL_CTX_use_certificate_chain_file(c, rows[i].shows);
            SSL_CTX_use_PrivateKey_file(c, rows[i].shows == chain ? key : other_key,
                                        SSL_FILETYPE_PEM);
        }
        open_both(&f, &n, t, c);
        handshake(&n);
        pump(&n);
        if (f.failed == rows[i].agrees)
            fail_msg("row %zu: %s", i, f.failed ? "refused" : "accepted");
        if (!f.failed) {
            const apus_stream_security *s = apus_stream_security_of(f.stream);
            assert_string_equal(s->client.ptr, rows[i].subject);
            assert_int_equal(s->fingerprint.len, *rows[i].subject ? 64 : 0);
        }
        close_both(&f, &n);
        apus_tls_destroy(t);
    }
}

static SSL_SESSION *kept;

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

/* Whether a session that one server began goes on with the other. */
static bool resumes(const uint8_t *secret, const uint8_t *other_secret, int version)
{
    apus_tls *one = server(&(apus_tls_options){ .ticket_secret = secret });
    apus_tls *two = server(&(apus_tls_options){ .ticket_secret = other_secret });
    struct far f;
    struct near n;
    SSL_CTX *c = client_ctx();
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c, keep_session);
    SSL_CTX_set_max_proto_version(c, version);
    open_both(&f, &n, one, c);
    assert_true(handshake(&n));
    f.to_send = APUS_STR("x");
    apus_stream_watch(f.stream, APUS_STREAM_READ | APUS_STREAM_WRITE);
    char back[1];
    receive(&n, back, 1);
    SSL_shutdown(n.ssl); /* else OpenSSL forgets the session */
    close_both(&f, &n);
    assert_non_null(kept);

    open_both(&f, &n, two, client_ctx());
    SSL_set_max_proto_version(n.ssl, version);
    SSL_set_session(n.ssl, kept);
    assert_true(handshake(&n));
    bool resumed = SSL_session_reused(n.ssl);
    close_both(&f, &n);
    SSL_SESSION_free(kept);
    kept = NULL;
    apus_tls_destroy(one);
    apus_tls_destroy(two);
    return resumed;
}

static void processes_with_one_secret_resume(void **state)
{
    (void)state;
    static const uint8_t a[APUS_TLS_SECRET_LEN] = { 1 }, b[APUS_TLS_SECRET_LEN] = { 2 };
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    for (size_t i = 0; i < 2; i++) {
        assert_true(resumes(a, a, versions[i]));
        assert_false(resumes(a, b, versions[i]));
        assert_false(resumes(NULL, NULL, versions[i]));
    }
}

/* --- files --- */

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
}

static void wrong_files_are_named(void **state)
{
    (void)state;
    write_text(text_file, "this is no certificate\n");
    static const struct {
        apus_tls_certificate certificate;
        const char *says;
    } rows[] = {
        { { "/nowhere/site.crt", key, NULL },
          "the certificate /nowhere/site.crt cannot be used: No such file or directory" },
        { { text_file, key, NULL }, "cannot be used: no start line" },
        { { chain, text_file, NULL }, "cannot be used with" },
        { { chain, other_key, NULL }, "key values mismatch" },
        { { chain, key, "/nowhere/ocsp" }, "the OCSP response /nowhere/ocsp cannot be read" },
        { { NULL, key, NULL }, "needs a file" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_tls_options o = { .certificates = &rows[i].certificate, .n_certificates = 1 };
        apus_tls *t = NULL;
        apus_err err = { 0 };
        assert_int_equal(apus_tls_create(&o, &t, &err), APUS_INVALID);
        assert_null(t);
        if (!strstr(err.msg, rows[i].says))
            fail_msg("says \"%s\", not \"%s\"", err.msg, rows[i].says);
    }
    apus_tls_certificate fine = { chain, key, NULL };
    static const apus_tls_options wrong[] = {
        { .n_certificates = 0 },
        { .n_certificates = APUS_TLS_CERTIFICATES_MAX + 1 },
        { .n_certificates = 1, .version_min = 11 },
        { .n_certificates = 1, .protocols = "h2,,x" },
        { .n_certificates = 1, .clients = APUS_TLS_CLIENTS_must },
        { .n_certificates = 1, .clients = APUS_TLS_CLIENTS_must, .authorities = "/nowhere/ca" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        apus_tls_options o = wrong[i];
        o.certificates = &fine;
        apus_tls *t;
        assert_int_equal(apus_tls_create(&o, &t, NULL), APUS_INVALID);
    }
}

static void copy_file(const char *from, const char *to)
{
    char command[200];
    snprintf(command, sizeof(command), "cp %s %s", from, to);
    assert_int_equal(system(command), 0);
}

/* Which certificate a client gets. */
static bool is_other(apus_tls *t)
{
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx());
    assert_true(handshake(&n));
    bool other =
        X509_check_host(SSL_get0_peer_certificate(n.ssl), "other.example", 0, 0, NULL) == 1;
    close_both(&f, &n);
    return other;
}

static void files_are_read_again_without_a_pause(void **state)
{
    (void)state;
    char c[80], k[80];
    snprintf(c, sizeof(c), "%s/now.crt", folder);
    snprintf(k, sizeof(k), "%s/now.key", folder);
    copy_file(chain, c);
    copy_file(key, k);
    apus_tls_certificate now = { c, k, NULL };
    apus_tls *t = server(&(apus_tls_options){ .certificates = &now });
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx()); /* goes on with what it began with */
    assert_false(is_other(t));
    copy_file(other_chain, c);
    apus_err err;
    assert_int_equal(apus_tls_reload(t, &err), APUS_INVALID); /* the key is still the old one */
    assert_false(is_other(t));
    copy_file(other_key, k);
    assert_int_equal(apus_tls_reload(t, &err), APUS_OK);
    assert_true(is_other(t));
    assert_true(handshake(&n));
    apus_tls_destroy(t); /* before its streams */
    assert_int_equal(SSL_write(n.ssl, "abc", 3), 3);
    pump(&n);
    assert_int_equal(f.len, 3);
    close_both(&f, &n);
    unlink(c);
    unlink(k);
}

static void responses_are_stapled(void **state)
{
    (void)state;
    write_text(text_file, "what the authority says");
    apus_tls_certificate c = { chain, key, text_file };
    apus_tls *t = server(&(apus_tls_options){ .certificates = &c });
    struct far f;
    struct near n;
    open_both(&f, &n, t, client_ctx());
    SSL_set_tlsext_status_type(n.ssl, TLSEXT_STATUSTYPE_ocsp);
    assert_true(handshake(&n));
    const unsigned char *got;
    assert_int_equal(SSL_get_tlsext_status_ocsp_resp(n.ssl, &got), 23);
    assert_memory_equal(got, "what the authority says", 23);
    close_both(&f, &n);
    apus_tls_destroy(t);
}

/* --- memory --- */

static int countdown;

static void *scarce(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    if (new_size > old_size && countdown-- == 0)
        return NULL;
    return apus_alloc_libc.resize(ctx, ptr, old_size, new_size);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    static const apus_alloc alloc = { scarce, NULL };
    for (int i = 0;; i++) {
        countdown = i;
        apus_tls_certificate c = { chain, key, NULL };
        apus_tls_options o = { .certificates = &c, .n_certificates = 1, .alloc = &alloc };
        apus_tls *t = NULL;
        apus_rc rc = apus_tls_create(&o, &t, NULL);
        assert_true(rc == APUS_OK || rc == APUS_NOMEM);
        if (rc)
            continue;
        apus_buf wire = apus_buf_with(&apus_alloc_libc);
        apus_stream *inner, *stream;
        apus_pipe *pipe;
        assert_int_equal(apus_pipe_open(loop, &apus_alloc_libc, &wire, &inner, &pipe), APUS_OK);
        rc = apus_tls_accept(t, loop, inner, &stream);
        apus_stream_close(rc ? inner : stream);
        apus_pipe_close(pipe);
        apus_buf_finish(&wire);
        apus_tls_destroy(t);
        if (countdown >= 0)
            break;
    }
}

/* --- */

static int prepare(void **state)
{
    (void)state;
    if (!mkdtemp(folder) || apus_loop_create(&loop, NULL))
        return 1;
    snprintf(chain, sizeof(chain), "%s/a.crt", folder);
    snprintf(key, sizeof(key), "%s/a.key", folder);
    snprintf(other_chain, sizeof(other_chain), "%s/b.crt", folder);
    snprintf(other_key, sizeof(other_key), "%s/b.key", folder);
    snprintf(text_file, sizeof(text_file), "%s/text", folder);
    char command[512];
    snprintf(command, sizeof(command),
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other "
             "-addext subjectAltName=DNS:other.example -days 2 -keyout %s -out %s 2>/dev/null",
             other_key, other_chain);
    return apus_tls_write_self_signed(chain, key, NULL) || system(command);
}

static int tidy_up(void **state)
{
    (void)state;
    apus_loop_destroy(loop);
    const char *files[] = { chain, key, other_chain, other_key, text_file };
    for (size_t i = 0; i < 5; i++)
        unlink(files[i]);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_pass_in_pieces_of_any_size),
        cmocka_unit_test(sent_is_what_has_left),
        cmocka_unit_test(each_side_says_goodbye),
        cmocka_unit_test(an_end_without_goodbye_is_an_end),
        cmocka_unit_test(what_is_no_tls_fails),
        cmocka_unit_test(a_client_that_leaves_is_told),
        cmocka_unit_test(the_certificate_follows_the_name),
        cmocka_unit_test(the_servers_protocol_counts),
        cmocka_unit_test(old_versions_and_weak_ciphers_are_refused),
        cmocka_unit_test(clients_show_who_they_are),
        cmocka_unit_test(processes_with_one_secret_resume),
        cmocka_unit_test(wrong_files_are_named),
        cmocka_unit_test(files_are_read_again_without_a_pause),
        cmocka_unit_test(responses_are_stapled),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, prepare, tidy_up);
}
