/* What is noted of each request that is over. */
#ifndef APUS_SERVE_OBSERVING_H
#define APUS_SERVE_OBSERVING_H

#include "apus/access_log.h"
#include "apus/http.h"
#include "apus/main.h"
#include "apus/traffic.h"
#include "serve/options.h"

typedef struct apus__observing {
    apus_traffic_counter traffic; /* its table is NULL: nothing is counted */
    apus_access_log *log;         /* or NULL */
} apus__observing;

/* Opens the access log that the options ask for, if they do; `trouble` as its options have
 * it.  APUS_OK, or a sentence in *err. */
apus_rc apus__observing_open_log(apus__observing *o, const apus__options *options,
                                 const apus_service *service,
                                 void (*trouble)(void *ctx, const apus_err *err), void *ctx,
                                 apus_err *err) APUS_NODISCARD;

/* Whether there is anything to note. */
bool apus__observing_wants(const apus__observing *o);

/* The apus_http_observer; ctx is the apus__observing. */
void apus__observe(void *observing, const apus_exchange *x, const apus_http_outcome *o);

#endif
