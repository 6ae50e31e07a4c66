/* HTTP/2 (RFC 9113) on a connection: what the rest of this floor sees of it.
 *
 *     bytes ─► h2_session.c (nghttp2, limits) ─► h2_request.c ─► exchange ─► handler
 *           ◄─ frames, when the connection sends ◄─ h2_answer.c ◄───────────────┘
 *
 * An exchange is one stream.  Its request is written out as a head of HTTP/1.1 and read by the
 * one parser that there is, so that what is refused there is refused here.  Answers need no turn.
 *
 * nghttp2 is entered from one place for bytes in and one for bytes out; its callbacks start
 * handlers, which may answer at once and may lose the connection: then the session ends when
 * the call that is under way returns. */
#ifndef APUS_HTTP_H2_H
#define APUS_HTTP_H2_H

#include <nghttp2/nghttp2.h>

#include "http/connection.h"

/* The client's first bytes (RFC 9113 section 3.4). */
#define APUS__H2_PREFACE APUS_STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

typedef struct apus__h2 apus__h2;
typedef struct apus__h2_stream apus__h2_stream;

struct apus__h2 {
    nghttp2_session *session;
    apus__connection *c;
    uint32_t n_arriving; /* requests whose body is not whole */
    uint32_t n_read;     /* handlers that wait for more of a body */
    uint32_t n_held;     /* answers with bytes that the client may have no window for */
    int64_t due;         /* loop time: no stream's time is over before */
    bool in_headers;     /* a block of headers has begun and not ended */
    bool is_busy;        /* nghttp2 is on the stack */
    bool is_dead;        /* ... and the session ends when it is not any more */
    bool is_draining;
    int64_t patience;    /* what the client may still ask for without sending a request */
    int64_t patience_at; /* loop time when that was reckoned */
};

/* How long a stream may still lag behind: see h2_pace.c. */
typedef struct apus__h2_pace {
    int64_t by;     /* loop time, while its client is waited for; else APUS_NEVER */
    int64_t credit; /* ns, while it is not */
    int64_t most;   /* ns */
} apus__h2_pace;

struct apus__h2_stream {
    int32_t id;
    bool is_closed;    /* by the client, or by us before its end */
    bool is_too_large; /* its headers */
    bool is_tunnel;    /* a WebSocket (RFC 8441): bytes both ways */
    bool has_line;     /* the head begins with a request line */
    bool has_ended;    /* the client sends no more */
    bool is_final;     /* nothing will be added to `pending` */
    bool is_deferred;  /* nghttp2 waits for more of the answer */
    bool is_held;      /* counted in n_held */
    bool is_cut;       /* of the body, no more is taken */
    bool is_awaited;   /* counted in n_read */
    apus__h2_pace reads, writes;
    uint32_t n_headers;
    apus_str method, path, authority, protocol;
    apus_buf head;   /* as HTTP/1.1 */
    apus__body kept; /* the request's, where its handler waits for all of it */
    uint64_t n_received;
    apus_buf body;      /* where it reads, what it has not yet ... */
    size_t body_at;     /* ... from here */
    apus_fiber *reader; /* in apus_exchange_recv or _read */
    apus_str lent;      /* of the answer, what is left to send: the reply's own bytes ... */
    apus_buf pending;   /* ... or those that were written ... */
    size_t pending_at;  /* ... from here */
};

/* --- h2_session.c --- */

/* Begins HTTP/2 on c; the preface is still to be fed.  APUS_NOMEM. */
apus_rc apus__h2_begin(apus__connection *c) APUS_NODISCARD;

/* Handles what came.  May lose the connection. */
void apus__h2_feed(apus__connection *c, apus_str bytes);

/* Moves frames to the output while there is little in it; whether there were any.  May lose
 * the connection. */
bool apus__h2_pull(apus__connection *c);

/* What the client is given time for. */
apus__wait apus__h2_wait(const apus__connection *c);

/* ... and has not used. */
void apus__h2_overdue(apus__connection *c);

/* Tells the client to go elsewhere with further requests. */
void apus__h2_drain(apus__connection *c);

/* No request is under way, and none will come. */
bool apus__h2_is_over(const apus__connection *c);

/* Ends the session, now or when nghttp2 has returned. */
void apus__h2_drop(apus__connection *c);

/* --- h2_pace.c: the time of each stream ---
 *
 * A stream of many is found that makes no progress, whatever else its client sends: neither busy
 * streams nor pings are any of its bytes.  What a connection has to make in a second, its streams
 * share: each byte pays for as many as are waited for at once, so that a slow line may carry
 * many of them. */

/* Its client is waited for from now on; and is not any more. */
void apus__h2_pace_start(apus__h2 *h, apus__h2_pace *p);
void apus__h2_pace_stop(const apus__h2 *h, apus__h2_pace *p);

/* It has made so many bytes, as one of n_streams. */
void apus__h2_pace_pay(const apus__h2 *h, apus__h2_pace *p, uint64_t bytes, uint32_t n_streams);

/* Looks for streams whose time is over: bodies are answered with 408, answers reset.  May lose
 * the connection. */
void apus__h2_pace_look(apus__connection *c);

/* --- h2_memory.c --- */

/* What nghttp2 takes from *alloc, which must stay. */
nghttp2_mem apus__h2_memory(apus_alloc *alloc);

/* --- h2_request.c: called by nghttp2 --- */

int apus__h2_on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *h2);
int apus__h2_on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                       size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                       void *h2);
int apus__h2_on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                     size_t len, void *h2);

/* Answers a request that will not be handled. */
void apus__h2_refuse(apus__exchange *x, uint16_t status, const char *detail);

/* No more of its body is taken: reading says why. */
void apus__h2_refuse_more(apus__exchange *x, apus_rc why);

/* Waiting for more of its body is over: it did not come in time. */
void apus__h2_give_up(apus__exchange *x);

/* The client is given time for more of x's body; and is not any more. */
void apus__h2_wait_begin(apus__exchange *x);
void apus__h2_wait_end(apus__exchange *x);

/* The headers of a request are whole, or the client's part of a stream has ended. */
void apus__h2_on_headers_end(apus__exchange *x, bool has_ended);
void apus__h2_on_end(apus__exchange *x);

/* The client sends no more, on any stream. */
void apus__h2_on_input_end(apus__connection *c);

/* The stream is over for the client. */
void apus__h2_on_close(apus__exchange *x);

/* --- h2_answer.c: what the functions of apus/http.h do for an exchange of HTTP/2 --- */

apus_rc apus__h2_reply(apus__exchange *x, const apus_http_reply *reply);
apus_rc apus__h2_open(apus__exchange *x, const apus_http_reply *reply, uint64_t length);
apus_rc apus__h2_write(apus__exchange *x, apus_str bytes);
apus_rc apus__h2_finish(apus__exchange *x);
apus_rc apus__h2_upgrade(apus__exchange *x, apus_str headers);
apus_rc apus__h2_recv(apus__exchange *x, char *to, size_t room, int64_t deadline, size_t *got);

/* Nothing of x's answer waits for the client any more. */
void apus__h2_let_go(apus__exchange *x);

/* An answer that ends too early: the client is told so, or without memory for that loses the
 * connection.  May end x if no handler runs. */
void apus__h2_cut(apus__exchange *x);

/* Sends 100 Continue.  APUS_OK or APUS_NOMEM. */
apus_rc apus__h2_continue(apus__exchange *x) APUS_NODISCARD;

#endif
