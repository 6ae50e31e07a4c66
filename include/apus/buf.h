/* apus/buf.h - bytes that grow at the end.
 *
 *     apus_buf b = apus_buf_in(arena);
 *     apus_buf_addf(&b, "%d items", n);
 *     apus_buf_add(&b, name);
 *     rc = apus_buf_take(&b, &text);
 *
 * A buffer remembers its own failure: after an addition that found no memory
 * the rest are swallowed and apus_buf_take reports it, so forty additions need
 * one check.
 *
 * MEMORY is an arena's (apus_buf_in) and goes with it, or an allocator's
 * (apus_buf_with) and is given back by apus_buf_finish.  Nothing suspends. */
#ifndef APUS_BUF_H
#define APUS_BUF_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* ptr and len may be read; write through the functions.  After a failure
 * `failed` is not APUS_OK and the contents mean nothing. */
typedef struct apus_buf {
    char *ptr;
    size_t len;
    size_t cap;
    apus_arena *arena; /* or NULL, and then: */
    apus_alloc alloc;
    size_t limit; /* in bytes; SIZE_MAX unless set */
    apus_rc failed;
} apus_buf;

/* An empty buffer whose memory is the arena's, or that of *alloc, which is copied and
 * whose memory apus_buf_finish gives back.  Nothing is taken yet. */
apus_buf apus_buf_in(apus_arena *a);
apus_buf apus_buf_with(const apus_alloc *alloc);

/* Gives the memory of an apus_buf_with buffer back.  It can be used again. */
void apus_buf_finish(apus_buf *b);

/* Empties the buffer and forgets its failure; keeps the memory. */
void apus_buf_clear(apus_buf *b);

char *apus__buf_make_room(apus_buf *b, size_t n);

/* apus_buf_in with room for n bytes, if the arena has it; if not, additions will find out. */
static inline apus_buf apus_buf_in_with(apus_arena *a, size_t n)
{
    char *ptr = apus_arena_alloc(a, n + 1, 1);
    return (apus_buf){ .ptr = ptr, .cap = ptr ? n + 1 : 0, .arena = a, .limit = SIZE_MAX };
}

/* Room for n more bytes behind len, or NULL (and the buffer has failed).  Write
 * there, then say how much with apus_buf_grew. */
static inline char *apus_buf_room(apus_buf *b, size_t n)
{
    /* cap counts the NUL that apus_buf_take writes, and respects the limit; a buffer
     * that has failed has no room */
    if (APUS_LIKELY(n < b->cap - b->len))
        return b->ptr + b->len;
    return apus__buf_make_room(b, n);
}

/* n bytes of the room were written. */
static inline void apus_buf_grew(apus_buf *b, size_t n)
{
    b->len += n;
}

/* The bytes of s, or one more byte, at the end.  What does not fit makes the buffer
 * fail: nothing is added from then on. */
static inline void apus_buf_add(apus_buf *b, apus_str s)
{
    char *to = apus_buf_room(b, s.len);
    if (to && s.len) {
        memcpy(to, s.ptr, s.len);
        b->len += s.len;
    }
}

/* As apus_buf_add, for one byte. */
static inline void apus_buf_addc(apus_buf *b, char c)
{
    char *to = apus_buf_room(b, 1);
    if (to) {
        *to = c;
        b->len++;
    }
}

/* printf at the end. */
void apus_buf_addf(apus_buf *b, const char *fmt, ...) APUS_PRINTF(2, 3);
void apus_buf_vaddf(apus_buf *b, const char *fmt, va_list args);

/* A literal, without counting its bytes at run time. */
#define apus_buf_lit(b, literal) apus_buf_add((b), APUS_STR(literal))

/* The contents, NUL-terminated, in *out; they stay the buffer's memory.
 * APUS_OK, APUS_NOMEM, or APUS_LIMIT when the limit was passed. */
apus_rc apus_buf_take(apus_buf *b, apus_str *out) APUS_NODISCARD;

APUS_API_END

#endif
