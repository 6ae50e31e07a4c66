/* Requests that are turned away because there is too much to do; see apus/overload.h. */
#ifndef APUS_APP_OVERLOAD_H
#define APUS_APP_OVERLOAD_H

#include "apus/metric.h"
#include "apus/overload.h"
#include "apus/req.h"
#include "app/codel.h"
#include "app/gradient.h"

typedef struct apus__overload {
    apus_overload settings;
    apus__codel codel;
    apus__gradient gradient;
    uint32_t in_flight; /* requests that count for the limit */
    int64_t looked_at;  /* when memory and descriptors were looked at */
    apus_metric scarce; /* what there is too little of, as its metric; APUS_METRIC_COUNT: nothing */
    uint32_t turned_away; /* for Retry-After, which goes round */
} apus__overload;

/* Whether a request may go on to what its plan says; otherwise it has failed.  The plan is
 * known. */
bool apus__overload_enter(apus_req *req);

/* It counts no more: it is over, or it has become a stream. */
void apus__overload_leave(apus_req *req);

#endif
