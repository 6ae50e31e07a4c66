/* How long a request may have waited for its turn: CoDel as servers use it.
 *
 * A queue that is sometimes empty only smooths out bursts, and may take its time; one that
 * has not been empty for a whole interval stands, and whoever waits in it for long is better
 * told to come back later (B. Maurer, "Fail at Scale", ACM Queue 13:8, 2015). */
#ifndef APUS_APP_CODEL_H
#define APUS_APP_CODEL_H

#include <stdint.h>

typedef struct apus__codel {
    int64_t target, interval; /* ns */
} apus__codel;

/* The longest wait now, given the moment at which nothing waited last. */
static inline int64_t apus__codel_longest(const apus__codel *c, int64_t now, int64_t empty_at)
{
    return now - empty_at > c->interval ? c->target : c->interval;
}

#endif
