/* compiler/join.h - the routes of an app with their whole paths. */
#ifndef APUSC_JOIN_H
#define APUSC_JOIN_H

#include "compiler/contract.h"

typedef struct joined_route {
    const ct_app *app;
    const ct_route *route;
    const char *path; /* with all prefixes */
    /* The routers and includes on the way, outermost first; include is NULL for
     * the app's own. */
    const struct joined_step {
        const ct_router *router;
        const ct_include *include;
        const struct joined_step *above;
    } * step;
    struct joined_route *next;
} joined_route;

/* In the order in which the server tries them: a router's own routes, then what
 * it includes.  Routers that include themselves are followed once. */
joined_route *routes_join(apus_arena *arena, const ct_app *app);

#endif
