/* Whether requests queue up: CoDel as servers use it.
 *
 * A queue that is sometimes empty only smooths out bursts, and may take its time.  One that
 * has not been empty for a whole interval stands, and whoever waits in it for long is better
 * told to come back later (B. Maurer, "Fail at Scale", ACM Queue 13:8, 2015).  It is over when
 * the loop has had nothing to do for a tenth of an interval: a moment of rest is none, since
 * turning requests away is what made it. */
#ifndef APUS_APP_CODEL_H
#define APUS_APP_CODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { APUS__CODEL_REST = 10 }; /* percent of an interval */

typedef struct apus__codel {
    int64_t interval; /* ns */
    int64_t since;    /* while it stands: the interval that is looked at began ... */
    int64_t rested;   /* ... and by then the loop had rested for so long */
    bool stands;
} apus__codel;

/* Whether it stands now; nothing waited last at `empty_at`, and altogether, since the loop
 * began, for `rested`. */
static inline bool apus__codel_stands(apus__codel *c, int64_t now, int64_t empty_at, int64_t rested)
{
    if (!c->stands) {
        c->stands = now - empty_at > c->interval;
        c->since = now;
        c->rested = rested;
    } else if (now - c->since >= c->interval) {
        c->stands = (rested - c->rested) / APUS__CODEL_REST < (now - c->since) / 100;
        c->since = now;
        c->rested = rested;
    }
    return c->stands;
}

#endif
