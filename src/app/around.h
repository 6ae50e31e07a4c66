/* The one way in for what stands around requests: user middleware and batteries alike.
 *
 * An app's middleware is a ring around the whole request; what routers and routes add is a
 * ring inside of the route phase, collected by the plan at start.  A route without any goes
 * through exactly the phases it would go through if there were none of this.
 *
 * MEMORY: rings live in the service's arena; a step that runs is on the fiber's stack. */
#ifndef APUS_APP_AROUND_H
#define APUS_APP_AROUND_H

#include "apus/middleware.h"

enum { APUS__AROUND_MAX = 32 }; /* of one route, or of an app */

typedef struct apus__around_item {
    const apus_middleware *m;
    const void *settings; /* its own, or what its prepare made of them */
} apus__around_item;

typedef struct apus__around {
    apus__around_item *items; /* outermost first */
    uint32_t n;
} apus__around;

/* What was prepared already: once for all places where a middleware stands. */
typedef struct apus__prepared {
    apus__around_item item;
    struct apus__prepared *next;
} apus__prepared;

/* Makes the ring of *items ready: calls what prepares settings, in *a, noting it in *known.
 * APUS_OK, APUS_NOMEM, or what a prepare says. */
apus_rc apus__around_prepare(apus__around *around, apus__prepared **known, apus_arena *a,
                             apus_err *err) APUS_NODISCARD;

/* Runs the ring, with last(req) inside of it. */
void apus__around_run(apus_req *req, const apus__around *around, void (*last)(apus_req *req));

#endif
