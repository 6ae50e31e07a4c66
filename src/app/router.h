/* From a method and a path to a route.
 *
 * Built once, at start, from all routes of an app; then constant.  Among the
 * routes that match, the one declared first wins, as in FastAPI, and the cost of
 * finding it does not grow with the number of routes.
 *
 * MEMORY: the router's is the caller's arena; it lives as long as that.  A match
 * takes decoded text from the request's arena.  FIBERS: nothing suspends. */
#ifndef APUS_APP_ROUTER_H
#define APUS_APP_ROUTER_H

#include "apus/http.h"
#include "app/template.h"

typedef struct apus__router apus__router;

typedef struct apus__match {
    uint32_t route; /* its number: how many were added before it */
    uint32_t n_values;
    apus_str values[APUS__TEMPLATE_PARAMS_MAX]; /* percent-decoded, in the template's order */
    uint32_t allow[APUS_METHOD_COUNT]; /* only of a wrong method: the first route of each other
                                          method, or APUS__NO_ROUTE */
    uint32_t steps;                    /* nodes looked at */
} apus__match;

/* What WebSockets are kept under, beside the GET of the same path: a method that no request
 * for a route has. */
#define APUS__METHOD_SOCKET APUS_METHOD_other

#define APUS__NO_ROUTE UINT32_MAX

/* An empty router in the memory of *a; NULL when there is none. */
apus__router *apus__router_create(apus_arena *a, uint64_t seed);

/* Adds the next route.  t is kept.  APUS_OK, APUS_INVALID, APUS_LIMIT or APUS_NOMEM. */
apus_rc apus__router_add(apus__router *r, apus_method method, const apus__template *t,
                         apus_err *err) APUS_NODISCARD;

/* To be called once, behind the last route.  APUS_OK or APUS_NOMEM. */
apus_rc apus__router_finish(apus__router *r, apus_err *err) APUS_NODISCARD;

/* Finds the route for a path that is still percent-encoded.
 *
 * APUS_OK: m->route and m->values; APUS_UNSUPPORTED: the path exists, but not with
 * this method, see m->allow; APUS_NOT_FOUND; APUS_NOMEM. */
apus_rc apus__router_find(const apus__router *r, apus_method method, apus_str path,
                          apus_arena *scratch, apus__match *m) APUS_NODISCARD;

#endif
