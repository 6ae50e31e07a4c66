/* apus/str.h - text: a pointer and a length.
 *
 * A slice of somebody else's memory; copying the struct copies no bytes, and
 * the bytes live as long as whoever owns them says.
 *
 * Text that Apus hands to a handler (parameters, model fields, results of
 * apus_strf) is valid UTF-8 and has a NUL behind its last byte, so `s.ptr` is
 * also a C string.  A slice cut out of a longer text by the functions below
 * has not: print those with "%.*s" and APUS_FMT. */
#ifndef APUS_STR_H
#define APUS_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "apus/api.h"

APUS_API_BEGIN

typedef struct apus_str {
    const char *ptr; /* never NULL in text that Apus made; {0} counts as "" */
    size_t len;      /* in bytes, without the NUL */
} apus_str;

/* Bytes that need not be text; base64 (RFC 4648) on the wire. */
typedef struct apus_bytes {
    const uint8_t *ptr;
    size_t len;
} apus_bytes;

/* A slice of a string literal; anything but a literal fails to compile. */
#define APUS_STR(literal) ((apus_str){ "" literal, sizeof(literal) - 1 })

/* The same as a constant initialiser, for tables. */
#define APUS_STR_INIT(literal)                                                                     \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

/* The two arguments printf's "%.*s" wants. */
#define APUS_FMT(s) (int)(s).len, (s).ptr

/* The text of a C string, not copied; NULL counts as "". */
static inline apus_str apus_str_of(const char *cstr)
{
    return cstr ? (apus_str){ cstr, strlen(cstr) } : (apus_str){ "", 0 };
}

/* The same bytes. */
static inline bool apus_str_eq(apus_str a, apus_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Equal but for the case of ASCII letters. */
bool apus_str_eq_nocase(apus_str a, apus_str b);

/* < 0, 0 or > 0, by bytes; a prefix comes before the longer text. */
int apus_str_cmp(apus_str a, apus_str b);

/* Whether s begins, or ends, with those bytes. */
bool apus_str_starts(apus_str s, apus_str prefix);
bool apus_str_ends(apus_str s, apus_str suffix);

/* The index of the first c in s, or SIZE_MAX. */
size_t apus_str_find(apus_str s, char c);

/* The part of s from byte `from` on, at most n bytes; both are clamped. */
static inline apus_str apus_str_slice(apus_str s, size_t from, size_t n)
{
    if (from > s.len)
        from = s.len;
    size_t rest = s.len - from;
    return (apus_str){ s.ptr + from, n < rest ? n : rest };
}

/* Takes the first n bytes off *s and returns them; n is at most s->len. */
static inline apus_str apus_str_cut(apus_str *s, size_t n)
{
    apus_str head = { s->ptr, n };
    s->ptr += n;
    s->len -= n;
    return head;
}

/* s without leading and trailing spaces, tabs, CR and LF. */
apus_str apus_str_trim(apus_str s);

/* Whether s is valid UTF-8 (RFC 3629: no surrogates, nothing overlong). */
bool apus_str_is_utf8(apus_str s);

/* How many code points valid UTF-8 holds. */
size_t apus_str_codepoints(apus_str s);

/* A 64-bit hash of bytes, seeded so that a client cannot choose collisions. */
uint64_t apus_hash(const void *ptr, size_t len, uint64_t seed);

APUS_API_END

#endif
