/* apus/proxied.h - the head of the PROXY protocol, versions 1 and 2: what a balancer that
 * passes bytes on tells of the connection it took, in front of the first of them.
 *
 *     PROXY TCP4 192.0.2.60 198.51.100.7 50123 443
 *
 * Nothing in it is proven: read it only from peers that are trusted. */
#ifndef APUS_PROXIED_H
#define APUS_PROXIED_H

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "apus/text.h"

APUS_API_BEGIN

enum {
    APUS_PROXIED_LINE_MAX = 107, /* bytes of version 1, its line's end among them */
    APUS_PROXIED_MAX = 2048,     /* bytes of version 2, its extensions among them */
};

/* What the head says.  With client.version 0 it names no one (version 1's UNKNOWN; version 2's
 * LOCAL, unspecified and Unix addresses): then the peer of the socket is the client. */
typedef struct apus_proxied {
    apus_ip client, server;
    uint16_t client_port, server_port;
    size_t size; /* bytes of the head: what the client sent begins after them */
} apus_proxied;

/* Reads the head that `bytes` begin with; both versions.  Nothing is taken, nothing suspends.
 *
 * APUS_OK; APUS_MORE while what is there may still become a head (APUS_PROXIED_MAX bytes always
 * suffice to tell); APUS_SYNTAX for bytes that begin no head, or a broken one; APUS_LIMIT for
 * one of more bytes; APUS_UNSUPPORTED for datagrams and commands unknown here.  Extensions of
 * version 2 must be well formed and are passed over, its checksum as well. */
apus_rc apus_proxied_read(apus_str bytes, apus_proxied *out) APUS_NODISCARD;

/* Whether bytes begin as a head does, whatever follows.  APUS_OK; APUS_MORE while they may; else
 * APUS_NOT_FOUND: neither HTTP/1.1, HTTP/2 nor TLS begins so. */
apus_rc apus_proxied_look(apus_str bytes);

APUS_API_END

#endif
