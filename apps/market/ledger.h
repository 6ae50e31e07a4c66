/* market/ledger.h - how far each import has got.
 *
 * A record is written in the same transaction as the bars it speaks of; so after a crash the
 * ledger and the bars agree, and the import goes on behind the last row that is stored.  A
 * file is known by its size and hash together with how it was read (source, interval, quote). */
#ifndef MARKET_LEDGER_H
#define MARKET_LEDGER_H

#include <stdbool.h>

#include "market/row.h"
#include "market/store.h"

enum { MARKET_LEDGER_SHOWN = 10 }; /* refused rows that are kept with their lines */

/* What makes an import the same import. */
typedef struct market_ledger_key {
    int64_t hash, size;
    apus_str source;
    int64_t interval_ms;
    apus_str quote;
} market_ledger_key;

typedef struct market_refused {
    int64_t line;
    market_refusal why;
} market_refused;

typedef struct market_ledger {
    int64_t id;
    bool done;
    int64_t at, line;       /* where to go on: offset in the file, and lines before it */
    int64_t rows;           /* read, good or not */
    int64_t added, changed; /* bars; the other good rows were in the store already */
    int64_t refused[MARKET_REFUSALS];
    market_refused shown[MARKET_LEDGER_SHOWN]; /* the first that were refused */
    int n_shown;
} market_ledger;

/* Sum over all reasons. */
int64_t market_ledger_refused(const market_ledger *l);

/* Counts a refused row. */
void market_ledger_refuse(market_ledger *l, int64_t line, market_refusal why);

/* The record of this import.  APUS_OK; APUS_NOT_FOUND (*err is not touched) if it was never begun.
 */
apus_rc market_ledger_find(market_store *store, const market_ledger_key *key, market_ledger *out,
                           apus_err *err) APUS_NODISCARD;

/* Begins a record where there is none, and writes *l; sets l->id.  Within a transaction. */
apus_rc market_ledger_save(market_store *store, const market_ledger_key *key, market_ledger *l,
                           apus_err *err) APUS_NODISCARD;

/* How far a symbol has got.  Within a transaction. */
apus_rc market_ledger_save_symbol(market_store *store, const market_ledger *l, apus_str symbol,
                                  int64_t series, int64_t last_ms, apus_err *err) APUS_NODISCARD;

/* Calls fn for each symbol that got somewhere; stops when fn gives another code than APUS_OK. */
apus_rc market_ledger_symbols(market_store *store, const market_ledger *l,
                              apus_rc (*fn)(void *ctx, apus_str symbol, int64_t series,
                                            int64_t last_ms),
                              void *ctx, apus_err *err) APUS_NODISCARD;

#endif
