/* apus/overload.h - what a service does when more is asked of it than it can do.
 *
 * It turns requests away early, while that is cheap, so that those it lets in are answered
 * as fast as ever: 503 with Retry-After, and the code "temporary-reduced-capacity".
 * Three layers, each a metric (apus_shed_total):
 *
 *   queue        Requests queue up when the loop has had no rest for queue_interval.  Then the
 *                newest goes first once the oldest has waited for queue_patience, and whoever
 *                has waited for queue_target is turned away.
 *   concurrency  More requests are under way, waiting for something, than gets answers
 *                sooner: a limit that follows how long they take (Gradient2), and holds while
 *                that is longer than usual.
 *   hard         The loop lags behind, memory or descriptors are nearly all in use.
 *
 * Which requests give way first, routes say: shed = never | critical | normal | sheddable.
 * Streams and WebSockets are counted by no limit once they have begun. */
#ifndef APUS_OVERLOAD_H
#define APUS_OVERLOAD_H

#include <stdint.h>

#include "apus/api.h"
#include "apus/main.h"

APUS_API_BEGIN

enum { APUS_CONCURRENCY_MIN = 20 };

/* Zero means the default in parentheses. */
typedef struct apus_overload {
    int64_t queue_target;        /* ns (500 ms) */
    int64_t queue_patience;      /* ns (250 ms) */
    int64_t queue_interval;      /* ns (1 s) */
    int64_t lag_max;             /* ns (200 ms) that a critical one may have waited by then */
    uint32_t concurrency;        /* requests at once in the beginning (100) ... */
    uint32_t concurrency_min;    /* ... at least (20) ... */
    uint32_t concurrency_max;    /* ... and at most (4,000) */
    uint32_t memory_percent;     /* of what the control group allows (90) */
    uint32_t descriptor_percent; /* of what the process may open (90) */
} apus_overload;

/* From now on the service turns away what is too much.  *settings is copied and may be NULL.
 * Before the first request.  APUS_OK; APUS_INVALID, with a sentence, when a limit's least is
 * above its most; APUS_NOMEM. */
apus_rc apus_service_shed(apus_service *s, const apus_overload *settings, apus_err *err)
    APUS_NODISCARD;

APUS_API_END

#endif
