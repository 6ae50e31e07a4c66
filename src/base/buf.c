#include "apus/buf.h"

#include <assert.h>
#include <stdio.h>

enum { CAP_MIN = 256 }; /* bytes; the first allocation */

apus_buf apus_buf_in(apus_arena *a)
{
    return (apus_buf){ .arena = a, .limit = SIZE_MAX };
}

apus_buf apus_buf_with(const apus_alloc *alloc)
{
    return (apus_buf){ .alloc = *alloc, .limit = SIZE_MAX };
}

void apus_buf_finish(apus_buf *b)
{
    if (!b->arena && b->ptr)
        b->alloc.resize(b->alloc.ctx, b->ptr, b->cap, 0);
    b->ptr = NULL;
    b->len = b->cap = 0;
    b->failed = APUS_OK;
}

void apus_buf_clear(apus_buf *b)
{
    b->len = 0;
    b->failed = APUS_OK;
}

static apus_rc make_room(apus_buf *b, size_t n)
{
    if (n > b->limit || b->len > b->limit - n)
        return APUS_LIMIT;
    /* one more than asked, for the NUL of apus_buf_take */
    size_t need = b->len + n;
    if (need >= SIZE_MAX / 2)
        return APUS_NOMEM;
    need++;
    size_t cap = b->cap ? b->cap : CAP_MIN;
    while (cap < need)
        cap *= 2;
    if (b->limit < SIZE_MAX && cap > b->limit + 1)
        cap = b->limit + 1;
    char *ptr = b->arena ? apus_arena_grow(b->arena, b->ptr, b->cap, cap, 1)
                         : b->alloc.resize(b->alloc.ctx, b->ptr, b->cap, cap);
    if (!ptr)
        return APUS_NOMEM;
    b->ptr = ptr;
    b->cap = cap;
    return APUS_OK;
}

char *apus__buf_make_room(apus_buf *b, size_t n)
{
    if (b->failed)
        return NULL;
    b->failed = make_room(b, n);
    if (!b->failed)
        return b->ptr + b->len;
    b->len = b->cap; /* from now on there is no room, however little is asked for */
    return NULL;
}

void apus_buf_vaddf(apus_buf *b, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    assert(len >= 0);
    char *to = apus_buf_room(b, (size_t)len);
    if (to) {
        vsnprintf(to, (size_t)len + 1, fmt, again); /* room is always one byte more */
        b->len += (size_t)len;
    }
    va_end(again);
}

void apus_buf_addf(apus_buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_buf_vaddf(b, fmt, args);
    va_end(args);
}

apus_rc apus_buf_take(apus_buf *b, apus_str *out)
{
    char *end = b->failed ? NULL : apus_buf_room(b, 0);
    if (!end)
        return b->failed;
    *end = '\0';
    *out = (apus_str){ b->ptr, b->len };
    return APUS_OK;
}
