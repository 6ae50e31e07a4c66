#include "http/block.h"

#include <assert.h>

/* Free blocks kept for later, 512 KiB of them; what a burst took beyond is freed. */
enum { FREE_MAX = 64 };

void apus__block_pool_init(apus__block_pool *pool, const apus_alloc *alloc)
{
    *pool = (apus__block_pool){ .alloc = *alloc };
}

static void free_block(apus__block_pool *pool, apus__block *b)
{
    pool->alloc.resize(pool->alloc.ctx, b, sizeof(*b) + b->room, 0);
}

void apus__block_pool_finish(apus__block_pool *pool)
{
    while (pool->free) {
        apus__block *b = pool->free;
        pool->free = b->next;
        free_block(pool, b);
    }
    pool->n_free = 0;
}

apus__block *apus__block_take_small(apus__block_pool *pool, size_t room)
{
    if (room > UINT32_MAX)
        return NULL;
    apus__block *b = pool->alloc.resize(pool->alloc.ctx, NULL, 0, sizeof(*b) + room);
    if (b) {
        b->next = NULL;
        b->refs = 1;
        b->room = (uint32_t)room;
        b->used = 0;
    }
    return b;
}

apus__block *apus__block_take(apus__block_pool *pool, size_t room)
{
    if (room > APUS__BLOCK_ROOM)
        return apus__block_take_small(pool, room);
    apus__block *b = pool->free;
    if (!b)
        return apus__block_take_small(pool, APUS__BLOCK_ROOM);
    pool->free = b->next;
    pool->n_free--;
    b->next = NULL;
    b->refs = 1;
    b->used = 0;
    return b;
}

void apus__block_drop(apus__block_pool *pool, apus__block *b)
{
    if (!b)
        return;
    assert(b->refs > 0);
    if (--b->refs > 0)
        return;
    if (b->room != APUS__BLOCK_ROOM || pool->n_free == FREE_MAX) {
        free_block(pool, b);
        return;
    }
    b->next = pool->free;
    pool->free = b;
    pool->n_free++;
}
