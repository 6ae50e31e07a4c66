/* market/moment.h - moments as text, for files and messages.
 *
 * Narrower and faster than apus/text.h on purpose: an import reads one per row. */
#ifndef MARKET_MOMENT_H
#define MARKET_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/str.h"

enum { MARKET_MOMENT_MAX = 25 }; /* "2024-12-29T23:00:00.000Z" and a NUL */

/* Reads "2024-12-29", "2024-12-29T23:00", "2024-12-29T23:00:00[.000][Z|+00:00]" (a space
 * may stand for the T; without an offset it is UTC, any other offset is applied), or unix
 * seconds (up to 11 digits) or milliseconds (12 to 14 digits).  false if text is none of these. */
bool market_moment_parse(apus_str text, int64_t *ms);

/* "2024-12-29T23:00:00Z", with milliseconds where there are some.  Returns to. */
const char *market_moment_print(int64_t ms, char to[MARKET_MOMENT_MAX]);

#endif
