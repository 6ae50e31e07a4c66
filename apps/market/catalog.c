#include "market/catalog.h"

#include "market/block.h"
#include "market/db.h"
#include "market/interval.h"

enum { SERIES_MAX = 64 }; /* of one asset, in an answer */

static apus_rc no_room(market_store *store, apus_err *err)
{
    return apus_err_set(err, APUS_NOMEM, "%s: no memory for the answer", store->path.ptr);
}

static apus_rc read_series(sqlite3_stmt *s, apus_arena *a, market_series *out)
{
    *out = (market_series){
        .id = sqlite3_column_int64(s, 0),
        .asset_id = sqlite3_column_int64(s, 1),
        .interval_ms = sqlite3_column_int64(s, 2),
        .source = market__db_keep(s, 3, a),
        .first_ms = sqlite3_column_int64(s, 4),
        .last_ms = sqlite3_column_int64(s, 5),
        .bars = sqlite3_column_int64(s, 6),
        .gaps = sqlite3_column_int64(s, 7),
        .missing = sqlite3_column_int64(s, 8),
    };
    out->synthetic = apus_str_eq(out->source, MARKET_SYNTHETIC);
    return out->source.ptr ? APUS_OK : APUS_NOMEM;
}

static apus_rc list_series(market_store *store, apus_arena *a, market_asset *asset, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_SERIES_LIST);
    sqlite3_bind_int64(s, 1, asset->id);
    market_series found[SERIES_MAX];
    size_t n = 0;
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK && n < SERIES_MAX) {
        if (read_series(s, a, &found[n]) != APUS_OK) {
            rc = no_room(store, err);
            break;
        }
        n++;
    }
    market__db_give(s);
    if (rc != APUS_DONE && rc != APUS_OK)
        return rc;
    asset->series = APUS_NEW(a, market_series, n);
    if (!asset->series)
        return no_room(store, err);
    if (n > 0)
        memcpy(asset->series, found, n * sizeof *found);
    asset->n_series = n;
    return APUS_OK;
}

static apus_rc read_asset(market_store *store, sqlite3_stmt *s, apus_arena *a, market_asset *out,
                          apus_err *err)
{
    *out = (market_asset){
        .id = sqlite3_column_int64(s, 0),
        .symbol = market__db_keep(s, 1, a),
        .base = market__db_keep(s, 2, a),
        .quote = market__db_keep(s, 3, a),
        .name = market__db_keep(s, 4, a),
        .kind = market__db_keep(s, 5, a),
    };
    if (!out->symbol.ptr || !out->base.ptr || !out->quote.ptr || !out->name.ptr || !out->kind.ptr)
        return no_room(store, err);
    return list_series(store, a, out, err);
}

apus_rc market_assets_list(market_store *store, apus_arena *a, apus_str after, size_t limit,
                           market_assets *out, apus_err *err)
{
    market_assets list = { .ptr = APUS_NEW(a, market_asset, limit) };
    if (!list.ptr)
        return no_room(store, err);
    sqlite3_stmt *s = market__db_take(store, SQL_ASSET_LIST);
    market__db_bind_str(s, 1, after);
    sqlite3_bind_int64(s, 2, (int64_t)limit + 1);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        if (list.len == limit) {
            list.more = true;
            rc = APUS_DONE;
            break;
        }
        rc = read_asset(store, s, a, &list.ptr[list.len], err);
        if (rc)
            break;
        list.len++;
    }
    market__db_give(s);
    if (rc != APUS_DONE)
        return rc;
    *out = list;
    return APUS_OK;
}

apus_rc market_asset_find(market_store *store, apus_arena *a, apus_str symbol, market_asset *out,
                          apus_err *err)
{
    market_symbol wanted;
    if (!market_symbol_parse(symbol, APUS_STR(""), &wanted))
        return apus_err_set(err, APUS_NOT_FOUND, "there is no asset %.*s", APUS_FMT(symbol));
    sqlite3_stmt *s = market__db_take(store, SQL_ASSET_FIND);
    market__db_bind_str(s, 1, (apus_str){ wanted.text, wanted.len });
    apus_rc rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        rc = read_asset(store, s, a, out, err);
    else if (rc == APUS_DONE)
        rc = apus_err_set(err, APUS_NOT_FOUND, "there is no asset %s", wanted.text);
    market__db_give(s);
    return rc;
}

static apus_rc ensure_asset(market_store *store, const market_symbol *symbol, int64_t *id,
                            apus_err *err)
{
    apus_str text = { symbol->text, symbol->len };
    apus_str base = apus_str_slice(text, 0, symbol->base_len);
    apus_str quote = apus_str_slice(text, symbol->base_len + 1, text.len);
    sqlite3_stmt *s = market__db_take(store, SQL_ASSET_ADD);
    market__db_bind_str(s, 1, text);
    market__db_bind_str(s, 2, base);
    market__db_bind_str(s, 3, quote);
    market__db_bind_str(s, 4, market_symbol_name(base));
    market__db_bind_str(s, 5, market_symbol_kind(base));
    apus_rc rc = market__db_run(store, s, err);
    if (rc)
        return rc;
    s = market__db_take(store, SQL_ASSET_FIND);
    market__db_bind_str(s, 1, text);
    rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        *id = sqlite3_column_int64(s, 0);
    market__db_give(s);
    return rc == APUS_DONE ? market__db_fail(store, err) : rc;
}

apus_rc market_series_ensure(market_store *store, const market_symbol *symbol, int64_t interval_ms,
                             apus_str source, int64_t *id, apus_err *err)
{
    int64_t asset = 0;
    apus_rc rc = ensure_asset(store, symbol, &asset, err);
    if (rc)
        return rc;
    for (int step = 0; step < 2 && !rc; step++) {
        sqlite3_stmt *s = market__db_take(store, step == 0 ? SQL_SERIES_ADD : SQL_SERIES_FIND);
        sqlite3_bind_int64(s, 1, asset);
        sqlite3_bind_int64(s, 2, interval_ms);
        market__db_bind_str(s, 3, source);
        rc = market__db_step(store, s, err);
        if (rc == APUS_OK)
            *id = sqlite3_column_int64(s, 0);
        else if (rc == APUS_DONE && step == 0)
            rc = APUS_OK;
        market__db_give(s);
    }
    return rc == APUS_DONE ? market__db_fail(store, err) : rc;
}

/* Counts bars and runs of missing ones while blocks pass by in order. */
struct tally {
    int64_t first, last, bars, gaps, missing; /* first and last as slots of the grid */
};

static void tally_slot(struct tally *t, int64_t slot)
{
    if (t->bars == 0) {
        t->first = slot;
    } else if (slot > t->last + 1) {
        t->gaps++;
        t->missing += slot - t->last - 1;
    }
    t->last = slot;
    t->bars++;
}

static void tally_block(struct tally *t, int64_t number, const market_block_shape *shape)
{
    for (unsigned i = 0; i < MARKET_BLOCK_BARS; i++)
        if (shape->present[i / 64] >> (i % 64) & 1)
            tally_slot(t, number * MARKET_BLOCK_BARS + i);
}

static apus_rc tally_series(market_store *store, int64_t id, struct tally *t, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_SERIES_SHAPE);
    sqlite3_bind_int64(s, 1, id);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        market_block_shape shape;
        int64_t number = sqlite3_column_int64(s, 0);
        if (!market_block_peek(market__db_bytes(s, 1), &shape)) {
            rc = apus_err_set(err, APUS_IO, "%s: block %lld of series %lld is damaged",
                              store->path.ptr, (long long)number, (long long)id);
            break;
        }
        tally_block(t, number, &shape);
    }
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

static apus_rc save_tally(market_store *store, int64_t id, int64_t interval_ms,
                          const struct tally *t, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_SERIES_SET);
    sqlite3_bind_int64(s, 1, id);
    sqlite3_bind_int64(s, 2, t->bars ? market_interval_slot_start(t->first, interval_ms) : 0);
    sqlite3_bind_int64(s, 3, t->bars ? market_interval_slot_start(t->last, interval_ms) : 0);
    sqlite3_bind_int64(s, 4, t->bars);
    sqlite3_bind_int64(s, 5, t->gaps);
    sqlite3_bind_int64(s, 6, t->missing);
    return market__db_run(store, s, err);
}

apus_rc market_series_refresh(market_store *store, int64_t id, int64_t interval_ms, apus_err *err)
{
    struct tally t = { 0 };
    apus_rc rc = tally_series(store, id, &t, err);
    return rc ? rc : save_tally(store, id, interval_ms, &t, err);
}

/* What the series' row says. */
static apus_rc load_tally(market_store *store, int64_t id, int64_t interval_ms, struct tally *t,
                          apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_SERIES_GET);
    sqlite3_bind_int64(s, 1, id);
    apus_rc rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        *t = (struct tally){
            .first = market_interval_slot(sqlite3_column_int64(s, 0), interval_ms),
            .last = market_interval_slot(sqlite3_column_int64(s, 1), interval_ms),
            .bars = sqlite3_column_int64(s, 2),
            .gaps = sqlite3_column_int64(s, 3),
            .missing = sqlite3_column_int64(s, 4),
        };
    market__db_give(s);
    if (rc == APUS_DONE)
        return apus_err_set(err, APUS_NOT_FOUND, "there is no series %lld", (long long)id);
    return rc;
}

apus_rc market_series_extend(market_store *store, int64_t id, int64_t interval_ms,
                             const market_bar *bars, size_t n, apus_err *err)
{
    struct tally t;
    apus_rc rc = load_tally(store, id, interval_ms, &t, err);
    if (rc || n == 0)
        return rc;
    if (t.bars > 0 && market_interval_slot(bars[0].start_ms, interval_ms) <= t.last)
        return market_series_refresh(store, id, interval_ms, err);
    for (size_t i = 0; i < n; i++)
        tally_slot(&t, market_interval_slot(bars[i].start_ms, interval_ms));
    return save_tally(store, id, interval_ms, &t, err);
}
