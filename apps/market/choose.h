/* market/choose.h - which of an asset's series answers a question.
 *
 * One answer has one source.  Unless the caller names it: what was recorded comes before
 * what was made up; then the series that covers most of the range that was asked for (of an
 * open range: that reaches furthest); then the coarsest, which is read fastest; then the one
 * with most bars; then the first by name.  So the same question has the same answer as long as
 * the store stays the same. */
#ifndef MARKET_CHOOSE_H
#define MARKET_CHOOSE_H

#include "market/catalog.h"

#define MARKET_OPEN INT64_MIN /* a bound that was not given */

/* The series to make candles of interval_ms from, or NULL if none can.  source "" means any;
 * interval_ms 0 means any.  The result is one of asset->series. */
const market_series *market_choose(const market_asset *asset, int64_t interval_ms, apus_str source,
                                   int64_t from_ms, int64_t to_ms);

#endif
