/* market/synthetic.h - a history that nobody recorded, for a service without data.
 *
 * Ten assets, three years, hourly.  The market moves between calm, nervous and violent
 * regimes (a Markov chain); each asset follows the market by its beta and adds moves of its
 * own; volume rises with movement and with the hour of the day.  Every series says its source
 * is "synthetic", and any recorded series is preferred to it.
 *
 * Deterministic: the same seed gives the same bytes on every machine (its own generator, and
 * only +, -, *, / and sqrt on doubles). */
#ifndef MARKET_SYNTHETIC_H
#define MARKET_SYNTHETIC_H

#include "market/store.h"

enum { MARKET_SYNTHETIC_ASSETS = 10, MARKET_SYNTHETIC_HOURS = (3 * 365 + 1) * 24 };

typedef struct market_synthetic_options {
    uint64_t seed;
    int64_t start_ms; /* of the first bar; a whole hour */
    int hours;        /* bars per asset */
} market_synthetic_options;

/* Seed 1, MARKET_SYNTHETIC_HOURS from 2023-01-01 on: the years 2023 to 2025. */
extern const market_synthetic_options market_synthetic_default;

/* Writes the history in one transaction; doing it again changes nothing.  What the store
 * fails with; then nothing was written. */
apus_rc market_synthetic_fill(market_store *store, const market_synthetic_options *options,
                              apus_err *err) APUS_NODISCARD;

#endif
