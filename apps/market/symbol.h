/* market/symbol.h - what an asset is called.
 *
 * One spelling inside: BASE-QUOTE in capitals, "BTC-USD".  Files write "BTC", "btc/usd" or
 * "BTC_USD"; where the quote stands nowhere, the file's (from its name, or given) is used. */
#ifndef MARKET_SYMBOL_H
#define MARKET_SYMBOL_H

#include <stdbool.h>

#include "apus/str.h"

enum { MARKET_SYMBOL_MAX = 32 }; /* bytes, with the NUL */

typedef struct market_symbol {
    char text[MARKET_SYMBOL_MAX]; /* "BTC-USD" */
    size_t base_len;              /* 3 */
    size_t len;                   /* 7; equal to base_len where there is no quote */
} market_symbol;

/* Normalises `from`; quote is added where `from` has none and quote is not "".  false if
 * it is no symbol: letters, digits and dots, 1 to 15 of them on each side of one separator. */
bool market_symbol_parse(apus_str from, apus_str quote, market_symbol *out);

/* The quote that a file's name tells: "USD" for daily_usd_2013.csv; "" if none. */
apus_str market_symbol_quote_of_file(apus_str path);

/* What people call it: "Bitcoin"; "" where we do not know. */
apus_str market_symbol_name(apus_str base);

/* "crypto", "stablecoin" or "wrapped". */
apus_str market_symbol_kind(apus_str base);

#endif
