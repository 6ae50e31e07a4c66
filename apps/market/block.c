#include "market/block.h"

#include <string.h>

#include "market/interval.h"

enum { VERSION = 1, FIELDS_PLAIN = 5, CHECKED_FROM = 8 };

static void put_u16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static unsigned get_u16(const uint8_t *p)
{
    return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static void put_u32(uint8_t *p, uint32_t v)
{
    put_u16(p, v & 0xffff);
    put_u16(p + 2, v >> 16);
}

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)get_u16(p) | (uint32_t)get_u16(p + 2) << 16;
}

static void put_u64(uint8_t *p, uint64_t v)
{
    put_u32(p, (uint32_t)v);
    put_u32(p + 4, (uint32_t)(v >> 32));
}

/* In one expression, which compilers see to be a load. */
static uint64_t get_u64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static void put_double(uint8_t *p, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put_u64(p, bits);
}

static double get_double(const uint8_t *p)
{
    uint64_t bits = get_u64(p);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static bool is_present(const uint64_t *present, unsigned i)
{
    return present[i / 64] >> (i % 64) & 1;
}

static unsigned count_present(const uint64_t *present)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MARKET_BLOCK_BARS / 64; i++)
        for (uint64_t bits = present[i]; bits; bits &= bits - 1)
            n++;
    return n;
}

/* Part of the layout, so never to be changed without a new version.  It guards against a
 * bad disk, not against a forger.  Four sums side by side, because each step waits for the
 * one before it.  len is a multiple of 8. */
static uint32_t checksum(const uint8_t *bytes, size_t len)
{
    uint64_t h[4] = { len, 1, 2, 3 };
    for (size_t i = CHECKED_FROM; i < len; i += 8) {
        uint64_t *lane = &h[i / 8 & 3];
        *lane = (*lane ^ get_u64(bytes + i)) * UINT64_C(0x9e3779b97f4a7c15);
        *lane = *lane << 29 | *lane >> 35;
    }
    for (int i = 1; i < 4; i++)
        h[0] = (h[0] ^ h[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(h[0] >> 32);
}

int64_t market_block_number(int64_t t, int64_t interval_ms)
{
    return market_interval_slot(t, interval_ms) / MARKET_BLOCK_BARS;
}

int64_t market_block_start(int64_t number, int64_t interval_ms)
{
    return market_interval_slot_start(number * MARKET_BLOCK_BARS, interval_ms);
}

void market_block_clear(market_block *b, int64_t interval_ms, int64_t number)
{
    b->interval_ms = interval_ms;
    b->number = number;
    memset(b->present, 0, sizeof b->present);
}

market_put market_block_put(market_block *b, const market_bar *bar)
{
    unsigned i = (unsigned)(market_interval_slot(bar->start_ms, b->interval_ms) -
                            b->number * MARKET_BLOCK_BARS);
    const double fresh[MARKET_BLOCK_FIELDS] = { bar->open,  bar->high,   bar->low,
                                                bar->close, bar->volume, bar->market_cap };
    market_put did = MARKET_PUT_ADDED;
    if (is_present(b->present, i))
        did = memcmp(b->values[i], fresh, sizeof fresh) ? MARKET_PUT_CHANGED : MARKET_PUT_SAME;
    b->present[i / 64] |= UINT64_C(1) << (i % 64);
    memcpy(b->values[i], fresh, sizeof fresh);
    return did;
}

static void bar_at(const market_block *b, unsigned i, market_bar *out)
{
    const double *v = b->values[i];
    *out = (market_bar){
        .start_ms = market_interval_slot_start(b->number * MARKET_BLOCK_BARS + i, b->interval_ms),
        .open = v[0],
        .high = v[1],
        .low = v[2],
        .close = v[3],
        .volume = v[4],
        .market_cap = v[5],
    };
}

bool market_block_next(const market_block *b, unsigned from, unsigned *at, market_bar *out)
{
    for (unsigned i = from; i < MARKET_BLOCK_BARS; i++) {
        if (!is_present(b->present, i))
            continue;
        *at = i;
        bar_at(b, i, out);
        return true;
    }
    return false;
}

bool market_block_last(const market_block *b, market_bar *out)
{
    for (unsigned i = MARKET_BLOCK_BARS; i-- > 0;) {
        if (is_present(b->present, i)) {
            bar_at(b, i, out);
            return true;
        }
    }
    return false;
}

static unsigned fields_needed(const market_block *b)
{
    for (unsigned i = 0; i < MARKET_BLOCK_BARS; i++)
        if (is_present(b->present, i) && b->values[i][FIELDS_PLAIN] != 0)
            return MARKET_BLOCK_FIELDS;
    return FIELDS_PLAIN;
}

size_t market_block_encode(const market_block *b, uint8_t to[MARKET_BLOCK_MAX])
{
    unsigned fields = fields_needed(b);
    to[0] = VERSION;
    to[1] = (uint8_t)fields;
    put_u16(to + 2, count_present(b->present));
    put_u64(to + 8, (uint64_t)market_block_start(b->number, b->interval_ms));
    for (unsigned i = 0; i < MARKET_BLOCK_BARS / 64; i++)
        put_u64(to + 16 + i * 8, b->present[i]);

    uint8_t *p = to + MARKET_BLOCK_HEADER;
    for (unsigned i = 0; i < MARKET_BLOCK_BARS; i++) {
        if (!is_present(b->present, i))
            continue;
        for (unsigned f = 0; f < fields; f++, p += 8)
            put_double(p, b->values[i][f]);
    }
    size_t len = (size_t)(p - to);
    put_u32(to + 4, checksum(to, len));
    return len;
}

bool market_block_peek(apus_bytes head, market_block_shape *out)
{
    if (head.len < MARKET_BLOCK_HEADER || head.ptr[0] != VERSION)
        return false;
    for (unsigned i = 0; i < MARKET_BLOCK_BARS / 64; i++)
        out->present[i] = get_u64(head.ptr + 16 + i * 8);
    out->bars = count_present(out->present);
    return out->bars == get_u16(head.ptr + 2);
}

static const char *complaint(apus_bytes from, int64_t start_ms, market_block_shape *shape)
{
    if (from.len < MARKET_BLOCK_HEADER)
        return "cut short";
    if (from.ptr[0] != VERSION)
        return "of an unknown version";
    unsigned fields = from.ptr[1];
    if (fields != FIELDS_PLAIN && fields != MARKET_BLOCK_FIELDS)
        return "with an unknown layout";
    if (!market_block_peek(from, shape))
        return "whose count and bitmap disagree";
    if (from.len != MARKET_BLOCK_HEADER + (size_t)shape->bars * fields * 8)
        return "of the wrong length";
    if (get_u32(from.ptr + 4) != checksum(from.ptr, from.len))
        return "with a wrong checksum";
    if ((int64_t)get_u64(from.ptr + 8) != start_ms)
        return "of another window";
    return NULL;
}

apus_rc market_block_decode(market_block *b, int64_t interval_ms, int64_t number, apus_bytes from,
                            apus_err *err)
{
    market_block_shape shape;
    const char *wrong = complaint(from, market_block_start(number, interval_ms), &shape);
    if (wrong)
        return apus_err_set(err, APUS_SYNTAX, "a block %s (number %lld)", wrong, (long long)number);

    unsigned fields = from.ptr[1];
    b->interval_ms = interval_ms;
    b->number = number;
    memcpy(b->present, shape.present, sizeof b->present);
    const uint8_t *p = from.ptr + MARKET_BLOCK_HEADER;
    for (unsigned i = 0; i < MARKET_BLOCK_BARS; i++) {
        if (!is_present(b->present, i))
            continue;
        b->values[i][FIELDS_PLAIN] = 0;
        for (unsigned f = 0; f < fields; f++, p += 8)
            b->values[i][f] = get_double(p);
    }
    return APUS_OK;
}
