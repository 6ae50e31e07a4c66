/* apus/bus.h - topics between the processes of a service: what is published in one reaches who
 * listens in the others (apus/topic.h).
 *
 * Who serves lends the service a bus; without one topics stay within the process, and cost what
 * they cost there.  Topics have places, of which several may share one: a process tells how many
 * listen in a place, and nothing is sent where nobody does.
 *
 * FIBERS: nothing suspends.  THREADS: the loop's alone. */
#ifndef APUS_BUS_H
#define APUS_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/main.h"
#include "apus/str.h"
#include "apus/topic.h"

APUS_API_BEGIN

enum {
    APUS_BUS_PLACES = 16,
    APUS_BUS_MESSAGE_MAX = 128 * 1024, /* bytes of one message, packed, its key with it */
};

typedef struct apus_bus {
    void *ctx;
    /* Whether somebody listens there in another process. */
    bool (*wants)(void *ctx, uint32_t place);
    /* Takes a copy; never waits, and what cannot be sent is lost. */
    void (*send)(void *ctx, uint32_t place, apus_str message);
    /* One more, or one less (-1), listens there. */
    void (*listens)(void *ctx, uint32_t place, int change);
    /* A message was larger than APUS_BUS_MESSAGE_MAX. */
    void (*refused)(void *ctx, const apus_topic *topic);
} apus_bus;

/* Before the first request; *bus lives as long as the service. */
void apus_service_use_bus(apus_service *s, const apus_bus *bus);

/* What another process sent: to whoever listens here.  What is no message, or of a topic with
 * another model, is passed over; without memory it is lost. */
void apus_service_hear(apus_service *s, apus_str message);

APUS_API_END

#endif
