/* What a worker makes once: dependencies that begin with apus_worker *.
 *
 * They are no steps of a plan.  Their results become constants of those who take
 * them, written into place before the first request, so that a request does no more
 * for them than copy its constants. */
#ifndef APUS_APP_WORKER_H
#define APUS_APP_WORKER_H

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/route.h"
#include "apus/worker.h"

struct apus_service;

enum { APUS__MADE_DEPTH_MAX = 64 }; /* of one that needs another */

/* Where a result goes. */
typedef struct apus__want {
    char *to;
    struct apus__want *next;
} apus__want;

typedef struct apus__made {
    const apus_dependency *dependency;
    apus_fn *fn;  /* what apus_override replaces */
    char *args;   /* with constants, and what others made */
    char *result; /* result_size bytes */
    apus__want *wants;
    struct apus__made *next;
} apus__made;

typedef struct apus__makes {
    apus__made *first, **end; /* needed first */
} apus__makes;

struct apus_worker {
    apus_arena arena;
    const apus_dependency *running;
    bool is_started; /* or failed to */
    apus_err failure;
};

/* Adds d, and in front of it all that it needs, where they are not there yet.
 * APUS_OK, APUS_INVALID, APUS_LIMIT or APUS_NOMEM, with a sentence in *err. */
apus_rc apus__makes_add(apus__makes *m, const apus_dependency *d, apus_arena *a, apus_err *err)
    APUS_NODISCARD;

/* d's result shall be written to `to` when it is made; d was added before. */
apus_rc apus__makes_want(apus__makes *m, const apus_dependency *d, char *to, apus_arena *a)
    APUS_NODISCARD;

/* Zeroed room for arguments, with constants (or NULL) in it; NULL: no memory. */
char *apus__args_fixed(apus_arena *a, uint32_t size, const void *constants);

/* Whether real is made by the worker; with fake, that is called instead. */
uint32_t apus__makes_override(apus__makes *m, apus_fn *real, apus_fn *fake);

/* Runs what was deferred; does nothing where the worker never started. */
void apus__worker_stop(struct apus_service *s);

#endif
