/* apus/tls.h - TLS 1.2 and 1.3 (RFC 8446, RFC 5246) as a stream on top of another.
 *
 * An apus_tls is what a listener needs to know once: certificates, who may connect, which
 * protocols are spoken.  From it a server makes a stream of each connection it accepts;
 * what is above reads and writes plain bytes and need not know.
 *
 *     rc = apus_tls_create(&(apus_tls_options){
 *         .certificates = &(apus_tls_certificate){ "site.crt", "site.key", NULL },
 *         .n_certificates = 1 }, &tls, &err);
 *     rc = apus_tls_accept(tls, loop, accepted, &stream);
 *
 * MEMORY: streams hold on to their apus_tls; it may be destroyed before them.  An idle
 * connection keeps OpenSSL's state (about 10 KiB) and no buffers.
 * FIBERS: nothing here suspends.  THREADS: an apus_tls belongs to the loop's. */
#ifndef APUS_TLS_H
#define APUS_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/loop.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "apus/stream.h"

APUS_API_BEGIN

typedef struct apus_tls apus_tls;

enum {
    APUS_TLS_CERTIFICATES_MAX = 64,
    APUS_TLS_SECRET_LEN = 32, /* bytes of a ticket secret */
};

/* A certificate and its key, each a PEM file. */
typedef struct apus_tls_certificate {
    const char *chain; /* the server's own certificate first, then what leads to its root */
    const char *key;   /* without a passphrase */
    const char *ocsp;  /* NULL, or a DER file: the response of its authority (RFC 6960), stapled
                          for clients that ask; renew it and call apus_tls_reload */
} apus_tls_certificate;

/* Whether a client has to show a certificate. */
typedef enum apus_tls_clients {
    APUS_TLS_CLIENTS_anonymous, /* is not asked for one */
    APUS_TLS_CLIENTS_may,       /* a wrong one is refused; none is fine */
    APUS_TLS_CLIENTS_must,
} apus_tls_clients;

typedef struct apus_tls_options {
    /* The first is for clients that name no server, or one that no certificate is for
     * (SNI, RFC 6066 section 3). */
    const apus_tls_certificate *certificates;
    size_t n_certificates;        /* 1 to APUS_TLS_CERTIFICATES_MAX */
    const char *protocols;        /* ALPN (RFC 7301), the preferred first: "h2,http/1.1"; NULL:
                                     "http/1.1" */
    int version_min;              /* 12 or 13; 0: 12 */
    apus_tls_clients clients;     /* with `authorities` */
    const char *authorities;      /* a PEM file: who signs clients' certificates; or NULL */
    const uint8_t *ticket_secret; /* APUS_TLS_SECRET_LEN bytes; processes that share it resume each
                                     other's sessions (RFC 5077).  NULL: random */
    const apus_alloc *alloc;      /* NULL: the C library's */
} apus_tls_options;

/* Reads the files.  *options and what it points to are copied, for apus_tls_reload.
 *
 * APUS_OK; APUS_INVALID when a file is missing, is not what it should be, or a key does
 * not fit its certificate; APUS_NOMEM; with a sentence that names the file in *err. */
apus_rc apus_tls_create(const apus_tls_options *options, apus_tls **out, apus_err *err)
    APUS_NODISCARD;

/* No further streams; those there are go on.  NULL is fine. */
void apus_tls_destroy(apus_tls *t);

/* Reads the files again; from now on connections get what is in them.  On failure, as
 * apus_tls_create, what was read before stays in use. */
apus_rc apus_tls_reload(apus_tls *t, apus_err *err) APUS_NODISCARD;

/* Whether a certificate is for that host, without brackets and port: a name in it, one that its
 * wildcard takes, or an address. */
bool apus_tls_is_for(const apus_tls *t, apus_str host);

/* The server's side of TLS over `inner`, which the stream then owns.  The handshake takes
 * place while the stream is watched, before anything is told; a failed one reads as APUS_IO.
 *
 * APUS_OK; APUS_NOMEM, and `inner` is still the caller's. */
apus_rc apus_tls_accept(apus_tls *t, apus_loop *loop, apus_stream *inner, apus_stream **out)
    APUS_NODISCARD;

/* When a certificate's validity ends (its notAfter): seconds since 1970, UTC, of the first
 * certificate in a PEM file.  APUS_OK; APUS_INVALID with a sentence that names the file. */
apus_rc apus_tls_find_end(const char *chain, int64_t *seconds, apus_err *err) APUS_NODISCARD;

/* Writes a certificate that signs itself, for development: for localhost, 127.0.0.1 and ::1,
 * for 90 days.  `key` is readable by its owner only; files that are there are replaced.
 * APUS_OK, APUS_IO or APUS_NOMEM. */
apus_rc apus_tls_write_self_signed(const char *chain, const char *key, apus_err *err)
    APUS_NODISCARD;

APUS_API_END

#endif
