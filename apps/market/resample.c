#include "market/resample.h"

#include <math.h>

#include "market/interval.h"

void market_resample_init(market_resample *r, int64_t small_ms, int64_t large_ms)
{
    *r = (market_resample){ .small_ms = small_ms, .large_ms = large_ms };
}

static void begin(market_resample *r, const market_bar *bar)
{
    r->now.bar = *bar;
    r->now.bar.start_ms = market_interval_floor(bar->start_ms, r->large_ms);
    r->now.parts = 1;
    r->now.of = (uint32_t)(r->large_ms / r->small_ms);
    r->end_ms = r->now.bar.start_ms + r->large_ms;
    r->lost = 0;
}

/* Neumaier's sum: the low-order bits that an addition drops are kept aside. */
static void add_volume(market_resample *r, double v)
{
    double sum = r->now.bar.volume, next = sum + v;
    r->lost += fabs(sum) >= fabs(v) ? (sum - next) + v : (v - next) + sum;
    r->now.bar.volume = next;
}

static void extend(market_resample *r, const market_bar *bar)
{
    market_bar *now = &r->now.bar;
    if (bar->high > now->high)
        now->high = bar->high;
    if (bar->low < now->low)
        now->low = bar->low;
    now->close = bar->close;
    now->market_cap = bar->market_cap;
    add_volume(r, bar->volume);
    r->now.parts++;
}

bool market_resample_flush(market_resample *r, market_candle *done)
{
    if (r->now.parts == 0)
        return false;
    *done = r->now;
    done->bar.volume += r->lost;
    r->now.parts = 0;
    return true;
}

bool market_resample_add(market_resample *r, const market_bar *bar, market_candle *done)
{
    if (r->now.parts > 0 && bar->start_ms < r->end_ms) {
        extend(r, bar);
        return false;
    }
    bool ended = market_resample_flush(r, done);
    begin(r, bar);
    return ended;
}
