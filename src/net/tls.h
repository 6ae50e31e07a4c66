/* What the files of TLS know of each other.
 *
 * tls_context.c reads files into one SSL_CTX per certificate, tls_ticket.c makes the keys of
 * session tickets, tls_stream.c is the filter. */
#ifndef APUS_NET_TLS_H
#define APUS_NET_TLS_H

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "apus/buf.h"
#include "apus/tls.h"

enum {
    APUS__TLS_RECORD = 16384,   /* bytes of plain text in a record, at most */
    APUS__TLS_BATCH = 65536,    /* plain text that one write encrypts, at most */
    APUS__TLS_OCSP_MAX = 65536, /* bytes of a stapled response */
};

/* A certificate that is in use. */
typedef struct apus__tls_identity {
    SSL_CTX *ctx;
    apus_str ocsp; /* in the apus_alloc's memory; empty: nothing to staple */
} apus__tls_identity;

struct apus_tls {
    apus_alloc alloc;
    apus_arena arena; /* what `options` points to */
    apus_tls_options options;
    uint32_t n_users; /* streams, and whoever created it */
    BIO_METHOD *carrier;
    apus__tls_identity *identities; /* options.n_certificates */
    uint8_t secret[APUS_TLS_SECRET_LEN];
    unsigned char protocols[64]; /* as ALPN has them, each with its length in front */
    unsigned n_protocols;        /* bytes */
    apus_buf out;                /* what is encrypted and not sent, within one call */
    char *record;                /* APUS__TLS_RECORD bytes to gather small pieces in */
};

/* The last user frees. */
void apus__tls_leave(apus_tls *t);

/* The sentence of what OpenSSL has against it; empties its queue of errors. */
const char *apus__tls_reason(char *to, size_t room);

/* Encrypts session tickets of ctx with keys from t->secret. */
void apus__tls_use_tickets(SSL_CTX *ctx, apus_tls *t);

/* The methods that carry records to and from the inner stream; NULL without memory. */
BIO_METHOD *apus__tls_carrier(void);

#endif
