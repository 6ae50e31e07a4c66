/* market/row.h - one line of a price file, read or refused with a reason.
 *
 *     symbol,timestamp,open,high,low,close,volume[,market_cap]
 *
 * Nothing is mended or guessed: a row is right, or it is refused and counted. */
#ifndef MARKET_ROW_H
#define MARKET_ROW_H

#include <stdbool.h>

#include "apus/str.h"
#include "market/bar.h"
#include "market/symbol.h"

/* Why a row was refused: a name for the ledger and a sentence for people. */
#define MARKET_REFUSAL_TABLE(X)                                                                    \
    X(NONE, "none", "nothing is wrong")                                                            \
    X(TOO_LONG, "too_long", "the line is over 1024 bytes")                                         \
    X(NUL, "nul", "there is a NUL byte in it")                                                     \
    X(COLUMNS, "columns", "it has not as many columns as the header")                              \
    X(SYMBOL, "symbol", "the symbol is not one (letters, digits, dots; BASE or BASE-QUOTE)")       \
    X(TIME, "time", "the timestamp is not one (2024-12-29T23:00:00Z, or unix time)")               \
    X(TIME_RANGE, "time_range", "the timestamp is before 2000 or in the future")                   \
    X(GRID, "grid", "the timestamp is not where a bar of this interval begins")                    \
    X(ORDER, "order", "the timestamp is not after the one before it")                              \
    X(NUMBER, "number", "a price, volume or market cap is not a number")                           \
    X(FINITE, "finite", "a price, volume or market cap is not finite")                             \
    X(PRICE, "price", "a price is not above zero")                                                 \
    X(NEGATIVE, "negative", "the volume or market cap is negative")                                \
    X(HIGH, "high", "high is below open, low or close")                                            \
    X(LOW, "low", "low is above open or close")                                                    \
    X(SYMBOLS, "symbols", "there are over 4096 symbols in the file")

typedef enum market_refusal {
#define X(name, word, text) MARKET_REFUSED_##name,
    MARKET_REFUSAL_TABLE(X)
#undef X
        MARKET_REFUSALS
} market_refusal;

const char *market_refusal_word(market_refusal r); /* "high"; static */
const char *market_refusal_text(market_refusal r); /* the sentence; static */

/* The refusal of that name; MARKET_REFUSED_NONE if it is none of ours. */
market_refusal market_refusal_find(apus_str word);

/* How many columns the header announces: 7 or 8; 0 if it is not this format's. */
unsigned market_row_columns(apus_str header);

typedef struct market_row {
    apus_str symbol; /* as written; a slice of the line */
    market_bar bar;
} market_row;

/* Reads a line of `columns` columns, into a bar that is right in itself; whether it fits
 * the rows around it is the import's to say. */
market_refusal market_row_parse(apus_str line, unsigned columns, market_row *out);

/* Only symbol and timestamp, for finding out the interval; false if they are not right. */
bool market_row_peek(apus_str line, apus_str *symbol, int64_t *start_ms);

#endif
