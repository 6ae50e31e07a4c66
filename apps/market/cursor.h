/* market/cursor.h - where the next page of candles begins, as text for the client.
 *
 * It names the series too, so that a new import between two pages cannot switch the source.
 * Opaque to clients, checked when it comes back; it grants nothing that a query does not. */
#ifndef MARKET_CURSOR_H
#define MARKET_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/str.h"

enum { MARKET_CURSOR_MAX = 96 }; /* bytes, with the NUL */

typedef struct market_cursor {
    int64_t series, interval_ms;
    int64_t next_ms, to_ms; /* the rest of the range; to_ms may be MARKET_OPEN */
} market_cursor;

/* Returns the length. */
size_t market_cursor_print(const market_cursor *c, char to[MARKET_CURSOR_MAX]);

/* false if the text is not one that market_cursor_print gave. */
bool market_cursor_parse(apus_str text, market_cursor *out);

#endif
