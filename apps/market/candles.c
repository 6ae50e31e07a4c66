#include "market/candles.h"

#include "market/block.h"
#include "market/cursor.h"
#include "market/db.h"
#include "market/interval.h"

/* Reading one page: bars of the range pass by in order and become candles and gaps. */
struct reading {
    market_page *page;
    apus_arena *arena;
    market_resample resample;
    size_t limit, gaps_room;
    int64_t from_ms, to_ms; /* starts of candles, from inclusive, to exclusive */
    int64_t expected_ms;    /* the bar that should come next */
    int64_t covered_ms;     /* the page speaks of the time before this */
    bool full;              /* the page ends before the range does */
    apus_rc failed;         /* APUS_NOMEM: there was no room for the gaps */
};

/* Twice the room for gaps, up to the limit.  false without memory. */
static bool grow_gaps(struct reading *r)
{
    market_page *p = r->page;
    size_t room = r->gaps_room ? r->gaps_room * 2 : 8;
    if (room > MARKET_CANDLES_GAPS)
        room = MARKET_CANDLES_GAPS;
    market_gap *gaps = APUS_NEW(r->arena, market_gap, room);
    if (!gaps) {
        r->failed = APUS_NOMEM;
        return false;
    }
    if (p->n_gaps > 0)
        memcpy(gaps, p->gaps, p->n_gaps * sizeof *gaps);
    p->gaps = gaps;
    r->gaps_room = room;
    return true;
}

static void note_gap(struct reading *r, int64_t from_ms, int64_t to_ms)
{
    market_page *p = r->page;
    if (from_ms >= to_ms)
        return;
    p->n_gaps_all++;
    if (p->n_gaps == MARKET_CANDLES_GAPS || (p->n_gaps == r->gaps_room && !grow_gaps(r)))
        return;
    p->gaps[p->n_gaps++] = (market_gap){
        .from_ms = from_ms,
        .to_ms = to_ms,
        .missing = (to_ms - from_ms) / p->series.interval_ms,
    };
}

static void take_bar(struct reading *r, const market_bar *bar)
{
    market_page *p = r->page;
    if (market_resample_add(&r->resample, bar, &p->candles[p->n_candles])) {
        p->n_candles++;
        if (p->n_candles == r->limit) {
            r->full = true;
            r->covered_ms = r->resample.now.bar.start_ms;
            r->resample.now.parts = 0; /* the bar is the next page's */
            return;
        }
    }
    note_gap(r, r->expected_ms, bar->start_ms);
    r->expected_ms = bar->start_ms + p->series.interval_ms;
}

static void take_block(struct reading *r, const market_block *b)
{
    market_bar bar;
    unsigned i = 0;
    int64_t first = market_interval_slot(r->from_ms, b->interval_ms);
    if (first > b->number * MARKET_BLOCK_BARS)
        i = (unsigned)(first - b->number * MARKET_BLOCK_BARS);
    for (; !r->full && market_block_next(b, i, &i, &bar); i++) {
        if (bar.start_ms >= r->to_ms)
            return;
        take_bar(r, &bar);
    }
}

static apus_rc read_blocks(market_store *store, struct reading *r, apus_err *err)
{
    const market_series *series = &r->page->series;
    sqlite3_stmt *s = market__db_take(store, SQL_BLOCK_RANGE);
    sqlite3_bind_int64(s, 1, series->id);
    sqlite3_bind_int64(s, 2, market_block_number(r->from_ms, series->interval_ms));
    sqlite3_bind_int64(s, 3, market_block_number(r->to_ms - 1, series->interval_ms));
    apus_rc rc = APUS_OK;
    for (int n = 0; !r->full; n++) {
        rc = market__db_step(store, s, err);
        if (rc)
            break;
        int64_t number = sqlite3_column_int64(s, 0);
        if (n == MARKET_CANDLES_BLOCKS)
            r->limit = r->page->n_candles + 1; /* enough: the next candle is the last */
        rc = market_block_decode(store->scratch, series->interval_ms, number,
                                 market__db_bytes(s, 1), err);
        if (rc)
            break;
        take_block(r, store->scratch);
    }
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

/* The last candle, the gap behind the last bar, and the cursor. */
static apus_rc close_page(struct reading *r, int64_t asked_to_ms)
{
    market_page *p = r->page;
    if (market_resample_flush(&r->resample, &p->candles[p->n_candles]))
        p->n_candles++;
    note_gap(r, r->expected_ms, r->covered_ms);
    p->next = APUS_STR("");
    if (!r->full || r->failed)
        return r->failed;
    char text[MARKET_CURSOR_MAX];
    market_cursor next = { p->series.id, p->interval_ms, r->covered_ms, asked_to_ms };
    p->next = apus_arena_str(r->arena, (apus_str){ text, market_cursor_print(&next, text) });
    return p->next.ptr ? APUS_OK : APUS_NOMEM;
}

/* Narrows the range to what the series has.  false if nothing is left of it. */
static bool set_range(struct reading *r, int64_t from_ms, int64_t to_ms)
{
    const market_series *s = &r->page->series;
    int64_t interval_ms = r->page->interval_ms;
    int64_t end = s->last_ms + s->interval_ms;
    int64_t first = market_interval_floor(s->first_ms, interval_ms);
    int64_t to = to_ms == MARKET_OPEN || to_ms > end ? end : to_ms;
    if (to <= first)
        return false;
    to = market_interval_ceil(to, interval_ms); /* the last candle is read to its end */
    int64_t from = from_ms;
    if (from == MARKET_OPEN)
        from = to - (int64_t)r->limit * interval_ms;
    r->from_ms = from <= first ? first : market_interval_ceil(from, interval_ms);
    r->to_ms = to;
    r->expected_ms = r->from_ms < s->first_ms ? s->first_ms : r->from_ms;
    r->covered_ms = to < end ? to : end;
    return r->from_ms < r->to_ms;
}

static const market_series *series_by_id(const market_asset *asset, int64_t id)
{
    for (size_t i = 0; i < asset->n_series; i++)
        if (asset->series[i].id == id)
            return &asset->series[i];
    return NULL;
}

/* Settles which series and which range, from the query or its cursor. */
static apus_rc settle(const market_query *q, market_page *page, int64_t *from_ms, int64_t *to_ms,
                      apus_err *err)
{
    const market_series *series;
    market_cursor c;
    *from_ms = q->from_ms;
    *to_ms = q->to_ms;
    if (q->cursor.len > 0) {
        series = market_cursor_parse(q->cursor, &c) && c.interval_ms == q->interval_ms
                     ? series_by_id(&page->asset, c.series)
                     : NULL;
        if (!series || c.next_ms < MARKET_TIME_MIN || c.next_ms > MARKET_TIME_MAX)
            return apus_err_set(err, APUS_INVALID, "the cursor is not from a page of this query");
        *from_ms = c.next_ms;
        *to_ms = c.to_ms;
    } else {
        series = market_choose(&page->asset, q->interval_ms, q->source, q->from_ms, q->to_ms);
        if (!series && q->source.len > 0)
            return apus_err_set(err, APUS_NOT_FOUND,
                                "%s has no %s candles, nor bars to make them of, from source %.*s",
                                page->asset.symbol.ptr, market_interval_name(q->interval_ms),
                                APUS_FMT(q->source));
        if (!series)
            return apus_err_set(err, APUS_NOT_FOUND,
                                "%s has no %s candles, nor bars to make them of",
                                page->asset.symbol.ptr, market_interval_name(q->interval_ms));
    }
    page->series = *series;
    page->interval_ms = q->interval_ms;
    return APUS_OK;
}

static apus_rc check_query(const market_query *q, apus_err *err)
{
    if (!market_interval_name(q->interval_ms))
        return apus_err_set(err, APUS_INVALID, "interval must be one of %s",
                            market_interval_names());
    if (q->limit < 1 || q->limit > MARKET_CANDLES_MAX)
        return apus_err_set(err, APUS_INVALID, "limit must be from 1 to %d", MARKET_CANDLES_MAX);
    const int64_t bounds[] = { q->from_ms, q->to_ms };
    for (int i = 0; i < 2; i++)
        if (bounds[i] != MARKET_OPEN &&
            (bounds[i] < -MARKET_TIME_MAX || bounds[i] > MARKET_TIME_MAX))
            return apus_err_set(err, APUS_INVALID, "%s is out of range", i ? "to" : "from");
    return APUS_OK;
}

apus_rc market_candles_read(market_store *store, apus_arena *a, const market_query *q,
                            market_page *out, apus_err *err)
{
    apus_rc rc = check_query(q, err);
    market_page page = { .next = APUS_STR("") };
    int64_t from_ms, to_ms;
    if (!rc)
        rc = market_asset_find(store, a, q->symbol, &page.asset, err);
    if (!rc)
        rc = settle(q, &page, &from_ms, &to_ms, err);
    if (rc)
        return rc;

    struct reading r = { .page = &page, .arena = a, .limit = q->limit };
    page.candles = APUS_NEW(a, market_candle, q->limit);
    if (!page.candles)
        return apus_err_set(err, APUS_NOMEM, "no memory for %zu candles", q->limit);
    market_resample_init(&r.resample, page.series.interval_ms, page.interval_ms);
    if (set_range(&r, from_ms, to_ms)) {
        rc = read_blocks(store, &r, err);
        if (!rc && close_page(&r, to_ms))
            rc = apus_err_set(err, APUS_NOMEM, "no memory for the gaps or the cursor");
    }
    if (!rc)
        *out = page;
    return rc;
}
