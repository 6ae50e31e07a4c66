/* market/latest.h - the newest price that is known of an asset. */
#ifndef MARKET_LATEST_H
#define MARKET_LATEST_H

#include "market/catalog.h"

typedef struct market_price {
    market_asset asset;
    market_series series; /* that it is from */
    market_bar bar;       /* its last bar; the price is bar.close ... */
    int64_t at_ms;        /* ... as of the end of that bar */
    double change_24h;    /* fraction of the price a day before at_ms; NaN if that is not known */
} market_price;

/* From the series that reaches furthest, recorded before made up; of those that end together,
 * the finest.  source "" means any.  APUS_OK, APUS_NOT_FOUND, and what the store fails with. */
apus_rc market_latest_read(market_store *store, apus_arena *a, apus_str symbol, apus_str source,
                           market_price *out, apus_err *err) APUS_NODISCARD;

#endif
