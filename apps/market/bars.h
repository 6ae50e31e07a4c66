/* market/bars.h - bars into blocks.
 *
 * Within a transaction of the caller's.  Bars that are there already stay as they are, and
 * a block that would not change is not written; so doing a thing twice is doing it once. */
#ifndef MARKET_BARS_H
#define MARKET_BARS_H

#include <stddef.h>

#include "market/store.h"

typedef struct market_tally {
    int64_t added, same, changed;
} market_tally;

/* Merges n bars, in order of time and on the grid, into the series, and adds to *tally what
 * became of them.  The series' first, last and gaps are brought up to date by
 * market_series_extend. */
apus_rc market_bars_put(market_store *store, int64_t series, int64_t interval_ms,
                        const market_bar *bars, size_t n, market_tally *tally, apus_err *err)
    APUS_NODISCARD;

#endif
