/* The real files: totals, gaps, and that minutes make the quarter hours that were recorded. */
#include "market/market_fixture.h"

#include <math.h>

#include "market/candles.h"

struct expected_series {
    const char *symbol;
    int64_t bars, gaps, missing;
    const char *first, *last;
};

static void check_series(struct fixture *f, const char *source, const struct expected_series *e)
{
    market_asset asset;
    const market_series *found = NULL;
    char text[MARKET_MOMENT_MAX];
    assert_ok(f, market_asset_find(f->store, &f->arena, apus_str_of(e->symbol), &asset, &f->err));
    for (size_t i = 0; i < asset.n_series; i++)
        if (apus_str_eq(asset.series[i].source, apus_str_of(source)))
            found = &asset.series[i];
    assert_non_null(found);
    assert_int_equal(found->bars, e->bars);
    assert_int_equal(found->gaps, e->gaps);
    assert_int_equal(found->missing, e->missing);
    assert_string_equal(market_moment_print(found->first_ms, text), e->first);
    assert_string_equal(market_moment_print(found->last_ms, text), e->last);
}

static void check_file(struct fixture *f, const char *name, int64_t rows, int64_t interval_ms,
                       const struct expected_series *series, size_t n)
{
    market_import_report r = fixture_import(f, fixture_real_file(f, name));
    assert_int_equal(r.ledger.rows, rows);
    assert_int_equal(r.ledger.added, rows);
    assert_int_equal(market_ledger_refused(&r.ledger), 0);
    assert_int_equal(r.interval_ms, interval_ms);
    for (size_t i = 0; i < n; i++)
        check_series(f, r.source, &series[i]);
    uint64_t before = fixture_digest(f);
    assert_true(fixture_import(f, fixture_real_file(f, name)).known);
    assert_true(fixture_digest(f) == before);
}

#define N(a) (sizeof(a) / sizeof *(a))

static void daily_usd(void **state)
{
    static const struct expected_series series[] = {
        { "BTC-USD", 2991, 0, 0, "2013-04-29T00:00:00Z", "2021-07-06T00:00:00Z" },
        { "AAVE-USD", 275, 0, 0, "2020-10-05T00:00:00Z", "2021-07-06T00:00:00Z" },
        { "USDT-USD", 2318, 2, 5, "2015-02-26T00:00:00Z", "2021-07-06T00:00:00Z" },
    };
    struct fixture *f = *state;
    check_file(f, "daily_usd_2013_2021.csv", 26070, MARKET_DAY, series, N(series));
    market_totals totals;
    assert_ok(f, market_store_totals(f->store, &totals, &f->err));
    assert_int_equal(totals.assets, 16);
    market_query q = { .symbol = APUS_STR("BTC-USD"),
                       .interval_ms = MARKET_DAY,
                       .from_ms = fixture_time("2013-04-29"),
                       .to_ms = MARKET_OPEN,
                       .limit = 1 };
    market_page page;
    assert_ok(f, market_candles_read(f->store, &f->arena, &q, &page, &f->err));
    assert_true(page.candles[0].bar.open == 134.444000244);
    assert_true(page.candles[0].bar.market_cap == 1603768864.5);
}

static void daily_bitstamp(void **state)
{
    static const struct expected_series series[] = {
        { "BTC-USD", 1865, 1, 12, "2014-11-28T00:00:00Z", "2020-01-17T00:00:00Z" },
        { "ETH-USD", 788, 1, 12, "2017-11-09T00:00:00Z", "2020-01-17T00:00:00Z" },
        { "LTC-USD", 925, 1, 12, "2017-06-25T00:00:00Z", "2020-01-17T00:00:00Z" },
    };
    check_file(*state, "daily_bitstamp_btc_eth_ltc_2014_2020.csv", 3578, MARKET_DAY, series,
               N(series));
}

static void hourly_coinbase(void **state)
{
    static const struct expected_series series[] = {
        { "BTC-USD", 20111, 0, 0, "2017-07-01T11:00:00Z", "2019-10-17T09:00:00Z" },
    };
    check_file(*state, "hourly_btcusd_coinbase_2017_2019.csv", 20111, MARKET_HOUR, series, 1);
}

static void hourly_binance(void **state)
{
    static const struct expected_series series[] = {
        { "BTC-USDT", 33412, 8, 16, "2017-08-17T05:00:00Z", "2021-06-10T00:00:00Z" },
        { "ETH-USDT", 33412, 8, 16, "2017-08-17T05:00:00Z", "2021-06-10T00:00:00Z" },
        { "BNB-USDT", 7478, 7, 12, "2020-08-01T23:00:00Z", "2021-06-10T00:00:00Z" },
        { "ADA-USDT", 7478, 7, 12, "2020-08-01T23:00:00Z", "2021-06-10T00:00:00Z" },
    };
    struct fixture *f = *state;
    check_file(f, "hourly_binance_2017_2021.csv", 81780, MARKET_HOUR, series, N(series));
    /* The gaps that the series counts are the gaps that an answer lists. */
    market_query q = { .symbol = APUS_STR("ADA-USDT"),
                       .interval_ms = MARKET_DAY,
                       .from_ms = fixture_time("2020-08-01"),
                       .to_ms = MARKET_OPEN,
                       .limit = 5000 };
    market_page page;
    assert_ok(f, market_candles_read(f->store, &f->arena, &q, &page, &f->err));
    int64_t missing = 0;
    for (size_t i = 0; i < page.n_gaps; i++)
        missing += page.gaps[i].missing;
    assert_int_equal(page.n_gaps, 7);
    assert_int_equal(missing, 12);
}

static void a_file_of_another_kind(void **state)
{
    struct fixture *f = *state;
    market_import_report r;
    market_import_options o = { .now_ms = FIXTURE_NOW };
    const char *path = fixture_real_file(f, "marketcap_snapshots_monthly_2013_2025.csv");
    assert_int_equal(market_import_file(f->store, path, &o, &r, &f->err), APUS_SYNTAX);
    assert_non_null(strstr(f->err.msg, "not \"timestamp,rank,symbol,market_cap\""));
}

/* Every quarter hour that is whole in both files. */
static void minutes_make_the_quarter_hours_that_were_recorded(void **state)
{
    static const struct expected_series m1 = {
        "BTC-USDT", 41761, 0, 0, "2024-11-30T23:00:00Z", "2024-12-29T23:00:00Z"
    };
    static const struct expected_series m15 = {
        "BTC-USDT", 34945, 0, 0, "2023-12-31T23:00:00Z", "2024-12-29T23:00:00Z"
    };
    struct fixture *f = *state;
    check_file(f, "m1_btcusdt_binance_2024_12.csv", 41761, MARKET_MINUTE, &m1, 1);
    check_file(f, "m15_btcusdt_binance_2024.csv", 34945, 15 * MARKET_MINUTE, &m15, 1);

    market_query q = { .symbol = APUS_STR("BTC-USDT"),
                       .interval_ms = 15 * MARKET_MINUTE,
                       .from_ms = fixture_time("2024-11-30T23:00Z"),
                       .to_ms = fixture_time("2024-12-29T23:00Z"),
                       .limit = 5000 };
    market_page made, recorded;
    q.source = APUS_STR("m1_btcusdt_binance_2024_12");
    assert_ok(f, market_candles_read(f->store, &f->arena, &q, &made, &f->err));
    q.source = APUS_STR("m15_btcusdt_binance_2024");
    assert_ok(f, market_candles_read(f->store, &f->arena, &q, &recorded, &f->err));
    assert_int_equal(made.n_candles, 2784);
    assert_int_equal(recorded.n_candles, 2784);
    for (size_t i = 0; i < made.n_candles; i++) {
        const market_bar *a = &made.candles[i].bar, *b = &recorded.candles[i].bar;
        assert_int_equal(a->start_ms, b->start_ms);
        assert_int_equal(made.candles[i].parts, 15);
        assert_true(a->open == b->open && a->high == b->high);
        assert_true(a->low == b->low && a->close == b->close);
        assert_true(fabs(a->volume - b->volume) < 1e-9); /* the files have five decimals */
    }
}

/* Hours from minutes and hours from quarter hours are the same hours. */
static void the_way_up_does_not_matter(void **state)
{
    struct fixture *f = *state;
    fixture_import(f, fixture_real_file(f, "m1_btcusdt_binance_2024_12.csv"));
    fixture_import(f, fixture_real_file(f, "m15_btcusdt_binance_2024.csv"));
    static const int64_t intervals[] = { 30 * MARKET_MINUTE, MARKET_HOUR, 4 * MARKET_HOUR,
                                         MARKET_DAY, MARKET_WEEK };
    for (size_t k = 0; k < N(intervals); k++) {
        market_query q = { .symbol = APUS_STR("BTC-USDT"),
                           .interval_ms = intervals[k],
                           .from_ms = fixture_time("2024-12-02"),
                           .to_ms = fixture_time("2024-12-23"),
                           .limit = 5000 };
        market_page a, b;
        q.source = APUS_STR("m1_btcusdt_binance_2024_12");
        assert_ok(f, market_candles_read(f->store, &f->arena, &q, &a, &f->err));
        q.source = APUS_STR("m15_btcusdt_binance_2024");
        assert_ok(f, market_candles_read(f->store, &f->arena, &q, &b, &f->err));
        assert_int_equal(a.n_candles, 21 * MARKET_DAY / intervals[k]);
        assert_int_equal(b.n_candles, a.n_candles);
        for (size_t i = 0; i < a.n_candles; i++) {
            const market_bar *x = &a.candles[i].bar, *y = &b.candles[i].bar;
            assert_true(x->start_ms == y->start_ms && x->open == y->open && x->high == y->high);
            assert_true(x->low == y->low && x->close == y->close);
            assert_true(fabs(x->volume - y->volume) < 1e-8);
            assert_int_equal(a.candles[i].parts, a.candles[i].of);
        }
    }
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(daily_usd),
        in_a_store(daily_bitstamp),
        in_a_store(hourly_coinbase),
        in_a_store(hourly_binance),
        in_a_store(a_file_of_another_kind),
        in_a_store(minutes_make_the_quarter_hours_that_were_recorded),
        in_a_store(the_way_up_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
