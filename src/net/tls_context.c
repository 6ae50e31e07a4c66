/* From files to what a handshake needs, and what is decided in one: which certificate
 * (SNI), which protocol (ALPN), who may connect.
 *
 * WHAT IS OFFERED: TLS 1.2 and 1.3; of 1.2 only key exchanges that forget (ECDHE) with
 * authenticated ciphers; no compression, no renegotiation.  The server's order counts, except
 * that a client without AES in hardware gets ChaCha20. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "apus/random.h"
#include "net/tls.h"

enum { MEMORY_MAX = 1 << 20 }; /* of the copied options */

static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

const char *apus__tls_reason(char *to, size_t room)
{
    unsigned long code = ERR_peek_error(); /* the first one is the cause */
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    if (ERR_SYSTEM_ERROR(code))
        reason = strerror(ERR_GET_REASON(code));
    snprintf(to, room, "%s", reason ? reason : "unknown error");
    ERR_clear_error();
    return to;
}

#define refuse(err, ...)                                                                           \
    apus_err_set((err), APUS_INVALID, __VA_ARGS__, apus__tls_reason((char[160]){ "" }, 160))

/* --- what a handshake asks --- */

static int choose_certificate(SSL *ssl, int *alert, void *arg)
{
    apus_tls *t = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    (void)alert;
    for (size_t i = 0; name && i < t->options.n_certificates; i++) {
        X509 *x = SSL_CTX_get0_certificate(t->identities[i].ctx);
        if (X509_check_host(x, name, 0, 0, NULL) == 1) {
            SSL_set_SSL_CTX(ssl, t->identities[i].ctx);
            break;
        }
    }
    return SSL_TLSEXT_ERR_OK; /* the first one is for everybody else */
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *arg)
{
    const apus_tls *t = arg;
    unsigned char *chosen;
    (void)ssl;
    if (SSL_select_next_proto(&chosen, out_len, t->protocols, t->n_protocols, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL; /* RFC 7301 section 3.2 */
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* The response belongs to the certificate that was chosen. */
static int staple(SSL *ssl, void *arg)
{
    const apus_tls *t = arg;
    for (size_t i = 0; i < t->options.n_certificates; i++) {
        apus_str ocsp = t->identities[i].ocsp;
        if (t->identities[i].ctx != SSL_get_SSL_CTX(ssl) || !ocsp.len)
            continue;
        void *copy = OPENSSL_memdup(ocsp.ptr, ocsp.len);
        if (copy && SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)ocsp.len) > 0)
            return SSL_TLSEXT_ERR_OK;
        OPENSSL_free(copy);
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/* Nobody is there to be asked for a passphrase. */
static int no_passphrase(char *to, int room, int writes, void *arg)
{
    (void)to, (void)room, (void)writes, (void)arg;
    return -1;
}

/* --- one certificate --- */

static apus_rc set_files(SSL_CTX *ctx, const apus_tls_certificate *c, apus_err *err)
{
    SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(ctx, c->chain) <= 0)
        return refuse(err, "the certificate %s cannot be used: %s", c->chain);
    if (SSL_CTX_use_PrivateKey_file(ctx, c->key, SSL_FILETYPE_PEM) <= 0)
        return refuse(err, "the key %s cannot be used with %s: %s", c->key, c->chain);
    if (SSL_CTX_check_private_key(ctx) <= 0)
        return refuse(err, "the key %s is not that of the certificate %s: %s", c->key, c->chain);
    return APUS_OK;
}

static apus_rc set_clients(SSL_CTX *ctx, const apus_tls_options *o, apus_err *err)
{
    if (o->clients == APUS_TLS_CLIENTS_anonymous)
        return APUS_OK;
    if (!o->authorities)
        return apus_err_set(err, APUS_INVALID,
                            "clients' certificates need a file with their authorities");
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(o->authorities);
    if (!names || SSL_CTX_load_verify_file(ctx, o->authorities) <= 0) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return refuse(err, "the authorities in %s cannot be used: %s", o->authorities);
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    bool must = o->clients == APUS_TLS_CLIENTS_must;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (must ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
    return APUS_OK;
}

static bool set_policy(SSL_CTX *ctx, int version_min)
{
    static const unsigned char session[] = "apus";
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* tickets hold the sessions */
    return SSL_CTX_set_min_proto_version(ctx,
                                         version_min == 13 ? TLS1_3_VERSION : TLS1_2_VERSION) &&
           SSL_CTX_set_cipher_list(ctx, ciphers) &&
           SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") &&
           SSL_CTX_set_session_id_context(ctx, session, sizeof(session) - 1);
}

/* The file into *out; nothing is wrong with no file. */
static apus_rc read_ocsp(apus_tls *t, const char *path, apus_str *out, apus_err *err)
{
    *out = (apus_str){ "", 0 };
    if (!path)
        return APUS_OK;
    BIO *file = BIO_new_file(path, "rb");
    char *to = t->alloc.resize(t->alloc.ctx, NULL, 0, APUS__TLS_OCSP_MAX);
    size_t got = 0;
    bool ok = file && to && BIO_read_ex(file, to, APUS__TLS_OCSP_MAX, &got) > 0 && BIO_eof(file);
    BIO_free(file);
    if (ok) {
        *out = (apus_str){ to, got };
        return APUS_OK;
    }
    if (to)
        t->alloc.resize(t->alloc.ctx, to, APUS__TLS_OCSP_MAX, 0);
    return refuse(err, "the OCSP response %s cannot be read (up to %d bytes): %s", path,
                  (int)APUS__TLS_OCSP_MAX);
}

static apus_rc read_identity(apus_tls *t, const apus_tls_certificate *c, apus__tls_identity *out,
                             apus_err *err)
{
    out->ctx = SSL_CTX_new(TLS_server_method());
    if (!out->ctx || !set_policy(out->ctx, t->options.version_min))
        return refuse(err, "TLS cannot be set up: %s");
    apus_rc rc = set_files(out->ctx, c, err);
    if (!rc)
        rc = set_clients(out->ctx, &t->options, err);
    if (!rc)
        rc = read_ocsp(t, c->ocsp, &out->ocsp, err);
    SSL_CTX_set_tlsext_servername_callback(out->ctx, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(out->ctx, t);
    SSL_CTX_set_tlsext_status_cb(out->ctx, staple);
    SSL_CTX_set_tlsext_status_arg(out->ctx, t);
    SSL_CTX_set_alpn_select_cb(out->ctx, choose_protocol, t);
    apus__tls_use_tickets(out->ctx, t);
    return rc;
}

/* --- all of them --- */

static void drop_identities(apus_tls *t, apus__tls_identity *list)
{
    size_t n = t->options.n_certificates;
    for (size_t i = 0; list && i < n; i++) {
        SSL_CTX_free(list[i].ctx); /* when its last connection ends */
        if (list[i].ocsp.len)
            t->alloc.resize(t->alloc.ctx, (void *)(uintptr_t)list[i].ocsp.ptr, APUS__TLS_OCSP_MAX,
                            0);
    }
    if (list)
        t->alloc.resize(t->alloc.ctx, list, n * sizeof(*list), 0);
}

apus_rc apus_tls_reload(apus_tls *t, apus_err *err)
{
    size_t n = t->options.n_certificates;
    apus__tls_identity *list = t->alloc.resize(t->alloc.ctx, NULL, 0, n * sizeof(*list));
    if (!list)
        return apus_err_set(err, APUS_NOMEM, "no memory for certificates");
    memset(list, 0, n * sizeof(*list));
    apus_rc rc = APUS_OK;
    for (size_t i = 0; !rc && i < n; i++)
        rc = read_identity(t, &t->options.certificates[i], &list[i], err);
    if (rc) {
        drop_identities(t, list);
        return rc;
    }
    drop_identities(t, t->identities);
    t->identities = list;
    return APUS_OK;
}

bool apus_tls_is_for(const apus_tls *t, apus_str host)
{
    char name[256];
    if (host.len == 0 || host.len >= sizeof(name) || apus_str_find(host, '\0') != SIZE_MAX)
        return false;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    for (size_t i = 0; i < t->options.n_certificates; i++) {
        X509 *x = SSL_CTX_get0_certificate(t->identities[i].ctx);
        if (X509_check_host(x, name, 0, 0, NULL) == 1 || X509_check_ip_asc(x, name, 0) == 1)
            return true;
    }
    return false;
}

/* "h2,http/1.1" as ALPN writes it. */
static bool set_protocols(apus_tls *t, const char *text)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, ",");
        if (!len || len > 255 || t->n_protocols + 1 + len > sizeof(t->protocols))
            return false;
        t->protocols[t->n_protocols++] = (unsigned char)len;
        memcpy(t->protocols + t->n_protocols, p, len);
        t->n_protocols += (unsigned)len;
        p += len + (p[len] == ',');
    }
    return true;
}

/* A copy in the arena; NULL stays NULL, and *ok says whether there was room. */
static const char *copy(apus_tls *t, const char *text, bool *ok)
{
    size_t len = text ? strlen(text) + 1 : 0;
    char *to = text ? apus_arena_alloc(&t->arena, len, 1) : NULL;
    if (to)
        memcpy(to, text, len);
    else if (text)
        *ok = false;
    return to;
}

static bool copy_options(apus_tls *t, const apus_tls_options *o)
{
    t->options = *o;
    apus_tls_certificate *list = APUS_NEW(&t->arena, apus_tls_certificate, o->n_certificates);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < o->n_certificates; i++) {
        list[i].chain = copy(t, o->certificates[i].chain, &ok);
        list[i].key = copy(t, o->certificates[i].key, &ok);
        list[i].ocsp = copy(t, o->certificates[i].ocsp, &ok);
    }
    t->options.certificates = list;
    t->options.authorities = copy(t, o->authorities, &ok);
    return ok;
}

static apus_rc check_options(const apus_tls_options *o, apus_err *err)
{
    if (o->n_certificates < 1 || o->n_certificates > APUS_TLS_CERTIFICATES_MAX)
        return apus_err_set(err, APUS_INVALID, "TLS takes 1 to %d certificates, not %zu",
                            (int)APUS_TLS_CERTIFICATES_MAX, o->n_certificates);
    for (size_t i = 0; i < o->n_certificates; i++)
        if (!o->certificates[i].chain || !o->certificates[i].key)
            return apus_err_set(err, APUS_INVALID,
                                "a certificate needs a file, and one with its key");
    if (o->version_min != 0 && o->version_min != 12 && o->version_min != 13)
        return apus_err_set(err, APUS_INVALID, "the oldest TLS version is 12 or 13, not %d",
                            o->version_min);
    return APUS_OK;
}

static apus_rc fill(apus_tls *t, const apus_tls_options *o, apus_err *err)
{
    t->carrier = apus__tls_carrier();
    t->record = t->alloc.resize(t->alloc.ctx, NULL, 0, APUS__TLS_RECORD);
    if (!copy_options(t, o) || !t->carrier || !t->record)
        return apus_err_set(err, APUS_NOMEM, "no memory for TLS");
    if (!set_protocols(t, o->protocols ? o->protocols : "http/1.1"))
        return apus_err_set(err, APUS_INVALID, "\"%s\" is no list of protocols", o->protocols);
    if (o->ticket_secret)
        memcpy(t->secret, o->ticket_secret, sizeof(t->secret));
    apus_rc rc = o->ticket_secret ? APUS_OK : apus_random(t->secret, sizeof(t->secret), err);
    return rc ? rc : apus_tls_reload(t, err);
}

apus_rc apus_tls_create(const apus_tls_options *options, apus_tls **out, apus_err *err)
{
    apus_rc rc = check_options(options, err);
    if (rc)
        return rc;
    apus_alloc alloc = options->alloc ? *options->alloc : apus_alloc_libc;
    apus_tls *t = alloc.resize(alloc.ctx, NULL, 0, sizeof(*t));
    if (!t)
        return apus_err_set(err, APUS_NOMEM, "no memory for TLS");
    *t = (apus_tls){ .alloc = alloc, .n_users = 1, .out = apus_buf_with(&alloc) };
    apus_arena_init(&t->arena, &alloc, MEMORY_MAX);
    rc = fill(t, options, err);
    if (rc)
        apus__tls_leave(t);
    else
        *out = t;
    return rc;
}

void apus__tls_leave(apus_tls *t)
{
    if (--t->n_users > 0)
        return;
    drop_identities(t, t->identities);
    BIO_meth_free(t->carrier);
    apus_buf_finish(&t->out);
    apus_alloc alloc = t->alloc;
    if (t->record)
        alloc.resize(alloc.ctx, t->record, APUS__TLS_RECORD, 0);
    apus_arena_finish(&t->arena);
    OPENSSL_cleanse(t->secret, sizeof(t->secret));
    alloc.resize(alloc.ctx, t, sizeof(*t), 0);
}

void apus_tls_destroy(apus_tls *t)
{
    if (t)
        apus__tls_leave(t);
}

/* --- a look at a file --- */

static bool find_end(const char *path, int64_t *seconds)
{
    int days = 0, rest = 0;
    BIO *file = BIO_new_file(path, "rb");
    X509 *x = file ? PEM_read_bio_X509(file, NULL, no_passphrase, NULL) : NULL;
    ASN1_TIME *epoch = x ? ASN1_TIME_set(NULL, 0) : NULL;
    bool ok = epoch && ASN1_TIME_diff(&days, &rest, epoch, X509_get0_notAfter(x));
    if (ok)
        *seconds = (int64_t)days * 24 * 60 * 60 + rest;
    ASN1_TIME_free(epoch);
    X509_free(x);
    BIO_free(file);
    return ok;
}

apus_rc apus_tls_find_end(const char *chain, int64_t *seconds, apus_err *err)
{
    if (find_end(chain, seconds))
        return APUS_OK;
    return refuse(err, "the certificate %s cannot be read: %s", chain);
}
