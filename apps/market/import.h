/* market/import.h - price files into the store.
 *
 *     market_import_report report;
 *     rc = market_import_file(store, "btc.csv", &(market_import_options){ .now_ms = now },
 *                             &report, &err);
 *
 * A file is read in batches.  Each batch, the series' new ends and how far the file has got
 * are one transaction; so a killed import leaves whole batches and goes on behind the last one,
 * and a finished one is known and not read again.  Rows that are wrong are counted by reason,
 * the first few with their lines, and skipped.
 *
 * Blocks on file and disk; call it from a program's own thread, not from a fiber. */
#ifndef MARKET_IMPORT_H
#define MARKET_IMPORT_H

#include "market/bars.h"
#include "market/ledger.h"
#include "market/store.h"

enum { MARKET_IMPORT_BATCH = 8192, MARKET_IMPORT_SYMBOLS = 4096 };

typedef struct market_import_progress {
    int64_t at, size; /* bytes behind us, and of the file */
    int64_t rows;
} market_import_progress;

typedef struct market_import_options {
    int64_t now_ms;      /* bars that start later are refused */
    int64_t interval_ms; /* 0: find it in the file */
    apus_str source;     /* "": the file's name without directory and suffix */
    apus_str quote;      /* for symbols without one; "": from the file's name, if it tells */
    size_t batch_rows;   /* per transaction; 0: MARKET_IMPORT_BATCH */
    void (*progress)(void *ctx, const market_import_progress *p); /* after each batch; or NULL */
    void *ctx;
} market_import_options;

typedef struct market_import_report {
    char source[128];
    int64_t interval_ms;
    int64_t size;         /* of the file, in bytes */
    bool known;           /* it had been imported before, nothing was done */
    int64_t resumed_line; /* 0, or the lines that an earlier run had done */
    market_ledger ledger; /* of all runs together */
} market_import_report;

/* APUS_OK, also if every row was refused; APUS_NOT_FOUND, APUS_IO; APUS_SYNTAX for another
 * header; APUS_INVALID if the interval cannot be told, or the source's name is not one; and what
 * the store fails with.  After a failure the batches before it are kept. */
apus_rc market_import_file(market_store *store, const char *path,
                           const market_import_options *options, market_import_report *out,
                           apus_err *err) APUS_NODISCARD;

#endif
