/* market/lines.h - a file, line by line, with the place of each.
 *
 * A line that is too long is not cut and taken for a row: it comes as such and its bytes are
 * skipped.  CR before LF is taken off, a byte order mark at the start of the file as well. */
#ifndef MARKET_LINES_H
#define MARKET_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/rc.h"
#include "apus/str.h"

enum { MARKET_LINE_MAX = 1024, MARKET_LINES_BUFFER = 64 * 1024 };

/* at, number and error may be read. */
typedef struct market_lines {
    int fd;         /* the caller's */
    int64_t at;     /* offset in the file of the first byte behind the line just given */
    int64_t number; /* of the line just given; the first is 1 */
    int error;      /* errno of a read that failed, or 0 */
    size_t begin, end;
    bool ended;
    char bytes[MARKET_LINES_BUFFER];
} market_lines;

/* Reads fd from where it stands, which is offset `at`, behind line `number`. */
void market_lines_init(market_lines *l, int fd, int64_t at, int64_t number);

typedef enum market_line {
    MARKET_LINE_TEXT,     /* *out is the line; valid until the next call */
    MARKET_LINE_TOO_LONG, /* over MARKET_LINE_MAX bytes */
    MARKET_LINE_NONE      /* the end, or a failed read: see error */
} market_line;

market_line market_lines_next(market_lines *l, apus_str *out);

#endif
