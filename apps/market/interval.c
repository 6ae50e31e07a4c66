#include "market/interval.h"

static const struct {
    const char *name;
    int64_t ms;
} intervals[] = {
    { "1m", MARKET_MINUTE },       { "3m", 3 * MARKET_MINUTE },   { "5m", 5 * MARKET_MINUTE },
    { "15m", 15 * MARKET_MINUTE }, { "30m", 30 * MARKET_MINUTE }, { "1h", MARKET_HOUR },
    { "2h", 2 * MARKET_HOUR },     { "4h", 4 * MARKET_HOUR },     { "6h", 6 * MARKET_HOUR },
    { "8h", 8 * MARKET_HOUR },     { "12h", 12 * MARKET_HOUR },   { "1d", MARKET_DAY },
    { "1w", MARKET_WEEK },
};

enum { INTERVALS = sizeof intervals / sizeof *intervals };

/* 1970-01-01 was a Thursday. */
static const int64_t first_monday = 4 * MARKET_DAY;

static int64_t origin(int64_t interval_ms)
{
    return interval_ms == MARKET_WEEK ? first_monday : 0;
}

int64_t market_interval_parse(apus_str name)
{
    for (int i = 0; i < INTERVALS; i++)
        if (apus_str_eq(name, apus_str_of(intervals[i].name)))
            return intervals[i].ms;
    return 0;
}

const char *market_interval_name(int64_t interval_ms)
{
    for (int i = 0; i < INTERVALS; i++)
        if (intervals[i].ms == interval_ms)
            return intervals[i].name;
    return NULL;
}

const char *market_interval_names(void)
{
    return "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w";
}

int64_t market_interval_floor(int64_t t, int64_t interval_ms)
{
    return t - (t - origin(interval_ms)) % interval_ms;
}

int64_t market_interval_ceil(int64_t t, int64_t interval_ms)
{
    int64_t start = market_interval_floor(t, interval_ms);
    return start == t ? t : start + interval_ms;
}

bool market_interval_divides(int64_t small, int64_t large)
{
    return small <= large && large % small == 0;
}

int64_t market_interval_slot(int64_t t, int64_t interval_ms)
{
    return (t - origin(interval_ms)) / interval_ms;
}

int64_t market_interval_slot_start(int64_t slot, int64_t interval_ms)
{
    return slot * interval_ms + origin(interval_ms);
}
