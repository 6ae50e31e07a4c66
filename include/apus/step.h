/* apus/step.h - sixteen bytes at a time.
 *
 * What scans text (JSON, heads, UTF-8) looks at a step of bytes at once: with SSE2 where
 * that is, else byte by byte in loops that compilers know how to unroll.
 *
 *     apus_step s = apus_step_load(p);
 *     unsigned marks = apus_step_marks(apus_step_or(apus_step_is(s, '"'), apus_step_below(s, '
 * '))); size_t n = apus_step_first(marks);     how many bytes come before the first quote or
 * control
 *
 * A test gives a step with all bits set in the bytes that pass and none in the others.
 *
 * MEMORY: APUS_STEP bytes are read or written where a pointer points.  Nothing suspends. */
#ifndef APUS_STEP_H
#define APUS_STEP_H

#include <stddef.h>
#include <string.h>

#include "apus/api.h"

#if defined(__SSE2__) && !defined(APUS_STEP_PLAIN)
#define APUS__STEP_SSE2 1
#include <emmintrin.h>
#endif

APUS_API_BEGIN

enum { APUS_STEP = 16 }; /* bytes */

#ifdef APUS__STEP_SSE2
typedef __m128i apus_step;

/* The APUS_STEP bytes at p. */
static inline apus_step apus_step_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Writes them to `to`. */
static inline void apus_step_store(char *to, apus_step s)
{
    _mm_storeu_si128((__m128i *)(void *)to, s);
}

/* Bytes that are c. */
static inline apus_step apus_step_is(apus_step s, char c)
{
    return _mm_cmpeq_epi8(s, _mm_set1_epi8(c));
}

/* Bytes that are the same in both. */
static inline apus_step apus_step_same(apus_step a, apus_step b)
{
    return _mm_cmpeq_epi8(a, b);
}

/* Bytes from first to last, as unsigned numbers; first <= last. */
static inline apus_step apus_step_within(apus_step s, unsigned char first, unsigned char last)
{
    apus_step up = _mm_sub_epi8(s, _mm_set1_epi8((char)first));
    return _mm_cmpeq_epi8(_mm_min_epu8(up, _mm_set1_epi8((char)(last - first))), up);
}

/* Bytes that pass one test or the other. */
static inline apus_step apus_step_or(apus_step a, apus_step b)
{
    return _mm_or_si128(a, b);
}

/* One bit for each byte whose top bit is set, the first one's lowest. */
static inline unsigned apus_step_marks(apus_step s)
{
    return (unsigned)_mm_movemask_epi8(s);
}

#else
typedef struct apus_step {
    unsigned char bytes[APUS_STEP];
} apus_step;

static inline apus_step apus_step_load(const char *p)
{
    apus_step s;
    memcpy(s.bytes, p, APUS_STEP);
    return s;
}

static inline void apus_step_store(char *to, apus_step s)
{
    memcpy(to, s.bytes, APUS_STEP);
}

static inline apus_step apus_step_is(apus_step s, char c)
{
    for (int i = 0; i < APUS_STEP; i++)
        s.bytes[i] = s.bytes[i] == (unsigned char)c ? 0xff : 0;
    return s;
}

static inline apus_step apus_step_same(apus_step a, apus_step b)
{
    for (int i = 0; i < APUS_STEP; i++)
        a.bytes[i] = a.bytes[i] == b.bytes[i] ? 0xff : 0;
    return a;
}

static inline apus_step apus_step_within(apus_step s, unsigned char first, unsigned char last)
{
    for (int i = 0; i < APUS_STEP; i++)
        s.bytes[i] = (unsigned char)(s.bytes[i] - first) <= last - first ? 0xff : 0;
    return s;
}

static inline apus_step apus_step_or(apus_step a, apus_step b)
{
    for (int i = 0; i < APUS_STEP; i++)
        a.bytes[i] |= b.bytes[i];
    return a;
}

static inline unsigned apus_step_marks(apus_step s)
{
    unsigned marks = 0;
    for (int i = 0; i < APUS_STEP; i++)
        marks |= (unsigned)(s.bytes[i] >> 7) << i;
    return marks;
}
#endif

/* Bytes below c, as unsigned numbers; c is not 0. */
static inline apus_step apus_step_below(apus_step s, unsigned char c)
{
    return apus_step_within(s, 0, (unsigned char)(c - 1));
}

/* How many bytes come before the first that is marked; APUS_STEP if none is. */
static inline size_t apus_step_first(unsigned marks)
{
#if defined(__GNUC__)
    return (size_t)__builtin_ctz(marks | 1U << APUS_STEP);
#else
    size_t n = 0;
    while (n < APUS_STEP && !(marks >> n & 1))
        n++;
    return n;
#endif
}

APUS_API_END

#endif
