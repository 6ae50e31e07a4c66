/* market/store.h - price histories in one SQLite file.
 *
 * An asset ("BTC-USD") has series; a series is one asset's history at one interval from one
 * source, kept as packed blocks (market/block.h).  Two sources never mix: what one said and
 * what another said stay apart, and every answer names its source.
 *
 *     market_store *store;
 *     rc = market_store_open("market.db", &store, &err);
 *     ... market_import_file, market_candles_read ...
 *     market_store_close(store);
 *
 * Writing happens between market_store_begin and market_store_commit, and a process that
 * dies in between leaves nothing behind: WAL, one writer at a time (BEGIN IMMEDIATE), any
 * number of readers beside it.
 *
 * MEMORY: results go to the arena that the caller passes.  THREADS: a store is a connection;
 * one per thread.  It blocks on the disk and, when writing, up to MARKET_STORE_WAIT_MS on
 * another writer; it never suspends a fiber. */
#ifndef MARKET_STORE_H
#define MARKET_STORE_H

#include <stdint.h>

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "market/bar.h"

enum { MARKET_STORE_WAIT_MS = 5000 };

typedef struct market_store market_store;

/* Opens the file, making it and bringing its tables up to date as needed.
 *
 * APUS_OK; APUS_SYNTAX if it is something else than a market store; APUS_UNSUPPORTED if a
 * newer version of the program made it; APUS_IO, APUS_BUSY, APUS_LIMIT (disk full), APUS_NOMEM. */
apus_rc market_store_open(const char *path, market_store **out, apus_err *err) APUS_NODISCARD;

void market_store_close(market_store *store); /* NULL is fine; rolls back what was begun */

/* A write transaction.  After any failure: market_store_rollback. */
apus_rc market_store_begin(market_store *store, apus_err *err) APUS_NODISCARD;
apus_rc market_store_commit(market_store *store, apus_err *err) APUS_NODISCARD;
void market_store_rollback(market_store *store);

/* Lets the file grow to this many bytes and no further; 0: as far as the disk goes.  Writing
 * past it fails with APUS_LIMIT and changes nothing. */
apus_rc market_store_limit(market_store *store, int64_t bytes, apus_err *err) APUS_NODISCARD;

typedef struct market_totals {
    int64_t assets, series, bars;
} market_totals;

/* What is in it altogether. */
apus_rc market_store_totals(market_store *store, market_totals *out, apus_err *err) APUS_NODISCARD;

/* One number for all that the store holds: assets, series, every byte of every block and
 * the ledger of imports, in an order that does not depend on how they got there.  Reads all
 * blocks and checks them.  For tests and for comparing copies. */
apus_rc market_store_digest(market_store *store, uint64_t *out, apus_err *err) APUS_NODISCARD;

#endif
