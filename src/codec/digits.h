/* src/codec/digits.h - eight digits in one register.
 *
 * The first digit stands in the lowest byte, as it does in memory where the lowest byte comes
 * first, so that a bit scan counts the zeros at the end.  A byte holds 0 to 9; apus__digits_store
 * makes text of it. */
#ifndef APUS_CODEC_DIGITS_H
#define APUS_CODEC_DIGITS_H

#include <stdint.h>
#include <string.h>

/* number below 10^8: cut into fours, all of those into pairs at once, and those into digits.
 * Where high = v / n, (v << k) - high * ((n << k) - 1) is high with v % n above it.  Products
 * stay within their lanes, and the masks drop what a shift brings in from the lane above. */
static inline uint64_t apus__digits_eight(uint32_t number)
{
    uint32_t high = number / 10000;
    uint64_t v = number, fours = high;
    v = (v << 32) - fours * ((UINT64_C(10000) << 32) - 1);
    uint64_t pairs = (v * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    v = (v << 16) - pairs * ((100 << 16) - 1);
    uint64_t tens = (v * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    return (v << 8) - tens * ((10 << 8) - 1);
}

/* Writes eight bytes. */
static inline void apus__digits_store(char *to, uint64_t digits)
{
    digits |= UINT64_C(0x3030303030303030);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    digits = __builtin_bswap64(digits);
#endif
    memcpy(to, &digits, sizeof(digits));
}

/* How many digits there are up to the last that is no zero; digits != 0. */
static inline unsigned apus__digits_significant(uint64_t digits)
{
    return 8 - (unsigned)__builtin_clzll(digits) / 8;
}

#endif
