/* UTF-8 as RFC 3629 has it.
 *
 * The second byte decides everything that the first leaves open, so each lead
 * byte has a range for it; further bytes are plain continuations.
 *
 *     lead      second    length
 *     C2..DF    80..BF    2
 *     E0        A0..BF    3        (below A0: overlong)
 *     E1..EC    80..BF    3
 *     ED        80..9F    3        (above 9F: surrogates)
 *     EE..EF    80..BF    3
 *     F0        90..BF    4        (below 90: overlong)
 *     F1..F3    80..BF    4
 *     F4        80..8F    4        (above 8F: past U+10FFFF) */
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "apus/str.h"

static bool is_ascii_word(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, 8);
    return !(word & UINT64_C(0x8080808080808080));
}

#if defined(__SSE2__)
static bool is_ascii_line(const unsigned char *p)
{
    const __m128i *at = (const __m128i *)(const void *)p;
    __m128i a = _mm_or_si128(_mm_loadu_si128(at), _mm_loadu_si128(at + 1));
    __m128i b = _mm_or_si128(_mm_loadu_si128(at + 2), _mm_loadu_si128(at + 3));
    return _mm_movemask_epi8(_mm_or_si128(a, b)) == 0;
}
#else
static bool is_ascii_line(const unsigned char *p)
{
    for (size_t i = 0; i < 64; i += 8)
        if (!is_ascii_word(p + i))
            return false;
    return true;
}
#endif

static size_t ascii_run(const unsigned char *p, size_t n)
{
    size_t i = 0;
    while (i + 64 <= n && is_ascii_line(p + i))
        i += 64;
    while (i + 8 <= n && is_ascii_word(p + i))
        i += 8;
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

/* The length of the sequence at p, or 0 if it is not one. */
static size_t sequence(const unsigned char *p, size_t n)
{
    unsigned char lead = p[0];
    size_t len = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (len == 0 || len > n)
        return 0;
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

bool apus_str_is_utf8(apus_str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        i += ascii_run(p + i, s.len - i);
        if (i == s.len)
            break;
        size_t len = sequence(p + i, s.len - i);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

size_t apus_str_codepoints(apus_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}
