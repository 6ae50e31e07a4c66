/* market/block.h - 512 intervals of a series, packed into one row of the store.
 *
 * A block covers a fixed window of the series' grid, so a bar's place is arithmetic, a
 * range is a run of neighbouring rows, and what is not there is known to be missing:
 * a bitmap says which of the 512 bars exist.
 *
 * LAYOUT, version 1, little-endian:
 *
 *     0   u8      version, 1
 *     1   u8      doubles per bar: 5, or 6 where a market cap is known
 *     2   u16     bars
 *     4   u32     checksum of all bytes from 8 on
 *     8   i64     start of the window, in milliseconds
 *     16  u64[8]  bit i: bar i of the window exists
 *     80  bars times { open high low close volume [market_cap] }, in order of time
 *
 * Pure: bytes in, bytes out.  MEMORY is the caller's. */
#ifndef MARKET_BLOCK_H
#define MARKET_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/rc.h"
#include "apus/str.h"
#include "market/bar.h"

enum {
    MARKET_BLOCK_BARS = 512,
    MARKET_BLOCK_HEADER = 80,
    MARKET_BLOCK_FIELDS = 6,
    MARKET_BLOCK_MAX = MARKET_BLOCK_HEADER + MARKET_BLOCK_BARS * MARKET_BLOCK_FIELDS * 8,
};

/* An opened block: bars stand at their place in the window.  Read it with the functions. */
typedef struct market_block {
    int64_t interval_ms;
    int64_t number; /* of the window, counted from the epoch */
    uint64_t present[MARKET_BLOCK_BARS / 64];
    double values[MARKET_BLOCK_BARS][MARKET_BLOCK_FIELDS];
} market_block;

/* What putting a bar did. */
typedef enum market_put { MARKET_PUT_ADDED, MARKET_PUT_SAME, MARKET_PUT_CHANGED } market_put;

/* Which window the bar that starts at t belongs to. */
int64_t market_block_number(int64_t t, int64_t interval_ms);

/* Where the window starts, in milliseconds. */
int64_t market_block_start(int64_t number, int64_t interval_ms);

void market_block_clear(market_block *b, int64_t interval_ms, int64_t number);

/* Puts a bar of this window in its place; the newest word wins. */
market_put market_block_put(market_block *b, const market_bar *bar);

/* The first bar at place `from` or behind it; false if there is none.  *at is its place. */
bool market_block_next(const market_block *b, unsigned from, unsigned *at, market_bar *out);

/* The last bar; false if the block is empty. */
bool market_block_last(const market_block *b, market_bar *out);

/* Writes the layout above and returns its length. */
size_t market_block_encode(const market_block *b, uint8_t to[MARKET_BLOCK_MAX]);

/* Reads it back.  APUS_SYNTAX, with what is wrong, for anything that
 * market_block_encode would not have written for this window. */
apus_rc market_block_decode(market_block *b, int64_t interval_ms, int64_t number, apus_bytes from,
                            apus_err *err) APUS_NODISCARD;

/* What the head of a block alone tells: enough to find gaps without its prices. */
typedef struct market_block_shape {
    unsigned bars;
    uint64_t present[MARKET_BLOCK_BARS / 64];
} market_block_shape;

/* Reads the first MARKET_BLOCK_HEADER bytes; false if they are not such. */
bool market_block_peek(apus_bytes head, market_block_shape *out);

#endif
