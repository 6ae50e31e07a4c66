/* How long a slot rests before its next worker starts.
 *
 * A worker that has served for a while is replaced at once, and so is one that was killed
 * from outside: neither says anything about the next one.  One that does not come up, or
 * falls soon after, is tried again after a rest that doubles. */
#ifndef APUS_SERVE_BACKOFF_H
#define APUS_SERVE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/value.h"

#define APUS__REST_FIRST (100 * APUS_MILLISECOND)
#define APUS__REST_MAX   (30 * APUS_SECOND) /* for one that never came up ... */
#define APUS__REST_READY (2 * APUS_SECOND)  /* ... and for one that did */
#define APUS__LIFE_GOOD  (5 * APUS_SECOND)  /* who served for so long starts anew */

typedef struct apus__backoff {
    uint32_t strikes;
} apus__backoff;

/* A worker has ended: `served` is for how long it had been ready, or -1 if it never was;
 * `killed`: by SIGKILL.  Has the nanoseconds to rest, 0 for none. */
int64_t apus__backoff_after(apus__backoff *b, int64_t served, bool killed);

#endif
