/* market/candles.h - a range of an asset's history, at any interval that its bars divide.
 *
 * from is inclusive, to exclusive, and both speak of where a candle starts: a candle is never
 * cut by the range.  What is missing is said, not filled in: candles without any bar are left
 * out, candles with some say of how many, and each run of missing bars is listed as a gap.
 *
 * MEMORY: the answer lives in the caller's arena.  COST: about MARKET_CANDLES_BLOCKS blocks
 * are read at most; a page that would need more ends early, with a cursor. */
#ifndef MARKET_CANDLES_H
#define MARKET_CANDLES_H

#include "market/catalog.h"
#include "market/choose.h"
#include "market/resample.h"

enum {
    MARKET_CANDLES_MAX = 5000,  /* the largest limit */
    MARKET_CANDLES_GAPS = 1000, /* listed in one answer */
    MARKET_CANDLES_BLOCKS = 512 /* a quarter of a million bars */
};

typedef struct market_query {
    apus_str symbol;
    int64_t interval_ms;    /* of the candles */
    int64_t from_ms, to_ms; /* or MARKET_OPEN.  Without from: the last `limit` candles before to;
                               from at or past to: an empty range */
    size_t limit;           /* 1 .. MARKET_CANDLES_MAX */
    apus_str source;        /* "": see market/choose.h */
    apus_str cursor; /* "", or `next` of the page before; from, to and source then follow it */
} market_query;

/* Bars of the source that are missing: from the start of the first to the end of the last. */
typedef struct market_gap {
    int64_t from_ms, to_ms;
    int64_t missing;
} market_gap;

typedef struct market_page {
    market_asset asset;
    market_series series; /* where the candles come from: its source, first, last, interval */
    int64_t interval_ms;  /* of the candles */
    market_candle *candles;
    size_t n_candles;
    market_gap *gaps; /* within the time that this page covers */
    size_t n_gaps;
    int64_t n_gaps_all; /* > n_gaps if not all could be listed */
    apus_str next;      /* cursor of the next page; "" if this is the last */
} market_page;

/* APUS_OK, also for an empty page; APUS_NOT_FOUND if there is no such asset, or it has no
 * series that could answer; APUS_INVALID for a range, limit or cursor that makes no sense; and
 * what the store fails with. */
apus_rc market_candles_read(market_store *store, apus_arena *a, const market_query *q,
                            market_page *out, apus_err *err) APUS_NODISCARD;

#endif
