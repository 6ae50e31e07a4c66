/* Requests that are turned away because there is too much to do; see apus/overload.h. */
#ifndef APUS_APP_OVERLOAD_H
#define APUS_APP_OVERLOAD_H

#include "apus/metric.h"
#include "apus/overload.h"
#include "apus/req.h"
#include "app/codel.h"
#include "app/gradient.h"
#include "app/newest.h"

/* What is known of a route. */
typedef struct apus__flow {
    apus__usual usual;
    uint32_t in_flight; /* of those that count for the limit */
    int64_t ended_at;   /* loop time: one of them ended, or the first began */
} apus__flow;

typedef struct apus__overload {
    apus_overload settings;
    apus__codel codel;
    apus__newest newest;
    apus__gradient gradient;
    apus__flow *flows;  /* of each plan */
    uint32_t in_flight; /* requests that count for the limit */
    int64_t refused_at; /* loop time: the limit turned somebody away */
    int64_t looked_at;  /* when memory and descriptors were looked at */
    apus_metric scarce; /* what there is too little of, as its metric; APUS_METRIC_COUNT: nothing */
    uint32_t turned_away; /* for Retry-After, which goes round */
} apus__overload;

/* Whether a request may go on to what its plan says; otherwise it has failed, or been cancelled.
 * The plan is known.  Suspends while requests queue up. */
bool apus__overload_enter(apus_req *req);

/* It counts no more: it is over, or it has become a stream. */
void apus__overload_leave(apus_req *req);

#endif
