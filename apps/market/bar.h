/* market/bar.h - one bar of a price history.
 *
 * A bar says what happened from start_ms until start_ms + interval: the first, highest,
 * lowest and last price, and how much was traded.  All times are milliseconds since
 * 1970-01-01T00:00:00Z, and a bar is named by its start. */
#ifndef MARKET_BAR_H
#define MARKET_BAR_H

#include <stdint.h>

#define MARKET_SECOND INT64_C(1000) /* in milliseconds, like every market time */
#define MARKET_MINUTE (60 * MARKET_SECOND)
#define MARKET_HOUR   (60 * MARKET_MINUTE)
#define MARKET_DAY    (24 * MARKET_HOUR)
#define MARKET_WEEK   (7 * MARKET_DAY)

/* 2000-01-01T00:00:00Z: what claims to be older is a mistake in the file. */
#define MARKET_TIME_MIN INT64_C(946684800000)

/* The end of the year 9999: the largest time that RFC 3339 can write. */
#define MARKET_TIME_MAX INT64_C(253402300799999)

typedef struct market_bar {
    int64_t start_ms;
    double open, high, low, close; /* above zero and finite; high and low enclose the others */
    double volume;                 /* in the unit of the source; 0 also where it was not known */
    double market_cap;             /* 0: not known */
} market_bar;

#endif
