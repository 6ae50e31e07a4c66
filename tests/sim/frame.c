#include "frame.h"

#include <string.h>

#include "sys/sim/sim.h"

enum { MASKED = 0x80, SHORT_MAX = 125, TWO_BYTES = 126 };

static void put_head(apus_buf *to, unsigned first, unsigned masked, size_t len)
{
    apus_buf_addc(to, (char)first);
    if (len <= SHORT_MAX) {
        apus_buf_addc(to, (char)(masked | len));
    } else {
        apus_buf_addc(to, (char)(masked | TWO_BYTES));
        apus_buf_addc(to, (char)(len >> 8));
        apus_buf_addc(to, (char)len);
    }
}

void frame_put(apus_buf *to, unsigned first, apus_str bytes)
{
    unsigned char mask[4];
    uint64_t random = sim_random();
    put_head(to, first, MASKED, bytes.len);
    memcpy(mask, &random, sizeof(mask));
    apus_buf_add(to, (apus_str){ (const char *)mask, sizeof(mask) });
    for (size_t i = 0; i < bytes.len; i++)
        apus_buf_addc(to, (char)(bytes.ptr[i] ^ (char)mask[i % sizeof(mask)]));
}

void frame_put_plain(apus_buf *to, unsigned first, apus_str bytes)
{
    put_head(to, first, 0, bytes.len);
    apus_buf_add(to, bytes);
}
