/* Packed blocks: bytes that are taken mean one thing, and bars survive the way there and back.
 *
 * The input is read twice: as a block, which must be refused or give the same bars after being
 * packed again; and as bars to pack, which must come back as they were. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "market/block.h"
#include "market/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NUMBER = 40, BAR_BYTES = 2 + 6 * 8 };

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static market_block first, second;
static uint8_t bytes[MARKET_BLOCK_MAX];

/* Packs `first`, opens it as `second`: the same bars. */
static void check_round_trip(void)
{
    size_t len = market_block_encode(&first, bytes);
    must(len <= sizeof bytes);
    must(!market_block_decode(&second, MARKET_HOUR, NUMBER, (apus_bytes){ bytes, len }, NULL));
    must(memcmp(first.present, second.present, sizeof first.present) == 0);
    unsigned at = 0, other;
    market_bar a, b;
    for (unsigned i = 0; market_block_next(&first, i, &at, &a); i = at + 1) {
        must(market_block_next(&second, i, &other, &b) && other == at);
        must(memcmp(&a, &b, sizeof a) == 0);
    }
    must(!market_block_next(&second, at + 1, &other, &b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    market_cursor c;
    char text[MARKET_CURSOR_MAX];
    if (market_cursor_parse((apus_str){ (const char *)data, size }, &c))
        must(market_cursor_print(&c, text) == size && memcmp(text, data, size) == 0);

    memset(&first, 0, sizeof first);
    if (!market_block_decode(&first, MARKET_HOUR, NUMBER, (apus_bytes){ data, size }, NULL))
        check_round_trip();

    memset(&first, 0, sizeof first);
    market_block_clear(&first, MARKET_HOUR, NUMBER);
    int64_t start_ms = market_block_start(NUMBER, MARKET_HOUR);
    for (size_t i = 0; i + BAR_BYTES <= size; i += BAR_BYTES) {
        unsigned at = (data[i] | (unsigned)data[i + 1] << 8) % MARKET_BLOCK_BARS;
        double v[6];
        memcpy(v, data + i + 2, sizeof v);
        if (v[5] == 0)
            v[5] = 0; /* -0 is not kept where no bar has a market cap */
        market_bar bar = { start_ms + at * MARKET_HOUR, v[0], v[1], v[2], v[3], v[4], v[5] };
        market_block_put(&first, &bar);
    }
    check_round_trip();
    return 0;
}
