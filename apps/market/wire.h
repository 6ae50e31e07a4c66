/* market/wire.h - what the service says over HTTP, as types. */
#ifndef MARKET_WIRE_H
#define MARKET_WIRE_H

#include <apus/apus.h>

/// How long a candle is. Candles are aligned to UTC; weeks begin on Monday.
typedef enum interval {
    INTERVAL_1M Name("1m"),
    INTERVAL_3M Name("3m"),
    INTERVAL_5M Name("5m"),
    INTERVAL_15M Name("15m"),
    INTERVAL_30M Name("30m"),
    INTERVAL_1H Name("1h"),
    INTERVAL_2H Name("2h"),
    INTERVAL_4H Name("4h"),
    INTERVAL_6H Name("6h"),
    INTERVAL_8H Name("8h"),
    INTERVAL_12H Name("12h"),
    INTERVAL_1D Name("1d"),
    INTERVAL_1W Name("1w"),
} interval;

/// One asset's history at one interval from one source. Sources are never mixed.
typedef struct series {
    interval interval;                               ///< How long each bar is.
    apus_str source Field(example = "binance_2024"); ///< Where the bars come from.
    bool synthetic;                              ///< True: made up, nobody traded at these prices.
    apus_time first;                             ///< Start of the first bar.
    apus_time last;                              ///< Start of the last bar.
    int64_t bars Field(ge = 0, example = 26280); ///< How many bars there are.
    int64_t gaps Field(ge = 0);    ///< Runs of missing bars between the first and the last.
    int64_t missing Field(ge = 0); ///< Bars that are missing in these runs.
} series;
List(series);

/// An asset whose price history is in the store.
typedef struct asset {
    apus_str symbol Field(example = "BTC-USD"); ///< What to ask for.
    apus_str base Field(example = "BTC");       ///< What is priced.
    apus_str *quote Field(example = "USD");     ///< What it is priced in, if that is known.
    apus_str *name Field(example = "Bitcoin");  ///< What people call it, if that is known.
    apus_str kind Field(example = "crypto");    ///< `crypto`, `stablecoin` or `wrapped`.
    series_list series;                         ///< By interval, then source.
} asset;
List(asset);

/// A page of assets, by symbol.
typedef struct asset_page {
    asset_list assets;
    apus_str *next; ///< `cursor` of the next page; null: this is the last one.
} asset_page;

/// What happened to the price from `time` until `time` + interval.
typedef struct candle {
    apus_time time; ///< When it starts.
    double open Field(gt = 0, example = 93135.32);
    double high Field(gt = 0, example = 93315.72);
    double low Field(gt = 0, example = 93009.52);
    double close Field(gt = 0, example = 93055.81);
    double volume Field(ge = 0, example = 406.24904); ///< In the unit of the source.
    double *market_cap Field(gt = 0);                 ///< At its end, if the source tells it.
    int32_t bars Field(ge = 1, example = 4);          ///< Stored bars it is made of.
    bool complete; ///< False: some bars that belong in it are missing, or yet to come.
} candle;
List(candle);

/// Bars that are missing at the source. Nothing is filled in for them.
typedef struct gap {
    apus_time from;                ///< Where the first missing bar would start.
    apus_time to;                  ///< Where the last missing bar would end.
    int64_t missing Field(ge = 1); ///< How many bars that is, of the stored interval.
} gap;
List(gap);

/// A page of candles, oldest first, and all that is needed to judge them.
typedef struct candle_page {
    apus_str symbol Field(example = "BTC-USD");
    interval interval;                               ///< Of the candles.
    interval stored;                                 ///< Of the stored bars that they are made of.
    apus_str source Field(example = "binance_2024"); ///< Where these bars come from.
    bool synthetic;  ///< True: made up, nobody traded at these prices.
    apus_time first; ///< Start of the first bar that the source has.
    apus_time last;  ///< Start of the last bar that the source has.
    candle_list candles;
    gap_list gaps; ///< In the time that this page covers; at most 1000 are listed.
    int64_t gaps_total Field(ge = 0); ///< More than are listed only where there are over 1000.
    apus_str *next;                   ///< `cursor` of the next page; null: this is the last one.
} candle_page;

/// The newest price that is known.
typedef struct price {
    apus_str symbol Field(example = "BTC-USD");
    double price Field(gt = 0, example = 93055.81);
    apus_time time;                              ///< As of when: the end of the bar that it closes.
    double *change_24h Field(example = -0.0123); ///< As a fraction (0.01 is 1 %); null: not known.
    interval interval;                           ///< Of the bar that it closes.
    apus_str source Field(example = "binance_2024");
    bool synthetic; ///< True: made up, nobody traded at this price.
} price;

/// How the service is.
typedef struct health {
    apus_str status Field(example = "ok"); ///< `ok`: the store answers.
    apus_str version Field(example = "0.1.0");
    int64_t assets Field(ge = 0); ///< In the store.
    int64_t series Field(ge = 0);
    int64_t bars Field(ge = 0);
} health;

#endif
