/* market/prescan.h - what a file is, before a row of it is taken.
 *
 * Its size and hash name it in the ledger, whatever it is called; its header says how many
 * columns to expect; the distance that most neighbouring rows keep is its interval. */
#ifndef MARKET_PRESCAN_H
#define MARKET_PRESCAN_H

#include <stdint.h>

#include "apus/rc.h"
#include "market/lines.h"

enum { MARKET_PRESCAN_ROWS = 4096 }; /* looked at to find the interval */

typedef struct market_prescan {
    int64_t size, hash;
    unsigned columns;
    int64_t interval_ms; /* 0: could not be told */
} market_prescan;

/* Reads the open file from its start; *scratch is for its use.  APUS_OK; APUS_SYNTAX if the
 * first line is not this format's header; APUS_IO.  `path` is for messages. */
apus_rc market_prescan_file(int fd, const char *path, market_lines *scratch, market_prescan *out,
                            apus_err *err) APUS_NODISCARD;

#endif
