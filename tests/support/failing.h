/* tests/support/failing.h - an allocator that says no on purpose, and counts.
 *
 * A march: run the same work with the 1st, 2nd, 3rd ... allocation refused until
 * none was refused; after each run nothing may be held.
 *
 *     for (unsigned k = 1;; k++) {
 *         struct failing f = { .fail_at = k };
 *         apus_alloc alloc = failing_alloc(&f);
 *         ... work ...
 *         assert_int_equal(f.held, 0);
 *         if (f.calls < k)
 *             break;
 *     } */
#ifndef TESTS_SUPPORT_FAILING_H
#define TESTS_SUPPORT_FAILING_H

#include <stdbool.h>
#include <stdlib.h>

#include "apus/arena.h"

struct failing {
    unsigned fail_at; /* this call is refused and no other ...; 0: none is */
    bool stays;       /* ... and all that follow */
    unsigned calls;   /* that asked for memory */
    size_t held;      /* bytes not given back */
};

static inline void *failing_resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    struct failing *f = ctx;
    if (new_size == 0) {
        free(ptr);
        f->held -= old_size;
        return NULL;
    }
    unsigned call = ++f->calls;
    if (call == f->fail_at || (f->stays && f->fail_at && call > f->fail_at))
        return NULL;
    void *fresh = realloc(ptr, new_size);
    if (fresh)
        f->held += new_size - old_size;
    return fresh;
}

static inline apus_alloc failing_alloc(struct failing *f)
{
    return (apus_alloc){ .resize = failing_resize, .ctx = f };
}

#endif
