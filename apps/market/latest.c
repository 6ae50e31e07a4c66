#include "market/latest.h"

#include <math.h>

#include "market/block.h"
#include "market/db.h"
#include "market/interval.h"

static int64_t end_of(const market_series *s)
{
    return s->last_ms + s->interval_ms;
}

static bool is_newer(const market_series *a, const market_series *b)
{
    if (a->synthetic != b->synthetic)
        return b->synthetic;
    if (end_of(a) != end_of(b))
        return end_of(a) > end_of(b);
    return a->interval_ms < b->interval_ms;
}

static const market_series *newest(const market_asset *asset, apus_str source)
{
    const market_series *best = NULL;
    for (size_t i = 0; i < asset->n_series; i++) {
        const market_series *s = &asset->series[i];
        if ((source.len == 0 || apus_str_eq(source, s->source)) && (!best || is_newer(s, best)))
            best = s;
    }
    return best;
}

/* The bar that starts at start_ms, if there is one. */
static apus_rc find_bar(market_store *store, const market_series *series, int64_t start_ms,
                        market_bar *out, apus_err *err)
{
    int64_t number = market_block_number(start_ms, series->interval_ms);
    sqlite3_stmt *s = market__db_take(store, SQL_BLOCK_GET);
    sqlite3_bind_int64(s, 1, series->id);
    sqlite3_bind_int64(s, 2, number);
    apus_rc rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        rc = market_block_decode(store->scratch, series->interval_ms, number,
                                 market__db_bytes(s, 0), err);
    market__db_give(s);
    if (rc)
        return rc;
    unsigned i = (unsigned)(market_interval_slot(start_ms, series->interval_ms) -
                            number * MARKET_BLOCK_BARS);
    bool found = market_block_next(store->scratch, i, &i, out) && out->start_ms == start_ms;
    return found ? APUS_OK : APUS_DONE;
}

apus_rc market_latest_read(market_store *store, apus_arena *a, apus_str symbol, apus_str source,
                           market_price *out, apus_err *err)
{
    market_price price = { .change_24h = NAN };
    apus_rc rc = market_asset_find(store, a, symbol, &price.asset, err);
    if (rc)
        return rc;
    const market_series *series = newest(&price.asset, source);
    if (!series)
        return apus_err_set(err, APUS_NOT_FOUND, "there is no price of %s%s%.*s",
                            price.asset.symbol.ptr, source.len ? " from source " : "",
                            APUS_FMT(source));
    price.series = *series;
    rc = find_bar(store, series, series->last_ms, &price.bar, err);
    if (rc == APUS_DONE)
        return apus_err_set(err, APUS_IO, "the last bar of %s is not in the store",
                            price.asset.symbol.ptr);
    if (rc)
        return rc;
    price.at_ms = end_of(series);

    market_bar before;
    int64_t day_before = series->last_ms - MARKET_DAY;
    if (series->interval_ms <= MARKET_DAY && day_before >= series->first_ms) {
        rc = find_bar(store, series, day_before, &before, err);
        if (rc != APUS_OK && rc != APUS_DONE)
            return rc;
        if (rc == APUS_OK)
            price.change_24h = price.bar.close / before.close - 1;
    }
    *out = price;
    return APUS_OK;
}
