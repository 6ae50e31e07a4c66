/* apus/state.h - what belongs to a request and has a type: set by middleware, read by whoever comes
 * later.
 *
 *     typedef struct visitor { apus_str language; int64_t since; } visitor;
 *     State(visitor);                                // each request may have one
 *
 *     void greet(apus_req *req, apus_next *next)
 *     {
 *         apus_state(req, visitor)->since = apus_clock_now();
 *         apus_next_run(next);
 *     }
 *
 * Middleware, dependencies, handlers, OnFail functions, apus_finally, apus_after and children of
 * the request all see the same one.  Which it is the compiler knows: there is no name to look up,
 * and a slip of the pen does not compile.
 *
 * MEMORY: the request's; zeroed when it is first asked for, and what it points to is not released
 * (apus_defer does that).  A request that does not ask pays nothing.
 * FIBERS: nothing suspends. */
#ifndef APUS_STATE_H
#define APUS_STATE_H

#include <stddef.h>

#include "apus/api.h"
#include "apus/req.h"

APUS_API_BEGIN

/* apusc writes it for State(). */
typedef struct apus_state {
    const char *name;
    size_t size, align; /* of the type */
} apus_state;

/* The request's visitor, never NULL; the same at each call.  Aborts with 503 when memory is out,
 * like apus_new.  Some ns where a request holds few states: they are looked through. */
#define apus_state(req, T) ((T *)apus__state((req), &T##_state)) /* a type as well */
void *apus__state(apus_req *req, const apus_state *of);

APUS_API_END

#endif
