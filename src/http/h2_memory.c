/* nghttp2's memory is the server's: one allocator has it all, and may say no to any of it.
 *
 * The server's allocator wants to hear a block's size again, nghttp2 does not tell it: so it
 * stands in front of each block. */
#include <stddef.h>

#include "http/h2.h"

typedef union head {
    size_t size; /* of the block behind it */
    max_align_t align;
} head;

static void *resize(void *ptr, size_t size, void *ctx)
{
    const apus_alloc *a = ctx;
    head *old = ptr ? (head *)ptr - 1 : NULL;
    size_t old_size = old ? old->size + sizeof(head) : 0;
    if (size > SIZE_MAX - sizeof(head))
        return NULL;
    head *h = a->resize(a->ctx, old, old_size, size + sizeof(head));
    if (!h)
        return NULL;
    h->size = size;
    return h + 1;
}

static void *take(size_t size, void *ctx)
{
    return resize(NULL, size, ctx);
}

static void *take_zeroed(size_t n, size_t size, void *ctx)
{
    if (size && n > SIZE_MAX / size)
        return NULL;
    void *ptr = resize(NULL, n * size, ctx);
    return ptr ? memset(ptr, 0, n * size) : NULL;
}

static void give(void *ptr, void *ctx)
{
    const apus_alloc *a = ctx;
    head *h = ptr ? (head *)ptr - 1 : NULL;
    if (h)
        a->resize(a->ctx, h, h->size + sizeof(*h), 0);
}

nghttp2_mem apus__h2_memory(apus_alloc *alloc)
{
    return (nghttp2_mem){ .mem_user_data = alloc,
                          .malloc = take,
                          .free = give,
                          .calloc = take_zeroed,
                          .realloc = resize };
}
