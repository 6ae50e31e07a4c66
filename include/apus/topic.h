/* apus/topic.h - publish here, and whoever listens there gets it.
 *
 *     Topic(prices, price);                          // carries struct price
 *
 *     apus_publish(req, prices, symbol, &p);         // from any handler, never waits
 *
 *     Sse("/v1/prices/stream")
 *     void stream_prices(apus_req *req, apus_sse *out, apus_str symbol Query())
 *     {
 *         apus_sub *ticks = apus_subscribe(req, prices, symbol);
 *         for (price *p; (p = apus_next(req, ticks));)
 *             apus_sse_send(out, price, p);
 *     }
 *
 * A topic and a key make a room: subscribers get what is published with their key, and
 * those of apus_subscribe_all what is published with any.  Rooms come and go with their
 * subscribers.  What is published where nobody listens is gone.
 *
 * Each subscriber has a queue of its own, and nobody waits for a slow one: when the
 * queue is full the oldest message is dropped and counted, or, with
 * `overflow = disconnect`, the subscription ends.
 *
 * A topic reaches the fibers of all workers of its service, on one machine: within a worker
 * at once, in another some tens of microseconds later.  Messages of one publisher keep their
 * order; those of several meet in any.  Nobody waits for a worker that is behind: what its
 * socket does not take is lost, and counted (apus_topic_messages_total).  Members that are
 * not on the wire (Field(skip)) are zero elsewhere, and a message of over 128 KiB stays in
 * its worker.  While a reload goes on, workers of both versions hear each other as long as
 * the topic's model is the same in both.
 *
 * MEMORY: a message is copied when it is published, and again for each subscriber that
 * takes it, so that what apus_next gives is the taker's own until the next call.
 * FIBERS: apus_next suspends, nothing else does. */
#ifndef APUS_TOPIC_H
#define APUS_TOPIC_H

#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/model.h"
#include "apus/req.h"
#include "apus/str.h"

APUS_API_BEGIN

/* What happens to a subscriber whose queue is full. */
typedef enum apus_overflow {
    APUS_OVERFLOW_drop_oldest,
    APUS_OVERFLOW_disconnect,
} apus_overflow;

enum { APUS_TOPIC_QUEUE = 64 }; /* messages, where a topic does not say */

/* apusc writes it for Topic(). */
typedef struct apus_topic {
    const char *name;
    const apus_model *model;
    uint32_t queue; /* messages that wait for one subscriber; 0: APUS_TOPIC_QUEUE */
    apus_overflow overflow;
} apus_topic;

typedef struct apus_sub apus_sub;

/* Listens from now on, until apus_unsubscribe or the handler's end.  Aborts with 503 when
 * memory is out. */
#define apus_subscribe(req, topic, key) apus__subscribe((req), &topic##_topic, (key))
apus_sub *apus__subscribe(apus_req *req, const apus_topic *topic, apus_str key);

/* To every key. */
#define apus_subscribe_all(req, topic) apus__subscribe_all((req), &topic##_topic)
apus_sub *apus__subscribe_all(apus_req *req, const apus_topic *topic);

/* The next message, a struct of the topic's model; suspends until there is one.  Before it
 * waits, an answer of events or a WebSocket is begun, so that the client learns that it is
 * connected.
 *
 * NULL when the wait was cut short (the client has gone, the server drains, the deadline
 * has passed), or when the queue ran over and the topic disconnects for that. */
#define apus_next(req, sub) apus__sub_next((req), (sub)) /* apus_next is a type as well */
void *apus__sub_next(apus_req *req, apus_sub *sub);

/* The key of the message that apus_next gave last; lives as long as that. */
apus_str apus_sub_key(const apus_sub *sub);

/* How many messages were dropped since this was asked last. */
uint64_t apus_sub_dropped(apus_sub *sub);

/* Listens no longer; `sub` is gone, and nobody may be waiting for it.  NULL is fine. */
void apus_unsubscribe(apus_req *req, apus_sub *sub);

/* Gives *object to everybody in the room; how many there are in this worker.  Aborts with 503
 * when memory is out. */
#define apus_publish(req, topic, key, ...)                                                         \
    apus__publish((req), &topic##_topic, (key), 1 ? (__VA_ARGS__) : (const topic##_topic_item *)0)
size_t apus__publish(apus_req *req, const apus_topic *topic, apus_str key, const void *object);

/* How many listen to that key in this worker; those who listen to all are not counted. */
#define apus_subscribers(req, topic, key) apus__subscribers((req), &topic##_topic, (key))
size_t apus__subscribers(const apus_req *req, const apus_topic *topic, apus_str key);

APUS_API_END

#endif
