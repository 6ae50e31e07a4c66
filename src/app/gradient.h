/* How many requests at once are good for: a limit that follows how long they take.
 *
 * What takes longer than it did over a long time waits behind the others: then fewer are
 * better.  The rule is Gradient2 of Netflix' concurrency-limits; time is handed in. */
#ifndef APUS_APP_GRADIENT_H
#define APUS_APP_GRADIENT_H

#include <stdint.h>

typedef struct apus__gradient {
    double limit, min, max;
    double usual; /* ns that requests take, over a long time; 0: none has been seen */
    uint32_t n;   /* samples, as long as they are the first */
} apus__gradient;

/* A request took so many ns (> 0), and so many were under way when it ended, itself among
 * them. */
void apus__gradient_sample(apus__gradient *g, int64_t took, uint32_t in_flight);

#endif
