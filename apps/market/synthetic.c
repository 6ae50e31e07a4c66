#include "market/synthetic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "market/bars.h"
#include "market/catalog.h"

enum { STEPS = 6, REGIMES = 3 }; /* moves within an hour: high and low come from them */

const market_synthetic_options market_synthetic_default = {
    .seed = 1,
    .start_ms = INT64_C(1672531200000), /* 2023-01-01T00:00:00Z */
    .hours = MARKET_SYNTHETIC_HOURS,
};

/* A regime of the market: how much it moves in an hour, where it drifts, how likely it
 * ends in an hour.  The next one is drawn by the weights. */
static const struct regime {
    double sigma, drift, ends;
    double next[REGIMES];
} regimes[REGIMES] = {
    { 0.0030, 0.000040, 1.0 / 400, { 0.00, 0.85, 0.15 } }, /* calm: weeks */
    { 0.0065, 0.000015, 1.0 / 160, { 0.75, 0.00, 0.25 } }, /* nervous: a week */
    { 0.0150, -0.00012, 1.0 / 40, { 0.30, 0.70, 0.00 } },  /* violent: a day or two */
};

static const struct asset {
    apus_str symbol;
    double price;  /* to begin with */
    double beta;   /* how it follows the market */
    double own;    /* its own movement, relative to the market's */
    double volume; /* units an hour, to begin with */
    int decimals;  /* of its prices */
} assets[MARKET_SYNTHETIC_ASSETS] = {
    { APUS_STR_INIT("BTC-USD"), 21000.0, 1.00, 0.25, 1400, 2 },
    { APUS_STR_INIT("ETH-USD"), 1500.0, 1.15, 0.45, 14000, 2 },
    { APUS_STR_INIT("BNB-USD"), 260.0, 0.90, 0.50, 21000, 2 },
    { APUS_STR_INIT("SOL-USD"), 18.0, 1.50, 0.90, 310000, 3 },
    { APUS_STR_INIT("XRP-USD"), 0.38, 1.05, 0.80, 21000000, 5 },
    { APUS_STR_INIT("ADA-USD"), 0.29, 1.25, 0.70, 17000000, 5 },
    { APUS_STR_INIT("DOGE-USD"), 0.072, 1.30, 1.00, 80000000, 6 },
    { APUS_STR_INIT("LTC-USD"), 75.0, 1.05, 0.60, 42000, 2 },
    { APUS_STR_INIT("LINK-USD"), 6.2, 1.20, 0.75, 900000, 4 },
    { APUS_STR_INIT("DOT-USD"), 4.6, 1.20, 0.70, 1100000, 4 },
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double next_uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

/* Nearly normal, mean 0, variance 1: four uniforms of 16 bits each, summed (Irwin-Hall). The
 * regimes, not the tails of one draw, make the large moves.  No libm, so the same everywhere. */
static double next_normal(uint64_t *state)
{
    uint64_t r = next_random(state);
    double sum = (double)((r & 0xffff) + (r >> 16 & 0xffff) + (r >> 32 & 0xffff) + (r >> 48));
    return (sum / 65535.0 - 2.0) * 1.7320508075688772;
}

/* e^x by its series, for the small moves of a step; |x| < 0.3. */
static double exp_small(double x)
{
    return 1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6)))));
}

/* What all assets share: one move of the market per step, and the hour's volatility. */
struct weather {
    float move[STEPS];
    float sigma;
};

static void make_weather(struct weather *w, int hours, uint64_t seed)
{
    int now = 0;
    uint64_t random = seed * 2;
    for (int h = 0; h < hours; h++) {
        const struct regime *r = &regimes[now];
        double sigma = r->sigma / sqrt(STEPS);
        for (int i = 0; i < STEPS; i++)
            w[h].move[i] = (float)(r->drift / STEPS + sigma * next_normal(&random));
        w[h].sigma = (float)r->sigma;
        if (next_uniform(&random) >= r->ends)
            continue;
        double pick = next_uniform(&random);
        int to = 0;
        while (to < REGIMES - 1 && pick >= r->next[to])
            pick -= r->next[to++];
        now = to;
    }
}

/* To the decimals that an exchange would quote; never down to zero. */
static double quote_of(double price, double unit)
{
    double ticks = price * unit + 0.5;
    double whole = (double)(int64_t)ticks;
    return (whole < 1 ? 1 : whole) / unit;
}

/* Busiest at 15:00 UTC, quietest at 03:00: between 0.6 and 1.4. */
static double hour_factor(int64_t start_ms)
{
    int hour = (int)(start_ms / MARKET_HOUR % 24);
    int away = abs(hour - 15) > 12 ? 24 - abs(hour - 15) : abs(hour - 15);
    return 1.4 - 0.8 * away / 12.0;
}

static void make_bars(const struct asset *asset, const struct weather *w,
                      const market_synthetic_options *o, uint64_t seed, market_bar *bars)
{
    double price = asset->price, unit = 1;
    uint64_t random = seed;
    for (int i = 0; i < asset->decimals; i++)
        unit *= 10;
    for (int h = 0; h < o->hours; h++) {
        market_bar *b = &bars[h];
        double own = asset->own * (double)w[h].sigma / sqrt(STEPS), path = 0;
        /* A weak pull back to where it began keeps three years of luck within reason. */
        double pull = -0.00002 * (price / asset->price - 1);
        *b = (market_bar){ .start_ms = o->start_ms + h * MARKET_HOUR, .open = price };
        b->high = b->low = price;
        for (int i = 0; i < STEPS; i++) {
            double move = asset->beta * (double)w[h].move[i] + own * next_normal(&random) + pull;
            price *= exp_small(move);
            path += fabs(move);
            b->high = price > b->high ? price : b->high;
            b->low = price < b->low ? price : b->low;
        }
        b->open = quote_of(b->open, unit);
        b->high = quote_of(b->high, unit);
        b->low = quote_of(b->low, unit);
        b->close = quote_of(price, unit);
        double busy = hour_factor(b->start_ms) * (0.3 + path / 0.01) *
                      (0.7 + 0.6 * next_uniform(&random)) * asset->price / b->close;
        b->volume = quote_of(asset->volume * busy, 100);
    }
}

static apus_rc fill_asset(market_store *store, const struct asset *asset,
                          const market_synthetic_options *o, const market_bar *bars, apus_err *err)
{
    market_symbol symbol;
    market_tally tally = { 0 };
    int64_t series = 0;
    if (!market_symbol_parse(asset->symbol, APUS_STR(""), &symbol))
        return apus_err_set(err, APUS_INVALID, "%s is no symbol", asset->symbol.ptr);
    apus_rc rc = market_series_ensure(store, &symbol, MARKET_HOUR, MARKET_SYNTHETIC, &series, err);
    if (!rc)
        rc = market_bars_put(store, series, MARKET_HOUR, bars, (size_t)o->hours, &tally, err);
    return rc ? rc : market_series_extend(store, series, MARKET_HOUR, bars, (size_t)o->hours, err);
}

apus_rc market_synthetic_fill(market_store *store, const market_synthetic_options *o, apus_err *err)
{
    size_t hours = (size_t)o->hours;
    struct weather *w = calloc(hours, sizeof *w);
    market_bar *bars = calloc(hours, sizeof *bars);
    apus_rc rc;
    if (!w || !bars) {
        rc = apus_err_set(err, APUS_NOMEM, "no memory for %d synthetic hours", o->hours);
        goto end;
    }
    make_weather(w, o->hours, o->seed);
    rc = market_store_begin(store, err);
    if (rc)
        goto end;
    for (int i = 0; i < MARKET_SYNTHETIC_ASSETS && !rc; i++) {
        make_bars(&assets[i], w, o, o->seed * 2 + 1 + (uint64_t)i * 1000003, bars);
        rc = fill_asset(store, &assets[i], o, bars, err);
    }
    if (!rc)
        rc = market_store_commit(store, err);
    if (rc)
        market_store_rollback(store);

end:
    free(w);
    free(bars);
    return rc;
}
