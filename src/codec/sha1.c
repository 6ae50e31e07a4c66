/* One or two blocks of 64 bytes, which is all that a handshake has. */
#include "codec/sha1.h"

#include <assert.h>

enum { BLOCK = 64, ROUNDS = 80 };

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t load(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store(uint8_t *p, uint32_t x)
{
    for (int i = 3; i >= 0; i--, x >>= 8)
        p[i] = (uint8_t)x;
}

/* What each of the four kinds of rounds mixes in (RFC 3174 section 5). */
static uint32_t mix(int round, const uint32_t h[5])
{
    switch (round / 20) {
    case 0:
        return ((h[1] & h[2]) | (~h[1] & h[3])) + UINT32_C(0x5a827999);
    case 1:
        return (h[1] ^ h[2] ^ h[3]) + UINT32_C(0x6ed9eba1);
    case 2:
        return ((h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3])) + UINT32_C(0x8f1bbcdc);
    default:
        return (h[1] ^ h[2] ^ h[3]) + UINT32_C(0xca62c1d6);
    }
}

static void add_block(uint32_t state[5], const uint8_t *block)
{
    uint32_t w[ROUNDS], h[5];
    for (int i = 0; i < 16; i++)
        w[i] = load(block + 4 * i);
    for (int i = 16; i < ROUNDS; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(h, state, sizeof(h));
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t next = rotate(h[0], 5) + mix(i, h) + h[4] + w[i];
        h[4] = h[3];
        h[3] = h[2];
        h[2] = rotate(h[1], 30);
        h[1] = h[0];
        h[0] = next;
    }
    for (int i = 0; i < 5; i++)
        state[i] += h[i];
}

void apus__sha1(apus_str text, uint8_t to[APUS__SHA1_LEN])
{
    uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
    uint8_t padded[2 * BLOCK] = { 0 };
    assert(text.len <= APUS__SHA1_INPUT_MAX);
    size_t end = text.len + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    memcpy(padded, text.ptr, text.len);
    padded[text.len] = 0x80;
    store(padded + end - 4, (uint32_t)text.len * 8);
    for (size_t i = 0; i < end; i += BLOCK)
        add_block(state, padded + i);
    for (int i = 0; i < 5; i++)
        store(to + 4 * i, state[i]);
}
