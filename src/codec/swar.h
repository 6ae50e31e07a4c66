/* src/codec/swar.h - eight bytes at a time in a plain register.
 *
 * A byte below 0x20 makes its top bit appear in (word - 0x20...) & ~word, and an equal byte
 * in the same way after an xor; a borrow may mark bytes above the first that is marked
 * rightly, never below, so the lowest mark is exact. */
#ifndef APUS_CODEC_SWAR_H
#define APUS_CODEC_SWAR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define APUS__ONES UINT64_C(0x0101010101010101)
#define APUS__TOPS UINT64_C(0x8080808080808080)

/* Marks of quotes, backslashes and control characters. */
static inline uint64_t apus__json_specials(uint64_t word)
{
    uint64_t quote = word ^ APUS__ONES * '"', backslash = word ^ APUS__ONES * '\\';
    return (((word - APUS__ONES * 0x20) & ~word) | ((quote - APUS__ONES) & ~quote) |
            ((backslash - APUS__ONES) & ~backslash)) &
           APUS__TOPS;
}

/* How many of n bytes at p come before the first that is special in a JSON string. */
static inline size_t apus__json_plain(const char *p, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, 8);
        uint64_t marks = apus__json_specials(word);
        if (marks) {
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return i + (size_t)(__builtin_ctzll(marks) >> 3);
#else
            break;
#endif
        }
    }
    while (i < n && p[i] != '"' && p[i] != '\\' && (unsigned char)p[i] >= 0x20)
        i++;
    return i;
}

#endif
