/* Inside of apus_ws: the handshake, a fiber that reads, and the messages between them.
 *
 *     socket ──> pump (a fiber) ──> codec ──> queue ──> apus_ws_recv
 *                  │ pongs, pings, the client's close
 *     socket <── codec <── apus_ws_send, apus_ws_close
 *
 * The pump reads whether or not the handler does, so that pings are answered and a close is
 * seen; it stops while the queue is full.  It ends with the connection's reading side, and no
 * later than apus__ws_end. */
#ifndef APUS_APP_WS_H
#define APUS_APP_WS_H

#include "apus/ws.h"
#include "app/request.h"

/* A received message, on its way or held by the handler. */
typedef struct apus__ws_item {
    struct apus__ws_item *next;
    apus_ws_kind kind;
    apus_buf bytes;
} apus__ws_item;

/* A fiber that waits to send, or for another one's upgrade; stands on its stack. */
typedef struct apus__ws_waiter {
    struct apus__ws_waiter *next;
    struct apus_fiber *fiber;
} apus__ws_waiter;

struct apus_ws {
    apus_req *req;                  /* the route's */
    const apus_ws_options *options; /* of the route */
    apus_ws_handshake handshake;
    apus_str subprotocol;
    apus_ws_codec *codec; /* NULL: not accepted yet ... */
    bool is_upgrading;    /* ... a fiber has begun to, and waits for its turn */
    apus__ws_waiter *openers;
    struct apus_fiber *pump, *receiver, *ender;
    bool pump_rests; /* until there is room in the queue */

    apus__ws_item *incoming; /* which the pump fills */
    apus__ws_item *first, **last, *spare, *held;
    uint32_t n_queued;
    size_t bytes_queued;

    apus_buf out, json; /* of who sends now */
    bool is_sending;
    apus__ws_waiter *senders, **senders_end;

    bool is_closed; /* a close has been sent, as the first or as the answer */
    bool is_left;   /* the handler has closed: what else comes is not for it */
    bool is_over;   /* nothing more is received */
    bool is_ending; /* the handler has returned */
    bool is_denied; /* closed before it was accepted */
    uint16_t code;
    char reason[APUS_WS_REASON_MAX + 1];
    int64_t heard_at, asked_at; /* loop time of the last bytes; of the ping since then, or 0 */
};

/* Judges the handshake; fails with 400, 403 or 426. */
void apus__ws_phase(apus_req *req);

/* Adds to a failure what a 426 must say (RFC 9110 section 15.5.22). */
void apus__ws_name_upgrade(apus_req *req);

/* Accepts where that has not happened.  false: nobody is there.  Suspends. */
bool apus__ws_open(apus_ws *ws);

/* The pump: reads until the end.  To be started once, in a fiber. */
void apus__ws_pump(void *ws);

/* Sends a ping or a pong, or a close, at once.  Suspends while the client has much to read. */
apus_rc apus__ws_control(apus_ws *ws, apus_ws_kind kind, apus_str payload) APUS_NODISCARD;
void apus__ws_say_close(apus_ws *ws, unsigned code, apus_str reason);

/* Gives an item that is no longer needed back; keeps it for the next message. */
void apus__ws_item_drop(apus_ws *ws, apus__ws_item *item);
apus__ws_item *apus__ws_item_take(apus_ws *ws); /* NULL without memory */

/* The request's answer, where it is a WebSocket: accepts what was not, says goodbye, waits for
 * the client's, closes.  false: it was not accepted, and plain HTTP answers. */
bool apus__ws_end(apus_req *req);

#endif
