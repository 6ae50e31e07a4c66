/* apus/arena.h - memory that is all given back at once.
 *
 * A request's models, strings and lists are taken from its arena one behind
 * the other and nobody frees them: when the answer has been sent, the arena is
 * rewound.  What is not memory (a descriptor, a lock, a pool slot) gets the
 * same lifetime with apus_arena_defer.
 *
 * MEMORY comes from an apus_alloc, in chunks, up to a limit; past the limit
 * the arena says NULL, so "this request used too much" is an answer and not a
 * dead server.  Rewound memory is poisoned under AddressSanitizer, and filled with
 * APUS_ARENA_GONE where apus_arena_scribble was called.
 *
 * FIBERS: nothing here suspends.  An arena is not locked. */
#ifndef APUS_ARENA_H
#define APUS_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* Where the bytes come from.  One function in the manner of realloc: old_size
 * is 0 for a new block, new_size is 0 to free one.  A free never fails.  Tests
 * pass an allocator that fails on purpose. */
typedef struct apus_alloc {
    void *(*resize)(void *ctx, void *ptr, size_t old_size, size_t new_size);
    void *ctx;
} apus_alloc;

/* The C library's realloc and free. */
extern const apus_alloc apus_alloc_libc;

/* The fields are here so that an arena can live inside another struct.  Read
 * them in a debugger, not in code. */
typedef struct apus_arena {
    apus_alloc alloc;
    struct apus__chunk *chunk; /* newest first */
    struct apus__defer *defer; /* newest first */
    char *next;                /* free space in the newest chunk ... */
    size_t left;               /* ... and how much of it */
    size_t held;               /* bytes taken from alloc */
    size_t limit;              /* and the most we may take */
} apus_arena;

/* Takes no memory yet.  limit is in bytes and covers our own bookkeeping.
 * *alloc is copied. */
void apus_arena_init(apus_arena *a, const apus_alloc *alloc, size_t limit);

/* Runs the deferred calls, newest first, then returns all memory.  The arena
 * is then as it was after apus_arena_init. */
void apus_arena_finish(apus_arena *a);

/* As apus_arena_finish, but keeps one chunk (the largest up to 32 KiB) for the next
 * user, so that steady work takes nothing from the allocator. */
void apus_arena_reset(apus_arena *a);

/* Uninitialised memory, or NULL if the limit or the allocator says no.  align
 * is a power of two.  A size of 0 yields a pointer that must not be
 * dereferenced. */
static inline void *apus_arena_alloc(apus_arena *a, size_t size, size_t align) APUS_NODISCARD;

/* Room for n bytes at the free end, of any alignment and not taken yet; NULL if there is
 * none.  `used` of the bytes that were asked for, from the first on, are taken with
 * apus_arena_took; until then nothing else may be asked of the arena. */
static inline char *apus_arena_room(apus_arena *a, size_t n);
static inline void apus_arena_took(apus_arena *a, size_t n, size_t used);

/* Makes the newest allocation, which began at ptr with old_size bytes, larger
 * in place or by moving it; NULL if there is no room, and ptr stays valid. */
void *apus_arena_grow(apus_arena *a, void *ptr, size_t old_size, size_t new_size, size_t align)
    APUS_NODISCARD;

/* Zeroed room for n objects of type T, or NULL; n * sizeof(T) is checked. */
#define APUS_NEW(a, T, n) ((T *)apus__arena_array((a), (n), sizeof(T), _Alignof(T)))

/* A copy of s with a NUL behind it; .ptr is NULL when there is no room. */
apus_str apus_arena_str(apus_arena *a, apus_str s) APUS_NODISCARD;

/* printf into the arena, with a NUL behind; .ptr is NULL when there is no room. */
apus_str apus_arena_strf(apus_arena *a, const char *fmt, ...) APUS_PRINTF(2, 3);
apus_str apus_arena_vstrf(apus_arena *a, const char *fmt, va_list args);

/* Arranges for fn(ctx) to run when the arena is finished or reset, or rewound
 * past this point.  On APUS_NOMEM nothing is registered and the caller still
 * owns ctx. */
apus_rc apus_arena_defer(apus_arena *a, void (*fn)(void *ctx), void *ctx) APUS_NODISCARD;

typedef struct apus_arena_mark {
    struct apus__chunk *chunk;
    struct apus__defer *defer;
    char *next;
    size_t left;
} apus_arena_mark;

/* Where the arena stands now. */
apus_arena_mark apus_arena_mark_take(const apus_arena *a);

/* Undoes everything since the mark.  Marks nest; rewinding to an outer mark
 * invalidates the inner ones. */
void apus_arena_rewind(apus_arena *a, apus_arena_mark m);

enum { APUS_ARENA_GONE = 0xDB }; /* a byte that begins no UTF-8 when it comes twice */

/* From now on memory that is nobody's is filled with APUS_ARENA_GONE, in all arenas of the
 * process, and nobody else has it for a while: who reads what was given back then finds nonsense
 * at once, and not somebody else's text some day.  A reset keeps no chunk.  For development and
 * tests: `apus dev` and apus_test_start call it.  Before there are threads. */
void apus_arena_scribble(void);

/* Whether four such bytes stand in a row in s. */
bool apus_arena_finds_gone(apus_str s);

static inline void *apus__arena_array(apus_arena *a, size_t n, size_t size, size_t align)
    APUS_NODISCARD;

void *apus__arena_alloc(apus_arena *a, size_t size, size_t align) APUS_NODISCARD;
char *apus__arena_make_room(apus_arena *a, size_t n);
void apus__arena_took(apus_arena *a, size_t n, size_t used);

/* Under AddressSanitizer each byte has an owner, which the library keeps track of. */
#if defined(__SANITIZE_ADDRESS__)
#define APUS__ARENA_IS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define APUS__ARENA_IS_WATCHED 1
#endif
#endif

static inline void *apus_arena_alloc(apus_arena *a, size_t size, size_t align)
{
#ifndef APUS__ARENA_IS_WATCHED
    size_t pad = -(uintptr_t)a->next & (align - 1);
    if (APUS_LIKELY(pad < a->left && size < a->left - pad)) {
        char *p = a->next + pad;
        a->next = p + size;
        a->left -= pad + size;
        return p;
    }
#endif
    return apus__arena_alloc(a, size, align);
}

static inline void *apus__arena_array(apus_arena *a, size_t n, size_t size, size_t align)
{
    if (size && n > SIZE_MAX / size)
        return NULL;
    void *p = apus_arena_alloc(a, n * size, align);
    return p ? memset(p, 0, n * size) : NULL;
}

static inline char *apus_arena_room(apus_arena *a, size_t n)
{
#ifndef APUS__ARENA_IS_WATCHED
    if (APUS_LIKELY(n < a->left))
        return a->next;
#endif
    return apus__arena_make_room(a, n);
}

static inline void apus_arena_took(apus_arena *a, size_t n, size_t used)
{
#ifdef APUS__ARENA_IS_WATCHED
    apus__arena_took(a, n, used);
#else
    (void)n;
    a->next += used;
    a->left -= used;
#endif
}

APUS_API_END

#endif
