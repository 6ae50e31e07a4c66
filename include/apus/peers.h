/* apus/peers.h - who is meant by "10.0.0.0/8, unix": a list of networks, for peers of connections.
 *
 *     apus_peers trusted = { 0 };
 *     rc = apus_peers_add_list(&trusted, "10.0.0.0/8, fd00::/8, unix", &err);
 *     if (apus_peers_has(&trusted, apus_stream_peer(stream)))
 *
 * MEMORY: nothing is taken; a zeroed list is empty. */
#ifndef APUS_PEERS_H
#define APUS_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "apus/value.h"

APUS_API_BEGIN

enum { APUS_PEERS_MAX = 64 }; /* networks of a list */

typedef struct apus_peers {
    apus_ip_network networks[APUS_PEERS_MAX];
    size_t n;
    bool all;         /* "*" */
    bool unix_socket; /* "unix": whoever comes by a Unix socket */
} apus_peers;

/* Adds an address, a network ("10.0.0.0/8", no bits behind the mask), "unix" or "*".
 * APUS_OK; APUS_INVALID when it is none of these, or APUS_LIMIT, with a sentence in *err. */
apus_rc apus_peers_add(apus_peers *p, apus_str text, apus_err *err) APUS_NODISCARD;

/* The same for several, with commas or blanks between. */
apus_rc apus_peers_add_list(apus_peers *p, const char *list, apus_err *err) APUS_NODISCARD;

/* Whether a peer is meant: "127.0.0.1:50312", "[::1]:50312", "unix" (apus_stream_peer), or an
 * address alone.  What is neither is meant by "*" only. */
bool apus_peers_has(const apus_peers *p, apus_str peer);

/* The address of a peer without brackets and port, as text; a slice of it. */
apus_str apus_peer_host(apus_str peer);

/* ... and as it is.  An IPv4 address that a socket of both kinds tells (::ffff:192.0.2.1) is that
 * address.  false: it has none. */
bool apus_peer_ip(apus_str peer, apus_ip *out);

APUS_API_END

#endif
