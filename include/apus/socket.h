/* apus/socket.h - stream sockets, as the floors above need them.
 *
 * Descriptors are non-blocking and closed on exec.  Every call returns at once
 * and retries when a signal interrupts it. */
#ifndef APUS_SOCKET_H
#define APUS_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

enum { APUS_SOCKET_NAME_MAX = 64 }; /* bytes of a printed address, with the NUL */

/* How a listening socket shares its port. */
typedef enum apus_socket_share {
    APUS_SOCKET_ALONE,
    APUS_SOCKET_FIRST,  /* SO_REUSEPORT: nobody has the port yet, and others will share it */
    APUS_SOCKET_SHARED, /* SO_REUSEPORT: one more socket, with a queue of its own */
} apus_socket_share;

/* Listens on an IPv4 or IPv6 address (no names) and a port; port 0 lets the system
 * choose.  The caller closes *fd.  APUS_OK; APUS_INVALID (not an address), APUS_BUSY
 * (in use) or APUS_IO, with err filled. */
apus_rc apus_socket_listen(const char *host, uint16_t port, apus_socket_share share, int *fd,
                           apus_err *err) APUS_NODISCARD;

/* The same on a Unix socket; a stale socket file is replaced, one that somebody listens on
 * is APUS_BUSY. */
apus_rc apus_socket_listen_unix(const char *path, int *fd, apus_err *err) APUS_NODISCARD;

/* How many connections may wait in front of a listening socket, from now on: `most`, or fewer
 * where the system says so.  apus_socket_queue_max is what it says, 0 where it does not
 * (net.core.somaxconn). */
apus_rc apus_socket_set_queue(int fd, unsigned most);
unsigned apus_socket_queue_max(void);

/* The port that a socket is bound to, or 0. */
uint16_t apus_socket_port(int fd);

/* Takes one waiting connection; `peer`, of APUS_SOCKET_NAME_MAX bytes, gets its
 * address ("127.0.0.1:50312", "[::1]:50312", "unix").
 *
 * APUS_OK; APUS_MORE (none waits); APUS_LIMIT (out of descriptors or buffers: try
 * again later); APUS_IO. */
apus_rc apus_socket_accept(int listener, int *fd, char *peer) APUS_NODISCARD;

/* APUS_OK and *got > 0; APUS_MORE; APUS_DONE (the peer has finished sending); APUS_IO
 * (it is gone). */
apus_rc apus_socket_read(int fd, char *to, size_t room, size_t *got) APUS_NODISCARD;

/* APUS_OK and *sent > 0; APUS_MORE; APUS_IO (the peer is gone; no SIGPIPE). */
apus_rc apus_socket_writev(int fd, const struct iovec *iov, int n, size_t *sent) APUS_NODISCARD;

void apus_socket_no_delay(int fd); /* TCP_NODELAY, where there is such a thing */
void apus_socket_finish(int fd);   /* the peer reads the end behind the last byte */
void apus_socket_close(int fd);

/* Whether fd is a stream socket that listens. */
bool apus_socket_is_listening(int fd);

/* Makes an inherited descriptor one of ours: non-blocking, closed on exec.  APUS_OK or
 * APUS_IO. */
apus_rc apus_socket_adopt(int fd) APUS_NODISCARD;

/* From now on nobody begins a connection to a listening TCP socket, whoever else holds it; those
 * that have begun arrive.  A client that tries is not answered until the socket is closed, and
 * then refused; before a close, so that nobody is let in who would then be thrown out.  Only
 * where the system can (Linux). */
void apus_socket_admit_no_more(int fd);

/* The same socket under a further number, with which it is closed on its own.  APUS_OK or
 * APUS_LIMIT (out of descriptors). */
apus_rc apus_socket_duplicate(int fd, int *copy) APUS_NODISCARD;

/* Two connected ends that keep messages apart: what one write sends one read gets.
 * APUS_OK or APUS_LIMIT. */
apus_rc apus_socket_pair(int ends[2], apus_err *err) APUS_NODISCARD;

/* One datagram to a Unix socket, whose name may begin with '@' (an abstract one).
 * APUS_OK, or APUS_IO when nobody takes it. */
apus_rc apus_socket_tell(const char *path, apus_str text);

APUS_API_END

#endif
