/* apus/net.h - where connections come from.
 *
 * A listener takes connections from a socket and hands each on as an apus_stream;
 * a pipe is a connection without a socket, for tests and for clients in the same
 * process.
 *
 *     rc = apus_listen_tcp("127.0.0.1", 8000, APUS_SOCKET_ALONE, &fd, &err);
 *     rc = apus_listener_open(loop, fd, &(apus_listener_options){
 *         .accepted = accepted, .ctx = server }, &listener, &err);
 *
 * FIBERS: nothing here suspends.  THREADS: all of it belongs to the loop's. */
#ifndef APUS_NET_H
#define APUS_NET_H

#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/loop.h"
#include "apus/rc.h"
#include "apus/socket.h"
#include "apus/str.h"
#include "apus/stream.h"

APUS_API_BEGIN

/* Listens on an address ("127.0.0.1", "::1", "0.0.0.0") or "localhost", which is
 * 127.0.0.1; "*" is 0.0.0.0.  Port 0: the system chooses, apus_socket_port tells.  The
 * caller owns *fd.  Result codes as apus_socket_listen. */
apus_rc apus_listen_tcp(const char *host, uint16_t port, apus_socket_share share, int *fd,
                        apus_err *err) APUS_NODISCARD;

/* --- listeners --- */

typedef struct apus_listener apus_listener;

typedef struct apus_listener_options {
    /* Gets each new connection and owns it. */
    void (*accepted)(void *ctx, apus_stream *stream);
    /* Is told when connections cannot be taken: descriptors or memory ran out.  The
     * listener then rests for a tenth of a second at a time while those it has are
     * served; told once a minute.  May be NULL. */
    void (*trouble)(void *ctx, const apus_err *err);
    void *ctx;
    const apus_alloc *alloc; /* NULL: the C library's */
} apus_listener_options;

/* Accepts on a listening socket, which the listener then owns.  *options is copied.
 * APUS_OK; APUS_NOMEM, APUS_LIMIT or APUS_IO, and the caller still owns fd. */
apus_rc apus_listener_open(apus_loop *loop, int fd, const apus_listener_options *options,
                           apus_listener **out, apus_err *err) APUS_NODISCARD;

/* Stops accepting and closes the socket; connections go on.  NULL is fine. */
void apus_listener_close(apus_listener *l);

/* The same, but takes what waits in the socket's queue first: closing would reset it. */
void apus_listener_finish(apus_listener *l);

/* --- the PROXY protocol (apus/proxied.h) --- */

/* A connection on its way in, whose first bytes say whom it is from. */
typedef struct apus_arrival apus_arrival;

/* What its first bytes have to be. */
typedef enum apus_arrival_head {
    APUS_ARRIVAL_EXPECTED, /* a head: the peer is trusted to tell */
    APUS_ARRIVAL_REFUSED,  /* anything else: the peer is not, and must not try */
} apus_arrival_head;

typedef struct apus_arrival_options {
    apus_arrival_head head;
    int64_t deadline; /* loop time, ns, by which it must be known */
    /* Gets a stream that begins behind the head and whose peer is the client, and owns it.  A head
     * that names no one (health checks of the balancer itself) leaves the peer as it was. */
    void (*arrived)(void *ctx, apus_stream *stream);
    /* The connection has been closed.  APUS_DONE: it ended before it said anything, as checks of
     * balancers do; APUS_IO: it broke; APUS_SYNTAX, APUS_TIMEOUT, APUS_NOMEM, with a sentence that
     * names the peer. */
    void (*failed)(void *ctx, const apus_err *why);
    void *ctx;
    const apus_alloc *alloc; /* NULL: the C library's */
} apus_arrival_options;

/* Waits for the first bytes of `inner`, which the arrival then owns.  Either function is called
 * once, not within this call, and ends the arrival.  APUS_OK; APUS_NOMEM, and `inner` is still the
 * caller's. */
apus_rc apus_arrival_open(apus_loop *loop, apus_stream *inner, const apus_arrival_options *options,
                          apus_arrival **out) APUS_NODISCARD;

/* Closes the connection before that; neither function is called. */
void apus_arrival_close(apus_arrival *a);

/* --- pipes --- */

/* The near end of a pipe, the client's; the far end is an apus_stream. */
typedef struct apus_pipe apus_pipe;

/* What is written to *stream is added to *out, which the caller empties and which must
 * outlive the pipe.  Both ends have to be closed. */
apus_rc apus_pipe_open(apus_loop *loop, const apus_alloc *alloc, apus_buf *out,
                       apus_stream **stream, apus_pipe **pipe) APUS_NODISCARD;

/* Sends bytes, which are copied; the far end's `ready` runs within the call, and
 * again at the end of a turn while it leaves some.  APUS_OK, APUS_NOMEM (nothing was
 * sent), or APUS_IO (the far end is closed). */
apus_rc apus_pipe_send(apus_pipe *p, apus_str bytes);

/* Sends the end.  The far end can still write. */
void apus_pipe_finish(apus_pipe *p);

/* How many bytes *out may hold before the far end's writes have to wait; SIZE_MAX at
 * first.  To be called again after *out was emptied. */
void apus_pipe_set_room(apus_pipe *p, size_t room);

/* Whether the far end has finished sending or is closed; nothing more will come. */
bool apus_pipe_is_finished(const apus_pipe *p);

/* Goes away, as a reset connection does.  NULL is fine. */
void apus_pipe_close(apus_pipe *p);

APUS_API_END

#endif
