/* market/interval.h - how long a bar is, and where bars begin.
 *
 * Bars are aligned to the UTC epoch; weeks begin on Monday, as ISO 8601 has it.  So two
 * sources with the same interval always share their grid. */
#ifndef MARKET_INTERVAL_H
#define MARKET_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/str.h"
#include "market/bar.h"

/* "15m" -> 900000; 0 for what is no interval of ours. */
int64_t market_interval_parse(apus_str name);

/* 900000 -> "15m"; static; NULL for what is no interval of ours. */
const char *market_interval_name(int64_t interval_ms);

/* All names, "1m 3m ... 1w"; static.  For messages. */
const char *market_interval_names(void);

/* The start of the bar that holds the moment t; t is at least MARKET_TIME_MIN. */
int64_t market_interval_floor(int64_t t, int64_t interval_ms);

/* The first start at or after t. */
int64_t market_interval_ceil(int64_t t, int64_t interval_ms);

/* Whether bars of `large` are made of whole bars of `small`; true if they are the same. */
bool market_interval_divides(int64_t small, int64_t large);

/* How many starts lie before t, counted from the epoch (for weeks: from its first Monday).
 * t is a start. */
int64_t market_interval_slot(int64_t t, int64_t interval_ms);
int64_t market_interval_slot_start(int64_t slot, int64_t interval_ms);

#endif
