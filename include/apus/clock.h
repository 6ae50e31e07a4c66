/* apus/clock.h - what time it is.
 *
 * Two clocks, never mixed: the monotonic one for deadlines and durations, the
 * wall clock for what people and protocols read.  Code that is called often asks
 * the loop (apus_loop_now) instead. */
#ifndef APUS_CLOCK_H
#define APUS_CLOCK_H

#include <stdint.h>

#include "apus/api.h"

APUS_API_BEGIN

/* Nanoseconds since some moment before the program began; never runs back. */
int64_t apus_clock_now(void);

/* Nanoseconds since 1970-01-01T00:00:00Z; may jump when the machine's clock is set. */
int64_t apus_clock_wall(void);

APUS_API_END

#endif
