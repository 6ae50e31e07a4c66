/* apus/timing.h - how long the answer took, for whoever reads it.
 *
 *     Timing(timing);
 *     App(shop, title = "Shop", version = "1.0.0", middleware = [timing]);
 *
 * Adds `Server-Timing: app;dur=12.345` (milliseconds; browsers show it), or with
 * `.header = "X-Process-Time"` a header of that name with seconds.  An answer in pieces has
 * begun before it is over, and has neither. */
#ifndef APUS_TIMING_H
#define APUS_TIMING_H

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/route.h"

APUS_API_BEGIN

typedef struct apus_timing_options {
    char apus__;        /* not yours */
    const char *header; /* "X-Process-Time"; NULL: Server-Timing ... */
    const char *metric; /* ... under this name; NULL: "app" */
} apus_timing_options;

#define APUS_TIMING(...)                                                                           \
    APUS_MIDDLEWARE(APUS__FIRST(__VA_ARGS__), .run = apus__timing_run,                             \
                    .settings =                                                                    \
                        &(const apus_timing_options){ .apus__ = 0, APUS__REST(__VA_ARGS__) })

#ifndef APUS_NO_SHORT_NAMES
#define Timing APUS_TIMING
#endif

void apus__timing_run(apus_req *req, apus_next *next);

APUS_API_END

#endif
