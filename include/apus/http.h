/* apus/http.h - requests as they came in, answers as they go out.
 *
 * The seam between the http floor, which knows connections and nothing of
 * routes, and the app floor, which knows routes and nothing of connections.
 * For each complete request the http floor starts a fiber that calls the
 * handler with an exchange: the request, an arena, and the place to answer.
 *
 * MEMORY: an exchange and all it points to live until the handler has returned
 * and the answer has been sent or the connection lost; then its arena is reset
 * and the exchange is reused. */
#ifndef APUS_HTTP_H
#define APUS_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/http1.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

#define APUS_METHOD_TABLE(X) X(GET) X(HEAD) X(POST) X(PUT) X(PATCH) X(DELETE) X(OPTIONS) X(TRACE)

typedef enum apus_method {
    APUS_METHOD_other, /* a token that is none of these; `method_text` has it */
#define X(name) APUS_METHOD_##name,
    APUS_METHOD_TABLE(X)
#undef X
        APUS_METHOD_COUNT
} apus_method;

/* "GET" and so on; "" for APUS_METHOD_other.  Static. */
apus_str apus_method_name(apus_method m);

/* The method that a key of an OpenAPI path item stands for ("get"; OpenAPI 3.1, 4.8.9);
 * APUS_METHOD_other for its other keys. */
apus_method apus_method_of_operation(apus_str key);

typedef struct apus_http_request {
    apus_method method;
    apus_str method_text;
    apus_str target;           /* as sent */
    apus_str path;             /* of the target, still percent-encoded, without the query */
    apus_str query;            /* what stands behind '?', without it; empty if there is none */
    apus_str scheme;           /* "http" or "https" */
    apus_str host;             /* Host, as sent */
    apus_http_header *headers; /* (apus/http1.h) in the order of arrival */
    uint32_t n_headers;
    uint32_t version;                            /* 10 or 11 */
    apus_str body;                               /* whole, de-chunked; empty if there is none */
    bool has_body;                               /* Content-Length or Transfer-Encoding was sent */
    apus_str peer;                               /* address of the client, "127.0.0.1:50312" */
    const struct apus_stream_security *security; /* of its connection (apus/stream.h); NULL: none */
} apus_http_request;

/* "Not Found" for 404 (RFC 9110 section 15); "" for a status that has no name.  Static. */
apus_str apus_http_status_name(unsigned status);

/* The first header of that name (any case), or NULL. */
const apus_http_header *apus_http_header_find(const apus_http_request *r, apus_str name);

/* What is sent back.  Content-Length, Date and Connection are the http floor's
 * business; everything else stands in headers.  Bytes that head and body point
 * to are the exchange's arena or static. */
typedef struct apus_http_reply {
    uint16_t status;
    apus_str content_type; /* empty: no Content-Type header */
    apus_str headers;      /* further lines "Name: value\r\n", already checked and joined */
    apus_str body;         /* not sent for HEAD, 204 and 304 */
} apus_http_reply;

/* One request and its answer. */
typedef struct apus_exchange {
    apus_http_request request;
    apus_arena arena; /* reset when the exchange ends */
    void *app;        /* for the handler's own use; NULL at first */
} apus_exchange;

/* Answers.  The bytes join the connection's batch, which is written when the read
 * that brought the request has been dealt with, or else when the loop's turn ends;
 * later requests of the same connection may start at once, and their answers wait
 * for this one.  Exactly one answer per exchange; a handler that returns without
 * gets a 500 sent for it.  A status outside 200 .. 999 is sent as 500.
 *
 * *reply is copied; what it points to must live as long as the exchange.  Does not
 * suspend.  APUS_OK, or APUS_IO when the client is gone. */
apus_rc apus_exchange_reply(apus_exchange *x, const apus_http_reply *reply);

/* --- answers in pieces, and connections that leave HTTP --- */

#define APUS_LENGTH_UNKNOWN UINT64_MAX

/* Begins an answer whose body is given with apus_exchange_write and ended with
 * apus_exchange_finish.  `length` counts the body's bytes, or is APUS_LENGTH_UNKNOWN:
 * then the body is chunked, or, for an HTTP/1.0 client, ends with the connection.
 * reply->body is not looked at.
 *
 * Suspends until the answers of earlier requests have been given.  APUS_OK; APUS_DONE
 * when nothing of a body may be sent (HEAD, 204, 304): the answer is whole; APUS_IO
 * when the client is gone; APUS_CANCELLED or APUS_TIMEOUT as any wait.
 *
 * A handler that returns without finishing has its connection closed, so that the
 * client does not take a part for the whole. */
apus_rc apus_exchange_begin(apus_exchange *x, const apus_http_reply *reply, uint64_t length)
    APUS_NODISCARD;

/* The next bytes of the body; those of one call stay together, whoever else writes.
 * They need not live longer than the call.  Suspends while the client has more than
 * stream_max bytes to take, and with a large piece until it has left.
 *
 * APUS_OK; APUS_DONE when the answer is whole already; APUS_LIMIT when there would be
 * more than `length` (nothing is sent); APUS_IO when the client is gone; APUS_CANCELLED
 * or APUS_TIMEOUT, the bytes being queued all the same. */
apus_rc apus_exchange_write(apus_exchange *x, apus_str bytes) APUS_NODISCARD;

/* The body is whole.  Does not suspend.  APUS_OK, also when it was already; APUS_INVALID
 * when less than `length` was written, and the connection is closed; APUS_IO. */
apus_rc apus_exchange_finish(apus_exchange *x);

/* Gives the connection to the handler: answers 101 with those header lines (each ends in
 * \r\n; `Connection: Upgrade` among them) and from then on apus_exchange_write sends
 * bytes as they are, apus_exchange_recv gives what the client sends, and
 * apus_exchange_finish closes.  RFC 9110 section 7.8.
 *
 * Suspends as apus_exchange_begin.  APUS_OK; APUS_INVALID when the client has sent further
 * requests already; APUS_BUSY when the server drains; APUS_IO, APUS_CANCELLED, APUS_TIMEOUT. */
apus_rc apus_exchange_upgrade(apus_exchange *x, apus_str headers) APUS_NODISCARD;

/* At most `room` bytes of what the client sends after an upgrade.  One fiber at a time.
 * Suspends until there are some, or until `deadline` (loop time, ns, or APUS_NEVER).
 * APUS_OK and *got > 0; APUS_DONE when the client has finished; APUS_TIMEOUT;
 * APUS_IO or APUS_CANCELLED when it is gone. */
apus_rc apus_exchange_recv(apus_exchange *x, char *to, size_t room, int64_t deadline, size_t *got)
    APUS_NODISCARD;

/* --- bodies that their handler reads --- */

/* Whether that is so for this one (apus_http_terms): then request.body is empty. */
bool apus_exchange_is_streamed(const apus_exchange *x);

/* The next bytes of the body, at most `room`, room > 0, as they were before they were coded for
 * their way.  What is not read stays with the client (a connection of HTTP/2 holds one window of
 * 64 KiB), and whoever expects 100-continue is told so by the first call that has to wait.
 * Suspends until there are some.  One fiber at a time.
 *
 * APUS_OK and *got > 0; APUS_DONE at the end, and where there is no body; APUS_LIMIT: more than
 * the terms say; APUS_SYNTAX: the chunked coding is malformed; APUS_TIMEOUT: nothing came for
 * body_timeout; APUS_IO: the client has gone, or stopped in the middle, or the answer was given
 * before; APUS_NOMEM.  These repeat.  APUS_CANCELLED or APUS_TIMEOUT as any wait.
 *
 * An answer that is given first ends the body: unless its rest is here already, a connection
 * of HTTP/1.1 is closed behind the answer. */
apus_rc apus_exchange_read(apus_exchange *x, char *to, size_t room, size_t *got) APUS_NODISCARD;

/* Whether the client went away before it was answered.  May be asked from any thread while the
 * handler runs; true within a turn of the loop. */
bool apus_exchange_is_abandoned(const apus_exchange *x);

/* For answers without an end of their own: when the server drains, the handler's fiber is
 * cancelled at once instead of at the deadline, and may say goodbye. */
void apus_exchange_end_on_drain(apus_exchange *x);

/* Suspends until the answer has left for the kernel, or the client is gone, or the
 * fiber is cancelled.  Returns at once when there is no answer yet. */
void apus_exchange_flush(apus_exchange *x);

/* Ends the handler here, at any depth, as if it had returned; nothing is unwound.
 * To be called in the handler's fiber. */
void apus_exchange_end(apus_exchange *x) APUS_NORETURN;

/* Called in a fiber of its own for each request; may suspend.  When the client goes
 * away, the fiber is cancelled (apus/fiber.h): waits return APUS_CANCELLED. */
typedef void apus_http_handler(void *ctx, apus_exchange *x);

/* Limits of the server side; zero means the default in parentheses. */
typedef struct apus_http_limits {
    uint32_t target_max;      /* bytes of the request target (8,192): 414 */
    uint32_t head_max;        /* bytes of request line and headers (16,384): 431 */
    uint32_t headers_max;     /* how many headers (100): 431 */
    uint64_t body_max;        /* bytes of a body, decoded (1 MiB): 413; see also
                                 apus_http_server_on_body */
    size_t body_memory;       /* bytes of a body that stand in memory (1 MiB); a larger one is
                                 kept on disk, in a file without a name, and seen from there */
    uint32_t pipeline_max;    /* answers that may wait for a client that does not read (64) */
    uint32_t streams_max;     /* requests under way on a connection of HTTP/2 (100) */
    uint32_t connections_max; /* at once (10,000); the next ones are turned away, see below */
    uint32_t connections_per_address; /* at once (connections_max), see below */
    uint32_t requests_max;            /* whose handlers run at once (connections_max): 503 */
    uint32_t stream_max;              /* bytes of an answer in pieces that may wait for the client
                                         (65,536): its writer waits */
    uint32_t rate_min;       /* bytes a second that bodies and answers have to make (240) */
    int64_t head_timeout;    /* ns to send a request's head, from its first byte, or the first
                                head from connecting (10 s): 408, or closed if nothing came */
    int64_t body_timeout;    /* ns for a body beyond what its bytes pay for (20 s): 408 */
    int64_t idle_timeout;    /* ns between requests (75 s): closed */
    int64_t proxied_timeout; /* ns for a peer that has to send a head of the PROXY protocol (5 s):
                                closed; see apus_http_server_expect_proxied */
    int64_t write_timeout;   /* the same for the client to take an answer (20 s): closed */
    size_t memory_max;       /* bytes of one exchange's arena (64 MiB): 503 */
} apus_http_limits;

/* RATE: the body and write timeouts are what a client may lag behind.  They run while it is waited
 * for, and each byte that it sends, or takes, pays back 1/rate_min of a second.  So a pause is
 * forgiven and one byte now and then is not; bytes do not pay in advance.
 *
 * TURNED AWAY: whoever connects when connections_max are open is still heard, for two seconds and
 * a few hundred at a time, and his request answered with 503 and Retry-After; further ones, and
 * those that would need a handshake of TLS first, are closed.  In the same way 429 answers the
 * address (of IPv4, or a network of 64 bits of IPv6) that has connections_per_address.  Requests
 * past requests_max are answered with 503 and Retry-After and their connection goes on. */

typedef struct apus_http_server apus_http_server;
struct apus_loop;

/* Serves connections on loop, calling handler.  Nothing is accepted before
 * apus_http_server_listen.  *limits is copied and may be NULL. */
apus_rc apus_http_server_create(struct apus_loop *loop, const apus_http_limits *limits,
                                apus_http_handler *handler, void *ctx, apus_http_server **out,
                                apus_err *err) APUS_NODISCARD;

/* Accepts on a listening, non-blocking socket, which the server then owns.  May be
 * called for several.  On failure the caller still owns fd. */
apus_rc apus_http_server_listen(apus_http_server *s, int fd, apus_err *err) APUS_NODISCARD;

/* The same for connections that are encrypted (apus/tls.h).  `tls` stays the caller's and
 * must live until the server has drained or is destroyed. */
struct apus_tls;
apus_rc apus_http_server_listen_tls(apus_http_server *s, int fd, struct apus_tls *tls,
                                    apus_err *err) APUS_NODISCARD;

/* Connections of these peers do not count for connections_per_address: proxies, neighbours.  *who
 * is copied.  APUS_OK or APUS_NOMEM. */
struct apus_peers;
apus_rc apus_http_server_spare(apus_http_server *s, const struct apus_peers *who) APUS_NODISCARD;

/* Another requests_max from now on; 0: every request is turned away. */
void apus_http_server_set_requests_max(apus_http_server *s, uint32_t most);

/* From now on connections of these peers have to begin with a head of the PROXY protocol
 * (apus/proxied.h), in front of TLS; x->request.peer is the client that it names.  Others must not
 * send one.  Whoever breaks that is closed, and on_trouble hears of it.  *from is copied.
 * APUS_OK or APUS_NOMEM. */
apus_rc apus_http_server_expect_proxied(apus_http_server *s, const struct apus_peers *from)
    APUS_NODISCARD;

/* Words the refusals that are the server's own, before a handler or instead of one (400,
 * 408, 413, 414, 417, 431, 500, 503, 505): reply->status is set, and so is a JSON body
 * {"detail": ...} that fn may replace, with its content_type; `detail` is why, static, or
 * NULL.  Of x->request only what could be read is set.  fn must not suspend.  Without it, or
 * with NULL, the body stays as it is. */
typedef void apus_http_refusal(void *ctx, apus_exchange *x, const char *detail,
                               apus_http_reply *reply);
void apus_http_server_on_refusal(apus_http_server *s, apus_http_refusal *fn, void *ctx);

/* What a request that has a body may bring; begins as the server's limits say. */
typedef struct apus_http_terms {
    uint64_t body_max; /* bytes, decoded: 413 */
    bool is_streamed;  /* the handler runs at once, and reads it with apus_exchange_read;
                          at first false */
} apus_http_terms;

/* Asked once for each request that has a body, when its head is here and before any of its
 * body is: fn may change the terms, in either direction.  x->request is set but for the body;
 * its arena may be used.  fn must not suspend, nor answer.  Without it, or with NULL, the
 * server's limits hold for all. */
typedef void apus_http_admission(void *ctx, apus_exchange *x, apus_http_terms *terms);
void apus_http_server_on_body(apus_http_server *s, apus_http_admission *fn, void *ctx);

/* How a request went. */
typedef struct apus_http_outcome {
    uint16_t status;     /* that was sent, 101 for a connection that left HTTP; 0: none was */
    bool is_lost;        /* the client was gone before it had all of the answer */
    uint64_t body_bytes; /* of the answer's body, as far as it was given to the connection */
    int64_t duration;    /* ns from the end of its head to the end of its answer, which is when the
                            last byte was copied, or taken by the system where it was lent ... */
    int64_t ended;       /* ... on the monotonic clock */
} apus_http_outcome;

/* Told of each request when its answer is over, also of those that were refused.  Of
 * x->request only what could be read is set, the rest is zero; x->app is the handler's, NULL
 * where none was called.  fn must not suspend, and calls nothing that takes the exchange.
 * Before the first connection; without it, or with NULL, nothing is measured. */
typedef void apus_http_observer(void *ctx, const apus_exchange *x, const apus_http_outcome *o);
void apus_http_server_on_end(apus_http_server *s, apus_http_observer *fn, void *ctx);

/* Stops accepting on that socket again, and closes it; connections go on.  What waits in its
 * queue is left to whoever else holds the socket.  Nothing when it is not served. */
void apus_http_server_unlisten(apus_http_server *s, int fd);

/* Stops accepting, after a last look at the queue, lets requests in flight finish (their
 * answers say `Connection: close`), closes idle connections (those that were busy a quarter
 * of a second ago only when half a second brings no request), and calls done(ctx) when the
 * last one is gone or `deadline` (loop time, ns) has passed. */
void apus_http_server_drain(apus_http_server *s, int64_t deadline, void (*done)(void *ctx),
                            void *ctx);

/* The same for a server that another one succeeds: idle connections stay until their next
 * request has been answered with `Connection: close`, so that no request meets a closed
 * connection; those that are idle at the deadline are closed.  May be followed by a
 * drain. */
void apus_http_server_retire(apus_http_server *s, int64_t deadline, void (*done)(void *ctx),
                             void *ctx);

/* fn is told, in a sentence, when connections cannot be accepted because descriptors
 * or memory ran out; once a minute.  And of connections that were closed or turned
 * away, at most once a second for each reason.  The server goes on meanwhile. */
void apus_http_server_on_trouble(apus_http_server *s, void (*fn)(void *ctx, const apus_err *err),
                                 void *ctx);

/* How many connections are open. */
size_t apus_http_server_connections(const apus_http_server *s);

/* After draining, or in tests at any time: closes what is left, cancels what runs for
 * it, and turns the loop until that has ended.  Not from within a turn.  NULL is
 * fine. */
void apus_http_server_destroy(apus_http_server *s);

/* One connection that is not a socket: for tests and the in-process client.  Bytes
 * given with _send are parsed as if they had arrived; what the server writes collects
 * in `out`, which the caller empties and which outlives the pipe.  A request whose
 * handler does not wait is answered within _send; for others, turn the loop. */
typedef struct apus_http_pipe apus_http_pipe;

/* APUS_OK, APUS_NOMEM, or APUS_LIMIT when connections_max are open. */
apus_rc apus_http_pipe_open(apus_http_server *s, apus_buf *out, apus_http_pipe **pipe)
    APUS_NODISCARD;

/* APUS_OK; APUS_NOMEM, and nothing was sent; APUS_IO when the server has closed. */
apus_rc apus_http_pipe_send(apus_http_pipe *pipe, apus_str bytes);

bool apus_http_pipe_is_closed(const apus_http_pipe *pipe); /* by the server */

/* The client sends no more, but reads on: a half-close. */
void apus_http_pipe_finish(apus_http_pipe *pipe);

/* How many bytes `out` may hold before the server's writes have to wait, as for a
 * client that does not read; without limit at first.  Call it again after `out` was
 * emptied. */
void apus_http_pipe_set_room(apus_http_pipe *pipe, size_t room);

/* The client's end goes away. */
void apus_http_pipe_close(apus_http_pipe *pipe);

APUS_API_END

#endif
