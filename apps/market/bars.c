#include "market/bars.h"

#include "market/block.h"
#include "market/db.h"

/* The stored block into the scratch one; an empty one if there is none. */
static apus_rc load(market_store *store, int64_t series, int64_t interval_ms, int64_t number,
                    apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_BLOCK_GET);
    sqlite3_bind_int64(s, 1, series);
    sqlite3_bind_int64(s, 2, number);
    apus_rc rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        rc = market_block_decode(store->scratch, interval_ms, number, market__db_bytes(s, 0), err);
    else if (rc == APUS_DONE)
        market_block_clear(store->scratch, interval_ms, number);
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

static apus_rc save(market_store *store, int64_t series, int64_t number, apus_err *err)
{
    size_t len = market_block_encode(store->scratch, store->packed);
    sqlite3_stmt *s = market__db_take(store, SQL_BLOCK_SET);
    sqlite3_bind_int64(s, 1, series);
    sqlite3_bind_int64(s, 2, number);
    sqlite3_bind_blob64(s, 3, store->packed, len, SQLITE_STATIC);
    return market__db_run(store, s, err);
}

apus_rc market_bars_put(market_store *store, int64_t series, int64_t interval_ms,
                        const market_bar *bars, size_t n, market_tally *tally, apus_err *err)
{
    for (size_t i = 0; i < n;) {
        int64_t number = market_block_number(bars[i].start_ms, interval_ms);
        apus_rc rc = load(store, series, interval_ms, number, err);
        if (rc)
            return rc;
        int64_t did[3] = { 0 };
        for (; i < n && market_block_number(bars[i].start_ms, interval_ms) == number; i++)
            did[market_block_put(store->scratch, &bars[i])]++;
        if (did[MARKET_PUT_ADDED] || did[MARKET_PUT_CHANGED])
            rc = save(store, series, number, err);
        if (rc)
            return rc;
        tally->added += did[MARKET_PUT_ADDED];
        tally->same += did[MARKET_PUT_SAME];
        tally->changed += did[MARKET_PUT_CHANGED];
    }
    return APUS_OK;
}
