/* The endpoints: ask the store, turn what it says into wire types, or fail with a reason. */
#include "market/api.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "market/candles.h"
#include "market/interval.h"
#include "market/latest.h"
#include "market/wire.h"

App(market, title = "Apus Market", version = "0.1.0",
    summary = "Price histories that say where they come from",
    description =
        "Assets, candles at any interval, and the latest price. Every answer names its source, "
        "says from when "
        "to when it knows, and lists what is missing. What is made up is marked `synthetic`.",
    tags =
        [
            { name : "assets", description : "What there is." },
            { name : "prices", description : "What it cost." },
            { name : "service", description : "How the service is." }
        ],
    license = { name : "MIT License", identifier : "MIT" }, servers = "/", problems = rfc9457,
    openapi_extra = { security : [] }); // nothing here needs a credential

/* App lifetime: set by main before the service starts, read by open_store. */
static market_store *store_in_use;

void market_api_use(market_store *store)
{
    store_in_use = store;
}

/// The price store.
market_store *open_store(apus_req *req)
{
    if (!store_in_use)
        return apus_fail(req, 503, "no_store", "the service has no store");
    return store_in_use;
}

/* --- from the store's words to those of the wire --- */

static apus_time time_of(int64_t ms)
{
    int64_t seconds = ms / MARKET_SECOND, rest = ms % MARKET_SECOND;
    if (rest < 0) {
        seconds--;
        rest += MARKET_SECOND;
    }
    return (apus_time){ .seconds = seconds, .nanos = (int32_t)(rest * APUS_MILLISECOND) };
}

/* Rounded up: a candle starts at a whole millisecond, at or after the moment. */
static int64_t ms_of(const apus_time *t)
{
    if (!t)
        return MARKET_OPEN;
    return t->seconds * MARKET_SECOND + (t->nanos + APUS_MILLISECOND - 1) / APUS_MILLISECOND;
}

static const char *const interval_names[] = {
    [INTERVAL_1M] = "1m",   [INTERVAL_3M] = "3m", [INTERVAL_5M] = "5m",   [INTERVAL_15M] = "15m",
    [INTERVAL_30M] = "30m", [INTERVAL_1H] = "1h", [INTERVAL_2H] = "2h",   [INTERVAL_4H] = "4h",
    [INTERVAL_6H] = "6h",   [INTERVAL_8H] = "8h", [INTERVAL_12H] = "12h", [INTERVAL_1D] = "1d",
    [INTERVAL_1W] = "1w",
};

enum { INTERVALS = sizeof interval_names / sizeof *interval_names };

static int64_t ms_of_interval(interval i)
{
    return market_interval_parse(apus_str_of(interval_names[i]));
}

static interval interval_of(int64_t ms)
{
    int i = 0;
    while (i < INTERVALS - 1 && ms_of_interval((interval)i) != ms)
        i++;
    return (interval)i;
}

/* NULL for "": what is not known is null on the wire. */
static apus_str *known_str(apus_req *req, apus_str text)
{
    if (text.len == 0)
        return NULL;
    apus_str *out = apus_new(req, apus_str);
    *out = text;
    return out;
}

static double *known_number(apus_req *req, double value, bool known)
{
    if (!known)
        return NULL;
    double *out = apus_new(req, double);
    *out = value;
    return out;
}

static series series_of(const market_series *s)
{
    return (series){
        .interval = interval_of(s->interval_ms),
        .source = s->source,
        .synthetic = s->synthetic,
        .first = time_of(s->first_ms),
        .last = time_of(s->last_ms),
        .bars = s->bars,
        .gaps = s->gaps,
        .missing = s->missing,
    };
}

static asset asset_of(apus_req *req, const market_asset *from)
{
    asset out = {
        .symbol = from->symbol,
        .base = from->base,
        .quote = known_str(req, from->quote),
        .name = known_str(req, from->name),
        .kind = from->kind,
        .series = { apus_new_n(req, series, from->n_series), from->n_series },
    };
    for (size_t i = 0; i < from->n_series; i++)
        out.series.ptr[i] = series_of(&from->series[i]);
    return out;
}

static candle candle_of(apus_req *req, const market_candle *from)
{
    const market_bar *b = &from->bar;
    return (candle){
        .time = time_of(b->start_ms),
        .open = b->open,
        .high = b->high,
        .low = b->low,
        .close = b->close,
        .volume = b->volume,
        .market_cap = known_number(req, b->market_cap, b->market_cap > 0),
        .bars = (int32_t)from->parts,
        .complete = from->parts == from->of,
    };
}

static candle_list candles_of(apus_req *req, const market_page *page)
{
    candle_list out = { apus_new_n(req, candle, page->n_candles), page->n_candles };
    for (size_t i = 0; i < out.len; i++)
        out.ptr[i] = candle_of(req, &page->candles[i]);
    return out;
}

static gap_list gaps_of(apus_req *req, const market_page *page)
{
    gap_list out = { apus_new_n(req, gap, page->n_gaps), page->n_gaps };
    for (size_t i = 0; i < out.len; i++)
        out.ptr[i] = (gap){
            .from = time_of(page->gaps[i].from_ms),
            .to = time_of(page->gaps[i].to_ms),
            .missing = page->gaps[i].missing,
        };
    return out;
}

/* --- failures --- */

/* What the store failed with, as an answer.  What concerns the operator goes to the log and
 * not to the client. */
static void *fail_with(apus_req *req, apus_rc rc, const apus_err *err)
{
    switch (rc) {
    case APUS_NOT_FOUND:
        return apus_fail(req, 404, "not_found", "%s", err->msg);
    case APUS_INVALID:
        return apus_fail(req, 400, "bad_query", "%s", err->msg);
    case APUS_NOMEM:
        return apus_fail(req, 503, "out_of_memory", "there is not enough memory for this answer");
    default:
        fprintf(stderr, "%s: %s\n", apus_req_id(req), err->msg);
        return apus_fail(req, 503, "store_unavailable", "the price store cannot be read");
    }
}

/* --- endpoints --- */

/// How the service is.
///
/// Reads the store, so that `ok` means that prices can be had.
Get("/health", tags = "service", shed = never, responses = { 503 : "The store cannot be read." })
health *get_health(apus_req *req, market_store *db Depends(open_store))
{
    apus_err err;
    market_totals totals;
    apus_rc rc = market_store_totals(db, &totals, &err);
    if (rc)
        return fail_with(req, rc, &err);
    health *out = apus_new(req, health);
    *out = (health){
        .status = APUS_STR("ok"),
        .version = apus_str_of(apus_version()),
        .assets = totals.assets,
        .series = totals.series,
        .bars = totals.bars,
    };
    return out;
}

/// Assets, by symbol.
///
/// Each with the series that the store has of it: which intervals, from which source, from
/// when to when, and how much is missing.
Get("/v1/assets", tags = "assets")
asset_page *list_assets(apus_req *req,
                        int limit Query(default = 100, ge = 1, le = 500,
                                        description = "Assets in a page."),
                        apus_str cursor Query(default = "", max_length = 32,
                                              description = "`next` of the page before."),
                        market_store *db Depends(open_store))
{
    apus_err err;
    market_assets found;
    apus_rc rc = market_assets_list(db, apus_req_arena(req), cursor, (size_t)limit, &found, &err);
    if (rc)
        return fail_with(req, rc, &err);
    asset_page *out = apus_new(req, asset_page);
    out->assets = (asset_list){ apus_new_n(req, asset, found.len), found.len };
    for (size_t i = 0; i < found.len; i++)
        out->assets.ptr[i] = asset_of(req, &found.ptr[i]);
    if (found.more)
        out->next = known_str(req, found.ptr[found.len - 1].symbol);
    return out;
}

/// One asset.
///
/// The symbol may be spelled `BTC-USD`, `btc-usd` or `btc_usd`.
Get("/v1/assets/{symbol}", tags = "assets", responses = { 404 : "There is no such asset." })
asset *get_asset(apus_req *req,
                 apus_str symbol Path(min_length = 1, max_length = 32, example = "BTC-USD"),
                 market_store *db Depends(open_store))
{
    apus_err err;
    market_asset found;
    apus_rc rc = market_asset_find(db, apus_req_arena(req), symbol, &found, &err);
    if (rc)
        return fail_with(req, rc, &err);
    asset *out = apus_new(req, asset);
    *out = asset_of(req, &found);
    return out;
}

/// Candles of an asset, oldest first.
///
/// `from` is inclusive, `to` exclusive, and both speak of where candles start, so no candle is
/// cut; a `from` at or past `to` leaves none. Without `from`: the last `limit` candles before `to`.
/// Candles are made of the stored bars, exactly; where bars are missing, the candle says so and the
/// gap is listed.
///
/// One answer has one source: the one asked for, or else the recorded series that covers most
/// of the range. Follow `next` until it is null; pages keep to the source of the first.
Get("/v1/assets/{symbol}/candles", tags = "prices", responses = {
    400 : "The cursor is not from a page of this query.",
    404 : "There is no such asset, or nothing to make these candles of."
})
candle_page *list_candles(
    apus_req *req, apus_str symbol Path(min_length = 1, max_length = 32, example = "BTC-USD"),
    interval each Query(alias = "interval", default = INTERVAL_1H),
    apus_time *from Query(example = "2024-12-01T00:00:00Z",
                          description = "Start of the first candle; RFC 3339 or unix time."),
    apus_time *to Query(example = "2024-12-02T00:00:00Z",
                        description = "Where no candle starts any more; RFC 3339 or unix time."),
    int limit Query(default = 500, ge = 1, le = MARKET_CANDLES_MAX,
                    description = "Candles in a page."),
    apus_str source Query(default = "", max_length = 127, description = "Only from this source."),
    apus_str cursor Query(default = "", max_length = 96,
                          description = "`next` of the page before; it carries range and source."),
    market_store *db Depends(open_store))
{
    apus_err err;
    market_page page;
    market_query query = {
        .symbol = symbol,
        .interval_ms = ms_of_interval(each),
        .from_ms = ms_of(from),
        .to_ms = ms_of(to),
        .limit = (size_t)limit,
        .source = source,
        .cursor = cursor,
    };
    apus_rc rc = market_candles_read(db, apus_req_arena(req), &query, &page, &err);
    if (rc)
        return fail_with(req, rc, &err);
    candle_page *out = apus_new(req, candle_page);
    *out = (candle_page){
        .symbol = page.asset.symbol,
        .interval = each,
        .stored = interval_of(page.series.interval_ms),
        .source = page.series.source,
        .synthetic = page.series.synthetic,
        .first = time_of(page.series.first_ms),
        .last = time_of(page.series.last_ms),
        .candles = candles_of(req, &page),
        .gaps = gaps_of(req, &page),
        .gaps_total = page.n_gaps_all,
        .next = known_str(req, page.next),
    };
    return out;
}

/// The latest price of an asset.
///
/// From the recorded series that reaches furthest, unless a source is asked for.
Get("/v1/assets/{symbol}/price", tags = "prices",
    responses = { 404 : "There is no such asset, or no price of it." })
price *get_price(apus_req *req,
                 apus_str symbol Path(min_length = 1, max_length = 32, example = "BTC-USD"),
                 apus_str source Query(default = "", max_length = 127,
                                       description = "Only from this source."),
                 market_store *db Depends(open_store))
{
    apus_err err;
    market_price found;
    apus_rc rc = market_latest_read(db, apus_req_arena(req), symbol, source, &found, &err);
    if (rc)
        return fail_with(req, rc, &err);
    price *out = apus_new(req, price);
    *out = (price){
        .symbol = found.asset.symbol,
        .price = found.bar.close,
        .time = time_of(found.at_ms),
        .change_24h = known_number(req, found.change_24h, !isnan(found.change_24h)),
        .interval = interval_of(found.series.interval_ms),
        .source = found.series.source,
        .synthetic = found.series.synthetic,
    };
    return out;
}
