/* market/resample.h - small bars into large ones, exactly.
 *
 * Give it bars in order of time; it gives a candle whenever one is complete:
 *
 *     market_resample r;
 *     market_resample_init(&r, MARKET_MINUTE, MARKET_HOUR);
 *     for (each bar)
 *         if (market_resample_add(&r, &bar, &candle))
 *             ... candle ...
 *     if (market_resample_flush(&r, &candle))
 *         ... the last one ...
 *
 * open is the first bar's, close and market cap the last one's, high and low the extremes;
 * volume is summed with compensation, so that 1440 minutes give the same day as 24 hours.
 * Windows without any bar yield nothing; windows with some say how many. */
#ifndef MARKET_RESAMPLE_H
#define MARKET_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "market/bar.h"

/* A bar of the asked interval.  parts < of: bars of the source are missing in it. */
typedef struct market_candle {
    market_bar bar;
    uint32_t parts; /* bars of the source that it is made of */
    uint32_t of;    /* that it would be made of without gaps */
} market_candle;

/* The fields are private. */
typedef struct market_resample {
    int64_t small_ms, large_ms;
    market_candle now; /* parts == 0: none begun */
    int64_t end_ms;    /* where it ends */
    double lost;       /* what rounding took from now.bar.volume so far */
} market_resample;

/* small_ms divides large_ms; they may be equal. */
void market_resample_init(market_resample *r, int64_t small_ms, int64_t large_ms);

/* Adds a bar that is later than the one before.  true: *done is the candle that ended. */
bool market_resample_add(market_resample *r, const market_bar *bar, market_candle *done);

/* Ends the candle that was begun, if there is one. */
bool market_resample_flush(market_resample *r, market_candle *done);

#endif
