/* A multiply-and-fold hash over eight bytes at a time (the construction known
 * from wyhash: fold the 128-bit product of two words into 64 bits).  Not for
 * cryptography: the seed only keeps a client from choosing collisions. */
#include "apus/str.h"

#define K0 UINT64_C(0xa0761d6478bd642f)
#define K1 UINT64_C(0xe7037ed1a0b428db)

static uint64_t fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t a_high = a >> 32, a_low = (uint32_t)a, b_high = b >> 32, b_low = (uint32_t)b;
    uint64_t cross = a_high * b_low + (a_low * b_low >> 32);
    uint64_t low = a_low * b_high + (uint32_t)cross;
    return (a * b) ^ (a_high * b_high + (cross >> 32) + (low >> 32));
#endif
}

/* Up to eight bytes, the first one lowest. */
static uint64_t word(const unsigned char *p, size_t n)
{
    uint64_t w;
    uint32_t first, last;
    if (n == 8) {
        memcpy(&w, p, 8);
        return w;
    }
    if (n >= 4) {
        memcpy(&first, p, 4);
        memcpy(&last, p + n - 4, 4); /* overlaps with the same bytes */
        return first | (uint64_t)last << 8 * (n - 4);
    }
    return n ? p[0] | (uint64_t)p[n / 2] << 8 * (n / 2) | (uint64_t)p[n - 1] << 8 * (n - 1) : 0;
}

uint64_t apus_hash(const void *ptr, size_t len, uint64_t seed)
{
    const unsigned char *p = ptr;
    uint64_t h = fold(seed ^ K0, len ^ K1);
    for (; len > 8; p += 8, len -= 8)
        h = fold(h ^ word(p, 8), K1);
    return fold(h ^ word(p, len), K0 ^ seed);
}
