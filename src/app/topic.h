/* Topics as a service has them: rooms, and what is on its way to who is in them.
 *
 *     hub ── buckets ── room (topic, key) ── sub ── sub
 *                                             └─ ring of messages, each counted
 *
 * A message is made once, in an arena of its own, and freed by the last subscriber that
 * takes or drops it; a few are kept for the next ones.
 *
 * On the bus a message is its topic's print, its key and the packed model. */
#ifndef APUS_APP_TOPIC_H
#define APUS_APP_TOPIC_H

#include "apus/buf.h"
#include "app/bus.h"
#include "app/request.h"

typedef struct apus__hub {
    struct apus__room **buckets; /* n_buckets, a power of two, or NULL: nobody ever listened */
    uint32_t n_buckets, n_rooms;
    struct apus__message *idle;
    uint32_t n_idle;
    const apus_bus *bus;    /* or NULL */
    apus__bus_topic *known; /* topics that were listened to, or published, since there is one */
    apus_buf packed;        /* the message that is being sent */
} apus__hub;

void apus__hub_finish(apus__hub *hub);

/* Ends what req listens to.  To be called where req->has_rare. */
void apus__subs_end(apus_req *req);

#endif
