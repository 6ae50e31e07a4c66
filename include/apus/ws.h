/* apus/ws.h - WebSockets: messages both ways, for as long as both want (RFC 6455).
 *
 *     WebSocket("/v1/ticks")
 *     void ticks(apus_req *req, apus_ws *ws, const account *who Depends(current_account))
 *     {
 *         for (subscribe *m; (m = apus_ws_recv(ws, subscribe));)
 *             apus_ws_send(ws, ticker, ticker_of(req, m));
 *     }
 *
 * Parameters, dependencies and keys are dealt with before the upgrade, so that a failure is
 * answered as plain HTTP; so is a failure of the handler before its first send or receive,
 * which upgrades.  When the handler returns, the connection is closed: with 1000, or, if it
 * failed, with 1008 and the failure's text (4xx), 1013 (503) or 1011 (other 5xx).  When the
 * server drains, with 1001.
 *
 * When the client goes away, politely or not, receives give NULL, sends give false, and all
 * other waits of the handler end early.
 *
 * Pings are answered, and sent: a client that says nothing for `ping`, and nothing for as
 * long again after it was asked, is taken for lost.  A client that does not read holds its
 * sender back; one that is not read from is held back when `queue` messages, or as many
 * bytes as a message may have, wait.
 *
 * MEMORY: what a receive gave, and what was allocated since, lives until the next one;
 * apus_keep copies.  What is sent need not live longer than the call.
 * FIBERS: accept, receive and send suspend, and so may close.  Fibers of one request
 * (apus_spawn) may all send, each message in one piece; one at a time receives. */
#ifndef APUS_WS_H
#define APUS_WS_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/req.h"
#include "apus/str.h"
#include "apus/ws_codec.h"

APUS_API_BEGIN

enum {
    APUS_WS_MESSAGE_MAX = 1 << 20, /* bytes, where a route does not say */
    APUS_WS_QUEUE = 16,            /* messages */
};

/* What WebSocket() says; apusc writes it. */
typedef struct apus_ws_options {
    const apus_str *subprotocols; /* in the order of preference */
    uint32_t n_subprotocols;
    uint32_t n_origins;
    const apus_str *origins; /* whose pages may connect; NULL: any.  Clients that are no browsers
                                say no origin, and may */
    uint32_t queue;          /* messages that may wait for the handler; 0: APUS_WS_QUEUE */
    uint64_t message_max;    /* bytes of a received message; 0: APUS_WS_MESSAGE_MAX */
    int64_t ping;            /* ns of silence before a ping; 0: 20 s; negative: never */
    bool is_plain;           /* permessage-deflate is not spoken */
} apus_ws_options;

typedef struct apus_ws apus_ws;

/* --- the beginning --- */

/* Upgrades now, instead of at the first send or receive, with what apus_set_header and
 * apus_set_cookie have added.  subprotocol: which of those that the client offers; NULL: the
 * first of the route's `subprotocols` that it offers, or none.
 *
 * false when nobody is there, the request has failed, or the client has not offered that
 * subprotocol (a failure, 500: see apus_ws_offers). */
bool apus_ws_accept(apus_ws *ws, const char *subprotocol);

/* Whether the client offers that subprotocol. */
bool apus_ws_offers(const apus_ws *ws, const char *subprotocol);

/* The one that is spoken, or will be; "" for none.  Static, or as long as the request. */
apus_str apus_ws_subprotocol(const apus_ws *ws);

/* --- receiving --- */

typedef struct apus_ws_message {
    apus_ws_kind kind; /* APUS_WS_TEXT or APUS_WS_BINARY */
    apus_str text;     /* its bytes, with a NUL behind them */
} apus_ws_message;

/* The next message, read as JSON into the model, or NULL when the connection has ended.  One
 * that breaks the model ends it: with 1008 and the first problem as the reason, with 1007
 * when it is not JSON, with 1003 when it is binary. */
#define apus_ws_recv(ws, model) ((model *)apus__ws_recv((ws), APUS__MODEL(model), NULL))

/* The same, but a message that breaks the model gives NULL with *problems, a const
 * apus_json *, set to the list that a 422 would have as its detail, and the connection
 * goes on; otherwise *problems is NULL. */
#define apus_ws_try_recv(ws, model, problems)                                                      \
    ((model *)apus__ws_recv((ws), APUS__MODEL(model), (problems)))
void *apus__ws_recv(apus_ws *ws, const apus_model *m, const apus_json **problems);

/* Text, any JSON, or bytes; false (or NULL) when the connection has ended.  A message of
 * the other kind ends it with 1003, text that is not JSON with 1007. */
bool apus_ws_recv_text(apus_ws *ws, apus_str *text);
const apus_json *apus_ws_recv_json(apus_ws *ws);
bool apus_ws_recv_bytes(apus_ws *ws, apus_bytes *bytes);

/* A message of either kind. */
bool apus_ws_recv_any(apus_ws *ws, apus_ws_message *message);

/* --- sending --- */

/* Sends *object as JSON, in a text message.  false when nobody is there any more, or when
 * the object breaks its model: that is the program's mistake, logged, and a failure (500). */
#define apus_ws_send(ws, model, ...)                                                               \
    apus__ws_send((ws), APUS__MODEL(model), 1 ? (__VA_ARGS__) : (const struct model *)0)
bool apus__ws_send(apus_ws *ws, const apus_model *m, const void *object);

bool apus_ws_send_text(apus_ws *ws, apus_str text); /* UTF-8; otherwise as apus_ws_send */
bool apus_ws_send_json(apus_ws *ws, const apus_json *value);
bool apus_ws_send_bytes(apus_ws *ws, apus_bytes bytes);

/* --- the end --- */

/* Says goodbye with a code (RFC 6455 section 7.4: 1000, 3000 .. 4999, ...) and a reason,
 * which may be NULL and is cut to 123 bytes.  From now on receives give NULL and sends
 * false.  Before the upgrade: the client is answered with 403.  Suspends while another fiber
 * upgrades. */
void apus_ws_close(apus_ws *ws, unsigned code, const char *reason);

/* How it ended: 0 while it has not; the client's code (1005 where it gave none), 1006 when
 * it went without a word, or ours where we closed first. */
unsigned apus_ws_close_code(const apus_ws *ws);
apus_str apus_ws_close_reason(const apus_ws *ws);

/* The WebSocket of a request: what apusc gives to a parameter apus_ws *. */
apus_ws *apus_req_ws(apus_req *req);

APUS_API_END

#endif
