/* apus/sse.h - server-sent events: answers that go on for as long as somebody listens.
 *
 *     Sse("/prices", item = price)
 *     void stream_prices(apus_req *req, apus_sse *out)
 *     {
 *         for (price *p; (p = next_price(req));)
 *             if (!apus_sse_send(out, price, p))
 *                 return;                        // nobody listens any more
 *     }
 *
 * The format is that of WHATWG HTML section 9.2.  The first event begins the answer, with
 * Cache-Control: no-cache and X-Accel-Buffering: no; a failure before it is answered as
 * any other.  While the handler has nothing to say, a comment every 15 s keeps proxies
 * from closing.  When the client goes away, the deadline passes or the server drains,
 * the handler's waits and sends end; the stream is then ended as if the handler had
 * returned.  A failure of its own cuts the stream off.
 *
 * MEMORY: what is sent need not live longer than the call.  FIBERS: everything that
 * sends suspends while the client has much to read still. */
#ifndef APUS_SSE_H
#define APUS_SSE_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/req.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_sse apus_sse;

/* What an event has beside its data; what is zero is not sent. */
typedef struct apus_sse_fields {
    const char *event; /* its type: "message" to the client unless set; no line breaks */
    const char *id;    /* comes back as Last-Event-ID when the client connects again; no
                          line breaks */
    int64_t retry;     /* ms after which the client is to connect again */
} apus_sse_fields;

/* Sends *object as JSON in an event.  The _as form says more; fields may be NULL.
 *
 * false when nobody reads on (as apus_write), or when the object breaks its model or a
 * field has a line break: that is the handler's mistake, logged, and a failure (500). */
#define apus_sse_send(out, model, ...)                                                             \
    apus__sse_send((out), APUS__MODEL(model), 1 ? (__VA_ARGS__) : (const struct model *)0, NULL)
#define apus_sse_send_as(out, model, object, ...)                                                  \
    apus__sse_send((out), APUS__MODEL(model), 1 ? (object) : (const struct model *)0, (__VA_ARGS__))
bool apus__sse_send(apus_sse *out, const apus_model *m, const void *object,
                    const apus_sse_fields *fields);

/* Sends text as it stands; each of its lines is a line of data.  fields may be NULL. */
bool apus_sse_send_text(apus_sse *out, apus_str text, const apus_sse_fields *fields);

/* Sends a comment, which clients pass over; each line of text is one. */
bool apus_sse_comment(apus_sse *out, apus_str text);

/* Begins the answer before there is an event, so that the client learns that it is
 * connected.  false as apus_sse_send. */
bool apus_sse_open(apus_sse *out);

/* ns of silence after which a comment is sent, instead of 15 s; 0: never.  Before the
 * first event. */
void apus_sse_keep_alive(apus_sse *out, int64_t ns);

/* The stream of a request: what apusc gives to a parameter apus_sse *.  Aborts with 503
 * when memory is out. */
apus_sse *apus_req_sse(apus_req *req);

APUS_API_END

#endif
