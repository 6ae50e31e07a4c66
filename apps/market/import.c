#include "market/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "market/catalog.h"
#include "market/interval.h"
#include "market/lines.h"
#include "market/prescan.h"
#include "market/row.h"

enum {
    IMPORT_ARENA_MAX = 64 * 1024 * 1024,
    SLOTS = MARKET_IMPORT_SYMBOLS * 2, /* of the hash table: a power of two */
};

/* One symbol of the file. */
struct lane {
    market_symbol symbol;
    int64_t series;  /* 0: not in the store yet */
    int64_t last_ms; /* of the last row that was taken */
};

struct pending {
    uint32_t lane;
    market_bar bar;
};

/* One run of an import. */
struct run {
    market_store *store;
    const market_import_options *options;
    const char *path;
    market_ledger_key key;
    market_ledger ledger;
    unsigned columns;
    struct lane *lanes;
    uint32_t n_lanes, newest; /* the lane of the row before */
    uint32_t *slots;          /* lane + 1, or 0 */
    struct pending *batch;
    market_bar *bars; /* of one lane, on their way into the store */
    size_t n_batch, batch_max;
    market_lines lines;
};

static apus_str text_of(const market_symbol *s)
{
    return (apus_str){ s->text, s->len };
}

/* The lane of a symbol, made where there is none; NULL when there are too many. */
static struct lane *find_lane(struct run *run, const market_symbol *symbol)
{
    apus_str wanted = text_of(symbol);
    if (run->n_lanes && apus_str_eq(wanted, text_of(&run->lanes[run->newest].symbol)))
        return &run->lanes[run->newest];
    size_t i = apus_hash(wanted.ptr, wanted.len, 0) & (SLOTS - 1);
    for (; run->slots[i]; i = (i + 1) & (SLOTS - 1)) {
        run->newest = run->slots[i] - 1;
        if (apus_str_eq(wanted, text_of(&run->lanes[run->newest].symbol)))
            return &run->lanes[run->newest];
    }
    if (run->n_lanes == MARKET_IMPORT_SYMBOLS)
        return NULL;
    run->newest = run->n_lanes++;
    run->slots[i] = run->n_lanes;
    run->lanes[run->newest] = (struct lane){ .symbol = *symbol, .last_ms = INT64_MIN };
    return &run->lanes[run->newest];
}

/* Takes one line into the batch, or says why not. */
static market_refusal take_line(struct run *run, apus_str line)
{
    market_row row;
    market_symbol symbol;
    market_refusal refused = market_row_parse(line, run->columns, &row);
    if (refused)
        return refused;
    if (!market_symbol_parse(row.symbol, run->key.quote, &symbol))
        return MARKET_REFUSED_SYMBOL;
    if (row.bar.start_ms > run->options->now_ms)
        return MARKET_REFUSED_TIME_RANGE;
    if (market_interval_floor(row.bar.start_ms, run->key.interval_ms) != row.bar.start_ms)
        return MARKET_REFUSED_GRID;
    struct lane *lane = find_lane(run, &symbol);
    if (!lane)
        return MARKET_REFUSED_SYMBOLS;
    if (row.bar.start_ms <= lane->last_ms)
        return MARKET_REFUSED_ORDER;
    lane->last_ms = row.bar.start_ms;
    run->batch[run->n_batch++] = (struct pending){ (uint32_t)(lane - run->lanes), row.bar };
    return MARKET_REFUSED_NONE;
}

static int by_lane_and_time(const void *left, const void *right)
{
    const struct pending *a = left, *b = right;
    if (a->lane != b->lane)
        return a->lane < b->lane ? -1 : 1;
    return (a->bar.start_ms > b->bar.start_ms) - (a->bar.start_ms < b->bar.start_ms);
}

/* Stores the bars of one lane, n of them from `from` on, and how far it has got. */
static apus_rc store_lane(struct run *run, size_t from, size_t n, market_tally *tally,
                          apus_err *err)
{
    struct lane *lane = &run->lanes[run->batch[from].lane];
    int64_t interval_ms = run->key.interval_ms;
    apus_rc rc = APUS_OK;
    for (size_t i = 0; i < n; i++)
        run->bars[i] = run->batch[from + i].bar;
    if (!lane->series)
        rc = market_series_ensure(run->store, &lane->symbol, interval_ms, run->key.source,
                                  &lane->series, err);
    if (!rc)
        rc = market_bars_put(run->store, lane->series, interval_ms, run->bars, n, tally, err);
    if (!rc)
        rc = market_series_extend(run->store, lane->series, interval_ms, run->bars, n, err);
    if (!rc)
        rc = market_ledger_save_symbol(run->store, &run->ledger, text_of(&lane->symbol),
                                       lane->series, run->bars[n - 1].start_ms, err);
    return rc;
}

/* Everything that one transaction holds. */
static apus_rc store_batch(struct run *run, apus_err *err)
{
    market_tally tally = { 0 };
    apus_rc rc = market_ledger_save(run->store, &run->key, &run->ledger, err);
    qsort(run->batch, run->n_batch, sizeof *run->batch, by_lane_and_time);
    for (size_t from = 0, to; from < run->n_batch && !rc; from = to) {
        for (to = from + 1; to < run->n_batch && run->batch[to].lane == run->batch[from].lane;)
            to++;
        rc = store_lane(run, from, to - from, &tally, err);
    }
    run->ledger.added += tally.added;
    run->ledger.changed += tally.changed;
    return rc ? rc : market_ledger_save(run->store, &run->key, &run->ledger, err);
}

static apus_rc end_batch(struct run *run, apus_err *err)
{
    run->ledger.at = run->lines.at;
    run->ledger.line = run->lines.number;
    apus_rc rc = market_store_begin(run->store, err);
    if (!rc)
        rc = store_batch(run, err);
    if (!rc)
        rc = market_store_commit(run->store, err);
    if (rc) {
        market_store_rollback(run->store);
        return rc;
    }
    run->n_batch = 0;
    if (run->options->progress)
        run->options->progress(run->options->ctx,
                               &(market_import_progress){ .at = run->ledger.at,
                                                          .size = run->key.size,
                                                          .rows = run->ledger.rows });
    return APUS_OK;
}

/* Reads up to a batch of rows.  false at the end of the file. */
static bool fill_batch(struct run *run)
{
    apus_str line;
    for (size_t rows = 0; rows < run->batch_max;) {
        market_line kind = market_lines_next(&run->lines, &line);
        if (kind == MARKET_LINE_NONE)
            return false;
        if (kind == MARKET_LINE_TEXT && line.len == 0)
            continue;
        market_refusal refused =
            kind == MARKET_LINE_TEXT ? take_line(run, line) : MARKET_REFUSED_TOO_LONG;
        if (refused)
            market_ledger_refuse(&run->ledger, run->lines.number, refused);
        run->ledger.rows++;
        rows++;
    }
    return true;
}

static apus_rc read_rows(struct run *run, apus_err *err)
{
    for (bool more = true; more;) {
        more = fill_batch(run);
        if (run->lines.error)
            return apus_err_set(err, APUS_IO, "%s: %s", run->path, strerror(run->lines.error));
        if (!more && run->lines.at != run->key.size)
            return apus_err_set(err, APUS_IO, "%s: it changed while it was being read", run->path);
        run->ledger.done = !more;
        apus_rc rc = end_batch(run, err);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

/* Puts a lane back to where the ledger says it was. */
static apus_rc restore_lane(void *ctx, apus_str text, int64_t series, int64_t last_ms)
{
    struct run *run = ctx;
    market_symbol symbol;
    if (!market_symbol_parse(text, APUS_STR(""), &symbol))
        return APUS_SYNTAX;
    struct lane *lane = find_lane(run, &symbol);
    if (!lane)
        return APUS_LIMIT;
    lane->series = series;
    lane->last_ms = last_ms;
    return APUS_OK;
}

/* To the first row that is not stored yet. */
static apus_rc go_on(struct run *run, int fd, apus_err *err)
{
    apus_rc rc = APUS_OK;
    apus_str header;
    if (run->ledger.id)
        rc = market_ledger_symbols(run->store, &run->ledger, restore_lane, run, err);
    if (rc)
        return rc;
    if (lseek(fd, (off_t)run->ledger.at, SEEK_SET) < 0)
        return apus_err_set(err, APUS_IO, "%s: %s", run->path, strerror(errno));
    market_lines_init(&run->lines, fd, run->ledger.at, run->ledger.line);
    if (run->ledger.at == 0)
        (void)market_lines_next(&run->lines, &header); /* looked at by the prescan */
    return APUS_OK;
}

static apus_rc take_memory(struct run *run, apus_arena *a, apus_err *err)
{
    run->batch_max = run->options->batch_rows ? run->options->batch_rows : MARKET_IMPORT_BATCH;
    run->lanes = APUS_NEW(a, struct lane, MARKET_IMPORT_SYMBOLS);
    run->slots = APUS_NEW(a, uint32_t, SLOTS);
    run->batch = APUS_NEW(a, struct pending, run->batch_max);
    run->bars = APUS_NEW(a, market_bar, run->batch_max);
    if (!run->lanes || !run->slots || !run->batch || !run->bars)
        return apus_err_set(err, APUS_NOMEM, "%s: no memory for a batch of %zu rows", run->path,
                            run->batch_max);
    return APUS_OK;
}

/* "dir/btc_2024.csv" -> "btc_2024" */
static apus_str stem_of(const char *path)
{
    apus_str name = apus_str_of(path);
    for (size_t slash; (slash = apus_str_find(name, '/')) != SIZE_MAX;)
        name = apus_str_slice(name, slash + 1, name.len);
    size_t dot = apus_str_find(name, '.');
    return dot == SIZE_MAX || dot == 0 ? name : apus_str_slice(name, 0, dot);
}

/* Decides source, interval and quote: what the caller said, else what the file tells. */
static apus_rc settle(struct run *run, const market_prescan *scan, market_import_report *out,
                      apus_err *err)
{
    const market_import_options *o = run->options;
    apus_str source = o->source.len ? o->source : stem_of(run->path);
    if (source.len == 0 || source.len >= sizeof out->source || !apus_str_is_utf8(source))
        return apus_err_set(err, APUS_INVALID, "%s: the source's name must have 1 to %zu bytes",
                            run->path, sizeof out->source - 1);
    if (apus_str_eq(source, MARKET_SYNTHETIC))
        return apus_err_set(err, APUS_INVALID,
                            "%s: the source \"synthetic\" is kept for what is made up", run->path);
    memcpy(out->source, source.ptr, source.len);
    out->source[source.len] = 0;
    out->interval_ms = o->interval_ms ? o->interval_ms : scan->interval_ms;
    if (!market_interval_name(out->interval_ms))
        return apus_err_set(err, APUS_INVALID,
                            "%s: cannot tell how long its bars are; say it: --interval with one"
                            " of %s",
                            run->path, market_interval_names());
    out->size = scan->size;
    run->columns = scan->columns;
    run->key = (market_ledger_key){
        .hash = scan->hash,
        .size = scan->size,
        .source = apus_str_of(out->source),
        .interval_ms = out->interval_ms,
        .quote = o->quote.len ? o->quote : market_symbol_quote_of_file(apus_str_of(run->path)),
    };
    return APUS_OK;
}

static apus_rc import_open(struct run *run, int fd, apus_arena *a, market_import_report *out,
                           apus_err *err)
{
    market_prescan scan;
    apus_rc rc = market_prescan_file(fd, run->path, &run->lines, &scan, err);
    if (!rc)
        rc = settle(run, &scan, out, err);
    if (rc)
        return rc;
    rc = market_ledger_find(run->store, &run->key, &run->ledger, err);
    if (rc && rc != APUS_NOT_FOUND)
        return rc;
    out->known = run->ledger.done;
    out->resumed_line = run->ledger.line;
    if (!out->known) {
        rc = take_memory(run, a, err);
        if (!rc)
            rc = go_on(run, fd, err);
        if (!rc)
            rc = read_rows(run, err);
    } else {
        rc = APUS_OK;
    }
    out->ledger = run->ledger;
    return rc;
}

apus_rc market_import_file(market_store *store, const char *path,
                           const market_import_options *options, market_import_report *out,
                           apus_err *err)
{
    apus_arena arena;
    *out = (market_import_report){ .interval_ms = 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return apus_err_set(err, errno == ENOENT ? APUS_NOT_FOUND : APUS_IO, "%s: %s", path,
                            strerror(errno));
    apus_arena_init(&arena, &apus_alloc_libc, IMPORT_ARENA_MAX);
    struct run *run = APUS_NEW(&arena, struct run, 1);
    apus_rc rc;
    if (run) {
        run->store = store;
        run->options = options;
        run->path = path;
        rc = import_open(run, fd, &arena, out, err);
    } else {
        rc = apus_err_set(err, APUS_NOMEM, "%s: no memory to read it", path);
    }
    apus_arena_finish(&arena);
    close(fd);
    return rc;
}
