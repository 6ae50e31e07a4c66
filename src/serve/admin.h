/* What those ask who look after a service: GET /metrics, /live and /ready.
 *
 * They are answered on a listener of their own (--admin), and at paths of the service where
 * it says so (--metrics, --live, --ready); in each process alike, from what all of them
 * share. */
#ifndef APUS_SERVE_ADMIN_H
#define APUS_SERVE_ADMIN_H

#include <stdbool.h>

#include "apus/http.h"
#include "apus/traffic.h"
#include "serve/link.h"
#include "serve/options.h"

typedef struct apus__admin {
    apus__phase *phase;    /* the service's */
    apus__board *board;    /* or NULL: this process is all there is, ... */
    apus_traffic *traffic; /* ... and this its table; NULL: requests are not measured */
    const apus__options *options;
} apus__admin;

/* Whether the options ask for numbers about requests. */
bool apus__admin_wants_traffic(const apus__options *o);

/* Whether the options name a path of the service. */
bool apus__admin_has_paths(const apus__options *o);

/* Answers a request of the service if it is for such a path.  Whether it was; x->app is then
 * apus__admin_mark. */
bool apus__admin_answer(const apus__admin *a, apus_exchange *x);

/* The handler of the listener; ctx is the apus__admin. */
void apus__admin_handle(void *admin, apus_exchange *x);

extern const char apus__admin_mark[];

#endif
