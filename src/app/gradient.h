/* How many requests at once are good for: a limit that follows how long they take.
 *
 * What takes longer than it did over a long time waits behind the others: then fewer are
 * better.  The rule is Gradient2 of Netflix' concurrency-limits, with two changes.  Each route
 * is compared with itself, so that a slow one is no sign of a queue.  And the limit holds
 * only while there is one, of which anybody would notice: as long as requests take their usual
 * time, or not much more, as many may be under way as come.  Time is handed in. */
#ifndef APUS_APP_GRADIENT_H
#define APUS_APP_GRADIENT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct apus__gradient {
    double limit, min, max;
    double slack;  /* ns that requests may take longer than that rule allows */
    double strain; /* how long requests take of late, as a multiple of what they may */
    bool holds;    /* requests are turned away: how long others take is not usual */
} apus__gradient;

/* How long requests of a route take, over a long time. */
typedef struct apus__usual {
    double ns;
    uint32_t n; /* samples, as long as they are the first */
} apus__usual;

/* A request, and how many of all routes were under way, itself among them. */
typedef struct apus__sample {
    int64_t took; /* ns, > 0 */
    uint32_t at_begin, at_end;
} apus__sample;

void apus__gradient_sample(apus__gradient *g, apus__usual *usual, apus__sample s);

/* Whether requests take longer than they may. */
bool apus__gradient_is_strained(const apus__gradient *g);

#endif
