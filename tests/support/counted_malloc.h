/* tests/support/counted_malloc.h - malloc itself, replaced: counted, and refused on purpose, so
 * that libraries are counted too.
 *
 *     long held = alive;
 *     refused = false;
 *     refuse_at = n;       the n-th from now on is refused, once
 *     ... work ...
 *     assert_int_equal(alive, held);
 *
 * Sanitizers bring a malloc of their own; there OWN_MALLOC is 0, and there is nothing. */
#ifndef TESTS_SUPPORT_COUNTED_MALLOC_H
#define TESTS_SUPPORT_COUNTED_MALLOC_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define OWN_MALLOC 0
#endif
#endif
#if !defined(OWN_MALLOC) && defined(__GLIBC__)
#define OWN_MALLOC 1
#elif !defined(OWN_MALLOC)
#define OWN_MALLOC 0
#endif

#if OWN_MALLOC

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static long taken, alive, refuse_at = -1; /* refuse_at: how many more succeed; -1: all */
static bool refused;

static bool may_take(void)
{
    taken++;
    if (refuse_at < 0 || refuse_at-- > 0)
        return true;
    refused = true;
    refuse_at = -1;
    errno = ENOMEM;
    return false;
}

void *malloc(size_t n)
{
    void *p = may_take() ? __libc_malloc(n) : NULL;
    alive += p != NULL;
    return p;
}

void *calloc(size_t n, size_t size)
{
    void *p = may_take() ? __libc_calloc(n, size) : NULL;
    alive += p != NULL;
    return p;
}

void *realloc(void *old, size_t n)
{
    void *p = may_take() ? __libc_realloc(old, n) : NULL;
    alive += p && !old;
    alive -= old && !p && n == 0;
    return p;
}

void free(void *p)
{
    alive -= p != NULL;
    __libc_free(p);
}

#endif

#endif
