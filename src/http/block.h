/* Blocks: the pages that requests are read into and answers are put together in.
 *
 * A connection takes one when there is something to read or to write and gives it
 * back when there is not, so that an idle connection holds none and the same few
 * blocks, warm in the cache, serve all.  A request's slices point into the block
 * it was read into; it keeps the block with a reference of its own. */
#ifndef APUS_HTTP_BLOCK_H
#define APUS_HTTP_BLOCK_H

#include <stdint.h>

#include "apus/arena.h"

enum { APUS__BLOCK_ROOM = 8192 - 24 }; /* bytes in a pooled block; with its head, two pages */

typedef struct apus__block {
    struct apus__block *next; /* for its holder's use; in the pool, the next free one */
    uint32_t refs;
    uint32_t room; /* bytes */
    uint32_t used; /* bytes written so far; for its holder's use */
    _Alignas(8) char bytes[];
} apus__block;

typedef struct apus__block_pool {
    apus_alloc alloc;
    apus__block *free;
    uint32_t n_free;
} apus__block_pool;

void apus__block_pool_init(apus__block_pool *pool, const apus_alloc *alloc);

/* All blocks must have come back. */
void apus__block_pool_finish(apus__block_pool *pool);

/* A block with room for at least that many bytes and one reference, the caller's;
 * NULL without memory. */
apus__block *apus__block_take(apus__block_pool *pool, size_t room);

/* A block of just that room, which does not come from the pool nor go there. */
apus__block *apus__block_take_small(apus__block_pool *pool, size_t room);

static inline apus__block *apus__block_ref(apus__block *b)
{
    b->refs++;
    return b;
}

/* Gives one reference back; NULL is fine. */
void apus__block_drop(apus__block_pool *pool, apus__block *b);

#endif
