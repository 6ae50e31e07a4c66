/* market/catalog.h - which assets there are, and which series each has.
 *
 * Reading gives whole records in the caller's arena.  Adding happens within a transaction
 * of the caller's (market_store_begin). */
#ifndef MARKET_CATALOG_H
#define MARKET_CATALOG_H

#include <stdbool.h>

#include "market/store.h"
#include "market/symbol.h"

/* The source of what market/synthetic.h makes up.  Never an import's. */
#define MARKET_SYNTHETIC APUS_STR("synthetic")

/* One asset's history at one interval from one source.  Its last bar covers the time until
 * last_ms + interval_ms. */
typedef struct market_series {
    int64_t id, asset_id, interval_ms;
    apus_str source;
    int64_t first_ms, last_ms; /* starts of the first and the last bar */
    int64_t bars;
    int64_t gaps;    /* runs of missing bars between first and last */
    int64_t missing; /* bars in all of them */
    bool synthetic;  /* made up */
} market_series;

typedef struct market_asset {
    int64_t id;
    apus_str symbol, base, quote; /* "BTC-USD", "BTC", "USD"; quote may be "" */
    apus_str name;                /* "Bitcoin"; "" if we know none */
    apus_str kind;                /* "crypto", "stablecoin", "wrapped" */
    market_series *series;        /* those with bars; by interval, then source */
    size_t n_series;
} market_asset;

typedef struct market_assets {
    market_asset *ptr;
    size_t len;
    bool more; /* there are others behind the last one */
} market_assets;

/* At most `limit` assets whose symbols come after `after` ("" for all), by symbol.  `limit`
 * is at least 1. */
apus_rc market_assets_list(market_store *store, apus_arena *a, apus_str after, size_t limit,
                           market_assets *out, apus_err *err) APUS_NODISCARD;

/* The asset of that symbol, however it is spelled ("btc/usd").  APUS_NOT_FOUND. */
apus_rc market_asset_find(market_store *store, apus_arena *a, apus_str symbol, market_asset *out,
                          apus_err *err) APUS_NODISCARD;

/* The id of the asset's series, added with the asset where they did not exist. */
apus_rc market_series_ensure(market_store *store, const market_symbol *symbol, int64_t interval_ms,
                             apus_str source, int64_t *id, apus_err *err) APUS_NODISCARD;

/* Does what market_series_refresh does, after n bars (in order of time) were put into the series.
 * Where they are all behind its last bar, the blocks need not be read for it. */
apus_rc market_series_extend(market_store *store, int64_t id, int64_t interval_ms,
                             const market_bar *bars, size_t n, apus_err *err) APUS_NODISCARD;

/* Brings first, last, bars, gaps and missing up to date with the blocks. */
apus_rc market_series_refresh(market_store *store, int64_t id, int64_t interval_ms, apus_err *err)
    APUS_NODISCARD;

#endif
