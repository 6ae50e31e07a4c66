/* market/meter.h - how an import shows itself to whoever started it.
 *
 * On a terminal: one line that fills up.  Elsewhere (a log, a pipe): one plain line when a
 * file is done, nothing in between.  Then what was stored, what was refused and why. */
#ifndef MARKET_METER_H
#define MARKET_METER_H

#include <stdio.h>

#include "market/import.h"

typedef struct market_meter {
    FILE *to;
    bool terminal; /* redraw one line */
    const char *name;
    int shown; /* the per mille that stands there */
} market_meter;

/* An import's progress callback; ctx is a market_meter. */
void market_meter_progress(void *ctx, const market_import_progress *p);

/* Ends the line of the bar, if there is one, and writes the result. */
void market_meter_report(market_meter *m, const market_import_report *r);

/* Takes the bar off the line, so that a message can stand there. */
void market_meter_clear(market_meter *m);

#endif
