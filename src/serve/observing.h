/* What is noted of each request that is over. */
#ifndef APUS_SERVE_OBSERVING_H
#define APUS_SERVE_OBSERVING_H

#include "apus/http.h"
#include "apus/traffic.h"

typedef struct apus__observing {
    apus_traffic_counter traffic; /* its table is NULL: nothing is counted */
} apus__observing;

/* The apus_http_observer; ctx is the apus__observing. */
void apus__observe(void *observing, const apus_exchange *x, const apus_http_outcome *o);

#endif
