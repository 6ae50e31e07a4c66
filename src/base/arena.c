/* Chunks, newest first, each twice the size of the one before it up to a
 * ceiling.  `next` and `left` describe the free end of the newest chunk; an
 * allocation that fits is two additions. */
#include "apus/arena.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/poison.h"

enum {
    CHUNK_MIN = 4096,           /* bytes; a small request fits in one */
    CHUNK_MAX = 1024 * 1024,    /* growth stops doubling here */
    CHUNK_KEPT_MAX = 32 * 1024, /* a larger one is not kept by reset, if there is another */
};

struct apus__chunk {
    struct apus__chunk *older;
    size_t size; /* of the whole block, this header included */
    max_align_t bytes[];
};

struct apus__defer {
    struct apus__defer *older;
    void (*fn)(void *ctx);
    void *ctx;
};

/* For the whole process: declared as such in arena.h.  What was given back stays here for a
 * while, where it is nonsense, before somebody else has it. */
enum { HELD_BACK = 64 }; /* chunks */
static bool scribbles;
static struct apus__chunk *_Atomic held_back[HELD_BACK];
static atomic_uint n_held_back;

static void *libc_resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

const apus_alloc apus_alloc_libc = { .resize = libc_resize, .ctx = NULL };

void apus_arena_init(apus_arena *a, const apus_alloc *alloc, size_t limit)
{
    *a = (apus_arena){ .alloc = *alloc, .limit = limit };
}

void apus_arena_scribble(void)
{
#ifndef APUS__ASAN /* which tells of each such read itself */
    scribbles = true;
#endif
}

bool apus_arena_finds_gone(apus_str s)
{
    enum { IN_A_ROW = 4 };
    int n = 0;
    for (size_t i = 0; i < s.len && n < IN_A_ROW; i++)
        n = (unsigned char)s.ptr[i] == APUS_ARENA_GONE ? n + 1 : 0;
    return n == IN_A_ROW;
}

/* These bytes are nobody's now. */
static void disown(void *bytes, size_t n)
{
    if (APUS_UNLIKELY(scribbles))
        memset(bytes, APUS_ARENA_GONE, n);
    APUS_POISON(bytes, n);
}

static void enter_chunk(apus_arena *a, struct apus__chunk *c)
{
    a->chunk = c;
    a->next = (char *)c->bytes;
    a->left = c->size - sizeof(*c);
    disown(a->next, a->left);
}

/* Takes one of the C library's, and gives the one that has been here longest: NULL at first. */
static struct apus__chunk *hold_back(struct apus__chunk *c)
{
    unsigned place = atomic_fetch_add(&n_held_back, 1) % HELD_BACK;
    return atomic_exchange(&held_back[place], c);
}

static void drop_chunk(apus_arena *a)
{
    struct apus__chunk *c = a->chunk;
    a->chunk = c->older;
    a->held -= c->size;
    disown(c->bytes, c->size - sizeof(*c));
    APUS_UNPOISON(c->bytes, c->size - sizeof(*c));
    if (APUS_UNLIKELY(scribbles) && c->size <= CHUNK_KEPT_MAX && a->alloc.resize == libc_resize)
        c = hold_back(c);
    if (c)
        a->alloc.resize(a->alloc.ctx, c, c->size, 0);
}

static bool add_chunk(apus_arena *a, size_t size, size_t align)
{
    if (size > SIZE_MAX - align - sizeof(struct apus__chunk))
        return false;
    size_t need = sizeof(struct apus__chunk) + size + align;
    size_t want = a->chunk ? a->chunk->size * 2 : CHUNK_MIN;
    if (want > CHUNK_MAX)
        want = CHUNK_MAX;
    if (want > a->limit - a->held)
        want = a->limit - a->held;
    if (want < need)
        want = need;
    if (want > a->limit - a->held)
        return false;

    struct apus__chunk *c = a->alloc.resize(a->alloc.ctx, NULL, 0, want);
    if (!c)
        return false;
    c->older = a->chunk;
    c->size = want;
    a->held += want;
    enter_chunk(a, c);
    return true;
}

void *apus__arena_alloc(apus_arena *a, size_t size, size_t align)
{
    assert(align != 0 && (align & (align - 1)) == 0);

    size_t pad = -(uintptr_t)a->next & (align - 1);
    if (APUS_UNLIKELY(!a->next || pad > a->left || size > a->left - pad)) {
        if (!add_chunk(a, size, align))
            return NULL;
        pad = -(uintptr_t)a->next & (align - 1);
    }
    char *p = a->next + pad;
    a->next = p + size;
    a->left -= pad + size;
    APUS_UNPOISON(p, size);
    return p;
}

void *apus_arena_grow(apus_arena *a, void *ptr, size_t old_size, size_t new_size, size_t align)
{
    assert(new_size >= old_size);
    size_t more = new_size - old_size;
    if (ptr && a->next && (char *)ptr + old_size == a->next && more <= a->left) {
        APUS_UNPOISON(a->next, more);
        a->next += more;
        a->left -= more;
        return ptr;
    }
    void *moved = apus_arena_alloc(a, new_size, align);
    if (moved && ptr && old_size)
        memcpy(moved, ptr, old_size);
    return moved;
}

char *apus__arena_make_room(apus_arena *a, size_t n)
{
    if ((!a->next || n > a->left) && !add_chunk(a, n, 1))
        return NULL;
    APUS_UNPOISON(a->next, n);
    return a->next;
}

void apus__arena_took(apus_arena *a, size_t n, size_t used)
{
    assert(used <= n);
    a->next += used;
    a->left -= used;
    APUS_POISON(a->next, n - used);
}

apus_str apus_arena_str(apus_arena *a, apus_str s)
{
    char *p = s.len < SIZE_MAX ? apus_arena_alloc(a, s.len + 1, 1) : NULL;
    if (!p)
        return (apus_str){ NULL, 0 };
    if (s.len)
        memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    return (apus_str){ p, s.len };
}

apus_str apus_arena_vstrf(apus_arena *a, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    char *p = len >= 0 ? apus_arena_alloc(a, (size_t)len + 1, 1) : NULL;
    if (p)
        vsnprintf(p, (size_t)len + 1, fmt, again);
    va_end(again);
    return p ? (apus_str){ p, (size_t)len } : (apus_str){ NULL, 0 };
}

apus_str apus_arena_strf(apus_arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str s = apus_arena_vstrf(a, fmt, args);
    va_end(args);
    return s;
}

apus_rc apus_arena_defer(apus_arena *a, void (*fn)(void *ctx), void *ctx)
{
    struct apus__defer *d = APUS_NEW(a, struct apus__defer, 1);
    if (!d)
        return APUS_NOMEM;
    *d = (struct apus__defer){ .older = a->defer, .fn = fn, .ctx = ctx };
    a->defer = d;
    return APUS_OK;
}

/* A deferred call may defer again; that one runs next. */
static void run_defers(apus_arena *a, struct apus__defer *until)
{
    while (a->defer != until) {
        struct apus__defer *d = a->defer;
        a->defer = d->older;
        d->fn(d->ctx);
    }
}

void apus_arena_finish(apus_arena *a)
{
    run_defers(a, NULL);
    while (a->chunk)
        drop_chunk(a);
    a->next = NULL;
    a->left = 0;
}

/* The largest that is not too large to sit around; the oldest if they all are. */
static struct apus__chunk *chunk_to_keep(const apus_arena *a)
{
    struct apus__chunk *keep = NULL;
    if (APUS_UNLIKELY(scribbles))
        return NULL;
    for (struct apus__chunk *c = a->chunk; c; c = c->older)
        if (!keep || keep->size > CHUNK_KEPT_MAX ||
            (c->size > keep->size && c->size <= CHUNK_KEPT_MAX))
            keep = c;
    return keep;
}

void apus_arena_reset(apus_arena *a)
{
    run_defers(a, NULL);
    struct apus__chunk *keep = chunk_to_keep(a);
    if (!keep) {
        apus_arena_finish(a);
        return;
    }
    while (a->chunk) {
        if (a->chunk == keep)
            a->chunk = keep->older;
        else
            drop_chunk(a);
    }
    keep->older = NULL;
    enter_chunk(a, keep);
}

apus_arena_mark apus_arena_mark_take(const apus_arena *a)
{
    return (
        apus_arena_mark){ .chunk = a->chunk, .defer = a->defer, .next = a->next, .left = a->left };
}

void apus_arena_rewind(apus_arena *a, apus_arena_mark m)
{
    run_defers(a, m.defer);
    if (!m.chunk) {
        apus_arena_reset(a);
        return;
    }
    while (a->chunk != m.chunk)
        drop_chunk(a);
    a->next = m.next;
    a->left = m.left;
    disown(a->next, a->left);
}
