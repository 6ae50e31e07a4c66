/* What the files of this floor know of each other: server, connection, exchange.
 *
 * OWNERSHIP: the server holds connections; a connection holds its exchanges, in
 * the order of arrival; all three kinds of memory are pooled by the server.
 *
 * ENTERING: whoever calls into a connection (its stream, its timer, a fiber that
 * answers) does so between apus__connection_enter and _leave.  What follows from the
 * call, sending, reading on, closing, is done once, by the outermost _leave, which
 * may free the connection. */
#ifndef APUS_HTTP_CONNECTION_H
#define APUS_HTTP_CONNECTION_H

#include <stdatomic.h>

#include "apus/fiber.h"
#include "apus/http.h"
#include "apus/http1.h"
#include "apus/loop.h"
#include "apus/socket.h"
#include "apus/stream.h"
#include "http/addresses.h"
#include "http/block.h"
#include "http/date.h"
#include "http/output.h"
#include "http/status.h"

typedef struct apus__connection apus__connection;
typedef struct apus__exchange apus__exchange;
struct apus__h2;
struct apus__h2_stream;

/* What is known of a connection's encryption, as its requests see it; its texts stand behind it. */
typedef struct apus__caller_security {
    apus_stream_security pub;
    size_t size;
    char text[];
} apus__caller_security;

/* --- exchange: one request and its answer --- */

/* Where the request is. */
typedef enum apus__request_state {
    APUS__REQUEST_ARRIVING, /* its body is */
    APUS__REQUEST_HANDLED,  /* the handler's fiber runs */
    APUS__REQUEST_DONE,     /* the handler has returned, or there was none */
} apus__request_state;

/* Where the answer is. */
typedef enum apus__answer_state {
    APUS__ANSWER_NONE,
    APUS__ANSWER_OPEN,   /* its head is queued, its body comes in pieces */
    APUS__ANSWER_GIVEN,  /* and waits for those of earlier requests */
    APUS__ANSWER_QUEUED, /* for sending; the body may be lent */
    APUS__ANSWER_OVER,   /* nothing of it points into the exchange any more */
} apus__answer_state;

/* How the end of an open answer is told. */
typedef enum apus__framing {
    APUS__FRAMING_LENGTH,  /* `left` bytes from here */
    APUS__FRAMING_CHUNKED, /* by an empty chunk */
    APUS__FRAMING_CLOSE,   /* by the end of the connection */
    APUS__FRAMING_NONE,    /* not at all: it was upgraded */
} apus__framing;

/* A fiber that waits for what its connection does; stands on the fiber's stack. */
typedef struct apus__waiter {
    struct apus__waiter *next, **at; /* in the connection */
    apus_fiber *fiber;
    apus__exchange *x;
    bool (*is_over)(const apus__exchange *x);
} apus__waiter;

struct apus__exchange {
    apus_exchange pub; /* first, so that a pointer to one is a pointer to the other */
    apus__connection *c;
    apus__exchange *next, *prev; /* in its connection; in the pool only next */
    apus_fiber *fiber;           /* while REQUEST_HANDLED */
    struct apus__h2_stream *h2;  /* or NULL: its connection speaks HTTP/1 */
    apus__block *input;          /* what the request's slices point into */
    apus_http_reply reply;       /* while ANSWER_GIVEN */
    apus__piece body;            /* the answer's, when it is lent to the output */
    uint64_t sent_at;            /* the output's position behind the answer */
    uint64_t left;               /* bytes of an open answer, with FRAMING_LENGTH */
    uint64_t body_bytes;         /* of the answer, so far; for who observes */
    int64_t begun;               /* loop time, where somebody observes */
    uint16_t status;             /* that is sent; 0: none yet */
    uint8_t request_state, answer_state;
    uint8_t framing; /* apus__framing, while ANSWER_OPEN */
    uint8_t body_rc; /* what reading the body comes to at its end */
    bool ends_on_drain;
    bool is_streamed;      /* its handler reads the body */
    bool expects_continue; /* ... and has to ask for it */
    bool wants_continue;   /* Expect: 100-continue, and it has not been sent */
    atomic_bool is_abandoned;
    bool closes;      /* the last of its connection: answered with Connection: close */
    bool keeps_alive; /* HTTP/1.0, and answered with Connection: keep-alive */
};

/* --- connection --- */

typedef enum apus__connection_state {
    APUS__CONNECTION_OPEN,     /* reads requests */
    APUS__CONNECTION_UPGRADED, /* belongs to the handler of `turn`: no requests any more */
    APUS__CONNECTION_CLOSING,  /* reads no more; ends when all answers have left */
    APUS__CONNECTION_LINGERS,  /* has said its last, and reads until the client has seen it */
    APUS__CONNECTION_GONE,     /* the stream is closed; waits for its fibers to notice */
} apus__connection_state;

/* What the client is given time for. */
typedef enum apus__wait {
    APUS__WAIT_NONE, /* it is our turn */
    APUS__WAIT_HEAD,
    APUS__WAIT_BODY,
    APUS__WAIT_IDLE,
    APUS__WAIT_LINGER,
    APUS__WAIT_COUNT
} apus__wait;

/* A body on its way into the arena of its exchange. */
typedef struct apus__body {
    bool chunked; /* or, over HTTP/2, of a length that was not told */
    apus_http1_chunked decoder;
    uint64_t left; /* of Content-Length */
    uint64_t max;  /* bytes that it may have */
    char *ptr;
    size_t len, room;
    struct apus_spool *spool; /* where it stands when it is large; else NULL: in the arena */
} apus__body;

/* What every request touches stands first: four cache lines. */
struct apus__connection {
    apus_http_server *server;
    apus_stream *stream;
    uint8_t state;     /* apus__connection_state */
    uint8_t wait;      /* apus__wait: what read_by is for */
    uint8_t watched;   /* what the stream watches */
    uint8_t depth;     /* calls between enter and leave */
    bool held;         /* what is in `in` waits because pipeline_max answers do */
    bool had_request;  /* at least one head was read */
    bool lingers;      /* at the end, wait for the client to read the last answer */
    bool dirty;        /* in the server's list of those to be left at the end of the turn */
    uint8_t refusal;   /* apus__refusal: all that its request is answered with */
    bool cut;          /* ends when the output is empty, whoever still waits for an answer */
    uint32_t n_open;   /* exchanges from turn on */
    uint32_t n_queued; /* answers since the output was last empty */
    apus__waiter *waiters;
    apus_fiber *reader; /* in apus_exchange_recv or _read */

    apus__exchange *first, *last; /* all that are not finished, by arrival */
    apus__exchange *turn;         /* the first whose answer is not queued, or NULL */
    apus__exchange *incoming;     /* whose body arrives, or NULL */
    apus__exchange *streamed;     /* whose handler reads its body from here, or NULL */

    apus__block *in; /* bytes in_at .. in->used are not parsed yet; NULL: there are none */
    uint32_t in_at;
    uint32_t arrived;     /* bytes since read_by was set */
    apus_http1_scan scan; /* for the end of the head at in_at */

    apus__output out;
    int64_t read_by, write_by;
    int64_t credit; /* ns that the sender of a body may still lag, while it is not waited for */
    apus__address address; /* that it is counted under, or 0 */
    int64_t alarm_at; /* when the timer fires; never after read_by, write_by and those of streams */
    apus_str peer;    /* in peer_text */
    char peer_text[APUS_SOCKET_NAME_MAX];
    apus__caller_security *security; /* or NULL: none, or none is known yet */
    struct apus__h2 *h2;             /* or NULL: HTTP/1 */

    apus_timer timer;
    uint64_t write_mark; /* out.sent when write_by was set */
    apus__body body;     /* of incoming or streamed */
    uint32_t drained;    /* bytes read and forgotten while lingering */
    apus__connection *next_dirty;
    apus__connection *next, *prev; /* in the server; in the pool only next */
};

/* Why a connection is not served. */
typedef enum apus__refusal {
    APUS__REFUSAL_NONE,
    APUS__REFUSAL_FULL,    /* there are connections_max: 503 */
    APUS__REFUSAL_ADDRESS, /* its address has as many as it may: 429 */
    APUS__REFUSAL_COUNT
} apus__refusal;

/* Begins serving a stream that the connection then owns.  APUS_NOMEM: the stream is
 * closed. */
apus_rc apus__connection_open(apus_http_server *s, apus_stream *stream, apus__refusal refusal,
                              apus__address address);

void apus__connection_enter(apus__connection *c);
void apus__connection_leave(apus__connection *c);

/* For those that run in a fiber: leaves at the end of the loop's turn. */
void apus__connection_leave_later(apus__connection *c);

/* Leaves those that were left for later. */
void apus__connections_settle(apus_http_server *s);

/* ns that so many bytes pay back of what their side lags behind. */
int64_t apus__connection_paid(const apus__connection *c, uint64_t bytes);

/* The client is gone: cancels what runs for it. */
void apus__connection_lose(apus__connection *c);

/* The server drains: ends the connection if nothing is under way. */
void apus__connection_drain(apus__connection *c);

/* The same, but an idle one stays for one more request. */
void apus__connection_retire(apus__connection *c);

/* --- input.c: from bytes to exchanges --- */

/* Reads once and handles what came. */
void apus__input_receive(apus__connection *c);

/* Handles what was read before and had to wait. */
void apus__input_resume(apus__connection *c);

/* Reads once, and leaves it at that.  As apus_stream_read, or APUS_NOMEM. */
apus_rc apus__input_fill(apus__connection *c);

/* Takes what is here and no request: at most room bytes, after an upgrade. */
size_t apus__input_take(apus__connection *c, char *to, size_t room);

/* What a head, and the connection, say of x's request.  APUS_OK, or APUS_NOMEM: refuse it. */
apus_rc apus__input_describe(apus__exchange *x, const apus_http1_head *head) APUS_NODISCARD;

/* Gives back the input's memory as far as nothing is in it. */
void apus__input_trim(apus__connection *c);

/* Whether bytes of an unfinished request are here. */
bool apus__input_is_partial(const apus__connection *c);

/* Refuses the rest of the connection: the answer is an error, then it closes. */
void apus__input_refuse(apus__connection *c, uint16_t status, const char *detail);

/* Forgets what has arrived and not become a complete request. */
void apus__input_drop(apus__connection *c);

/* --- caller.c: who is at the other end, as long as anybody may ask --- */

/* Copies what the stream calls its peer. */
void apus__caller_keep(apus__connection *c);

/* Copies what is known of its encryption, once.  APUS_OK or APUS_NOMEM. */
apus_rc apus__caller_keep_security(apus__connection *c, const apus_stream_security *from)
    APUS_NODISCARD;

void apus__caller_forget(apus__connection *c);

/* --- body.c: bodies that are kept until they are whole --- */

/* Makes room for at least `more` bytes of x's body, in steps that double: a client that promises
 * a large body has to send half of what it makes us hold.  APUS_OK or APUS_NOMEM. */
apus_rc apus__body_room(apus__body *b, apus__exchange *x, size_t more) APUS_NODISCARD;

/* Adds a copy.  APUS_OK or APUS_NOMEM. */
apus_rc apus__body_add(apus__body *b, apus__exchange *x, apus_str bytes) APUS_NODISCARD;

/* It is whole: x's request has it. */
void apus__body_end(apus__body *b, apus__exchange *x);

/* --- request_body.c: bodies that their handler reads --- */

/* Starts x's handler, which reads what c->body says. */
void apus__body_stream(apus__exchange *x, bool expects_continue);

/* The answer is given: what is left of x's body is of no use any more. */
void apus__body_pass_over(apus__exchange *x);

/* The client has had its time to send more. */
void apus__body_is_overdue(apus__connection *c);

/* --- exchange.c --- */

/* A fresh exchange at the end of c's list, or NULL without memory. */
apus__exchange *apus__exchange_begin(apus__connection *c);

/* What x, whose head is here, may bring in its body. */
apus_http_terms apus__exchange_terms(apus__exchange *x);

/* Runs the handler in a fiber; the request is complete. */
void apus__exchange_start(apus__exchange *x);

/* Answers with {"detail": detail}, static and without quotes; NULL: the status's name. */
void apus__exchange_refuse(apus__exchange *x, uint16_t status, const char *detail);

/* Answers with 503 or 429 and Retry-After, as the connection's refusal says, or, without one,
 * because there are requests_max. */
void apus__exchange_turn_away(apus__exchange *x);

/* The rest of x's request will not come; later answers do not wait for it. */
void apus__exchange_abandon(apus__exchange *x);

/* Sends 100 Continue if x is next to answer and wants it. */
void apus__exchange_continue(apus__exchange *x);

/* Suspends until is_over(x) or the connection is gone; or APUS_CANCELLED, APUS_TIMEOUT. */
apus_rc apus__exchange_wait(apus__exchange *x, bool (*is_over)(const apus__exchange *x));

/* Wakes those whose wait is over. */
void apus__exchange_wake(apus__connection *c);

/* The answer of `turn` is queued as a whole: the next one's turn. */
void apus__exchange_pass_turn(apus__connection *c);

/* The connection is lost: lets go of x, now or when its handler has returned. */
void apus__exchange_lose(apus__exchange *x);

/* Nothing of the answer points into x any more; may end x. */
void apus__exchange_answer_over(apus__exchange *x);

/* The same without ending x: for who looks after that. */
void apus__exchange_set_over(apus__exchange *x);

/* --- answer.c --- */

/* Queues x's answer.  APUS_OK or APUS_NOMEM. */
apus_rc apus__answer_queue(apus__exchange *x, const apus_http_reply *reply);

/* Queues the head of an answer whose body comes in pieces, as x->framing and x->left say.
 * APUS_OK or APUS_NOMEM. */
apus_rc apus__answer_begin(apus__exchange *x, const apus_http_reply *reply);

/* RFC 9110 section 6.4.1: whether an answer with this status to this request has content. */
bool apus__answer_has_content(const apus__exchange *x, unsigned status);

/* --- method.c --- */

apus_method apus__method_of(apus_str text);

/* --- server.c --- */

enum { APUS__OPENINGS = 4, APUS__OPENING_TYPE_MAX = 64 };

/* What an answer's head began with: true for this status and type, until the date changes. */
typedef struct apus__opening {
    int64_t until; /* the server's date_until when it was written */
    uint16_t status, type_len;
    uint32_t len;
    char type[APUS__OPENING_TYPE_MAX];
    char bytes[APUS__STATUS_LINE_MAX + APUS__DATE_LINE_LEN + APUS__OPENING_TYPE_MAX +
               sizeof("Content-Type: \r\n")];
} apus__opening;

struct apus__arrivals;

/* What anybody outside can cause: a line for each would fill the log. */
typedef struct apus__complaint {
    int64_t next; /* loop time from which another may be said */
    uint64_t n_unsaid;
} apus__complaint;

struct apus_http_server {
    struct apus_loop *loop;
    apus_http_limits limits;
    apus_http1_limits head_limits;
    apus_http_handler *handler;
    void *ctx;
    apus_alloc alloc;

    apus__block_pool blocks;
    apus__connection *connections, *free_connections, *dirty;
    apus__exchange *free_exchanges;
    uint32_t n_connections, n_free_connections, n_free_exchanges;
    uint32_t n_turned_away; /* of the connections */
    uint32_t n_handled;     /* requests whose handlers run */
    uint32_t requests_max;

    apus__addresses addresses;
    struct apus_peers *spared; /* or NULL: nobody is */
    apus__complaint of_refusals[APUS__REFUSAL_COUNT];

    struct apus__listening *listening;
    struct apus__arrivals *arrivals; /* or NULL: nobody tells whom a connection is from */
    apus_http_refusal *refusal;      /* or NULL */
    void *refusal_ctx;
    apus_http_admission *admission; /* or NULL */
    void *admission_ctx;
    apus_http_observer *observer; /* or NULL */
    void *observer_ctx;
    void (*trouble)(void *ctx, const apus_err *err);
    void *trouble_ctx;
    apus_hook hook; /* runs what is on `dirty` */

    char date[APUS__DATE_LINE_LEN];
    int64_t date_until;                     /* loop time at which `date` is no longer true */
    apus__opening openings[APUS__OPENINGS]; /* by status */

    bool draining;
    apus_timer drain_timer;
    void (*drained)(void *ctx); /* NULL once it was called */
    void *drained_ctx;
};

/* apus_http_server_create with an allocator; the server keeps a copy of *alloc. */
apus_rc apus__http_server_create_with(const apus_alloc *alloc, apus_loop *loop,
                                      const apus_http_limits *limits, apus_http_handler *handler,
                                      void *ctx, apus_http_server **out, apus_err *err)
    APUS_NODISCARD;

/* For a new connection's and an exchange's memory; NULL without. */
apus__connection *apus__server_take_connection(apus_http_server *s);
void apus__server_give_connection(apus_http_server *s, apus__connection *c);
apus__exchange *apus__server_take_exchange(apus_http_server *s);
void apus__server_give_exchange(apus_http_server *s, apus__exchange *x);

/* A connection of which it is known whom it is from; tls as for a listener. */
void apus__server_admit(apus_http_server *s, struct apus_tls *tls, apus_stream *stream);

/* Tells who listens that something is wrong, once a second; how often it was meanwhile is said
 * with the next one. */
void apus__server_complain(apus_http_server *s, apus__complaint *of, const apus_err *err);

/* A connection is gone, or will be none: a drain may be over. */
void apus__server_has_left(apus_http_server *s);

/* Whether as many connections are served, or arrive, as may be. */
bool apus__server_is_full(const apus_http_server *s);

/* A connection that is not served but, where that is cheap, answered. */
void apus__server_turn_away(apus_http_server *s, struct apus_tls *tls, apus_stream *stream,
                            apus__refusal why);

/* --- arrivals.c: connections that begin with a head of the PROXY protocol --- */

/* Takes the stream over until its head is here, then admits it. */
void apus__arrivals_take(apus_http_server *s, struct apus_tls *tls, apus_stream *stream);
uint32_t apus__arrivals_count(const apus_http_server *s);
void apus__arrivals_close(apus_http_server *s);

/* The Date line of now. */
const char *apus__server_date(apus_http_server *s);

#endif
