/* Fibers beside a handler's, which end with it.
 *
 * Each has an apus_req of its own, for the same exchange: memory, failure, landing and what
 * happens later are those of one fiber.  It is part of the exchange's arena, and used again
 * when its fiber has ended. */
#ifndef APUS_APP_CHILD_H
#define APUS_APP_CHILD_H

#include "app/request.h"

enum { APUS__CHILDREN_MAX = 64 }; /* of one request at a time, those of its children not counted */

typedef struct apus__child {
    apus_req req; /* first */
    struct apus__child *next;
    void (*fn)(apus_req *child, void *arg);
    void *arg;
} apus__child;

/* Cancels them and suspends until they have returned. */
void apus__children_end(apus_req *req);

#endif
