/* compiler/guards.h - what stands between a client and a route: the schemes that its
 * dependencies reach, and the scopes that it requires.
 *
 * Collected from the outside in: app, routers and includes, then the route, then its
 * parameters; of a dependency, what it is asked for with comes before what it asks for. */
#ifndef APUSC_GUARDS_H
#define APUSC_GUARDS_H

#include "compiler/contract.h"
#include "compiler/join.h"

typedef struct guard_scheme {
    const ct_security *security;
    bool is_optional; /* wherever it is reached */
    struct guard_scheme *next;
} guard_scheme;

/* Of each name the first that requires it. */
typedef struct guard_scope {
    const char *name;
    ct_place place;
    struct guard_scope *next;
} guard_scope;

typedef struct guards {
    apus_arena *arena;
    guard_scheme *schemes;
    guard_scope *scopes;
    bool has_middleware;
} guards;

guards guards_in(apus_arena *arena);

/* All of a route's. */
guards guards_of(apus_arena *arena, const joined_route *r);

/* A router, and the include (or NULL) that leads to it. */
void guards_add_router(guards *g, const ct_router *router, const ct_include *include);
void guards_add_route(guards *g, const ct_route *route);

/* What the parameters of one function require, and nothing further in. */
void guards_add_params(guards *g, const ct_param *params);

/* scopes = [...] */
void guards_add_scopes(guards *g, const ct_value *list);

#endif
