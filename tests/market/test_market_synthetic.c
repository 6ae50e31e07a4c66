/* The made-up history: the same everywhere, labelled, and believable. */
#include "market/market_fixture.h"

#include <math.h>

#include "market/candles.h"
#include "market/synthetic.h"

static market_candle *hours_of(struct fixture *f, const char *symbol, size_t *n)
{
    market_query q = { .symbol = apus_str_of(symbol),
                       .interval_ms = MARKET_HOUR,
                       .from_ms = market_synthetic_default.start_ms,
                       .to_ms = MARKET_OPEN,
                       .limit = MARKET_CANDLES_MAX };
    market_candle *all = APUS_NEW(&f->arena, market_candle, MARKET_SYNTHETIC_HOURS);
    assert_non_null(all);
    *n = 0;
    for (;;) {
        market_page page;
        assert_ok(f, market_candles_read(f->store, &f->arena, &q, &page, &f->err));
        assert_string_equal(page.series.source.ptr, "synthetic");
        assert_true(page.series.synthetic);
        assert_true(*n + page.n_candles <= MARKET_SYNTHETIC_HOURS);
        memcpy(all + *n, page.candles, page.n_candles * sizeof *all);
        *n += page.n_candles;
        if (!page.next.len)
            return all;
        q.cursor = page.next;
    }
}

static double *returns_of(struct fixture *f, const char *symbol)
{
    size_t n;
    market_candle *c = hours_of(f, symbol, &n);
    assert_int_equal(n, MARKET_SYNTHETIC_HOURS);
    double *r = APUS_NEW(&f->arena, double, n);
    assert_non_null(r);
    for (size_t i = 0; i < n; i++)
        r[i] = log(c[i].bar.close / c[i].bar.open);
    return r;
}

static double moment(const double *r, int power)
{
    double sum = 0;
    for (int i = 0; i < MARKET_SYNTHETIC_HOURS; i++)
        sum += pow(r[i], power);
    return sum / MARKET_SYNTHETIC_HOURS;
}

static double correlation(const double *a, const double *b)
{
    double ab = 0;
    for (int i = 0; i < MARKET_SYNTHETIC_HOURS; i++)
        ab += a[i] * b[i];
    return ab / MARKET_SYNTHETIC_HOURS / sqrt(moment(a, 2) * moment(b, 2));
}

static void ten_assets_of_three_years_without_a_gap(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, market_synthetic_fill(f->store, &market_synthetic_default, &f->err));
    market_assets list;
    assert_ok(f, market_assets_list(f->store, &f->arena, APUS_STR(""), 100, &list, &f->err));
    assert_int_equal(list.len, 10);
    for (size_t i = 0; i < list.len; i++) {
        size_t n;
        market_candle *c = hours_of(f, list.ptr[i].symbol.ptr, &n);
        assert_int_equal(n, MARKET_SYNTHETIC_HOURS);
        assert_int_equal(list.ptr[i].series[0].gaps, 0);
        for (size_t h = 0; h < n; h++) {
            const market_bar *b = &c[h].bar;
            assert_true(b->low > 0 && b->high >= b->open && b->high >= b->close);
            assert_true(b->low <= b->open && b->low <= b->close && b->volume > 0);
            if (h > 0)
                assert_true(b->open == c[h - 1].bar.close);
            double from_start = b->close / c[0].bar.open;
            if (from_start < 0.02 || from_start > 50)
                fail_msg("%s went to %g times where it began", list.ptr[i].symbol.ptr, from_start);
        }
    }
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, market_synthetic_fill(f->store, &market_synthetic_default, &f->err));
    uint64_t first = fixture_digest(f);
    assert_ok(f, market_synthetic_fill(f->store, &market_synthetic_default, &f->err));
    assert_true(fixture_digest(f) == first);
    assert_true(first == UINT64_C(0x2bc0b63180b3aa59));

    market_synthetic_options other = market_synthetic_default;
    other.seed = 2;
    assert_ok(f, market_synthetic_fill(f->store, &other, &f->err));
    assert_true(fixture_digest(f) != first);
}

static void volatility_comes_in_regimes_and_assets_move_together(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, market_synthetic_fill(f->store, &market_synthetic_default, &f->err));
    double *btc = returns_of(f, "BTC-USD"), *eth = returns_of(f, "ETH-USD");
    double *doge = returns_of(f, "DOGE-USD");
    /* A fat tail: with one regime the kurtosis would be below 3. */
    double kurtosis = moment(btc, 4) / (moment(btc, 2) * moment(btc, 2));
    assert_true(kurtosis > 4 && kurtosis < 30);
    double yearly = sqrt(moment(btc, 2) * 24 * 365);
    assert_true(yearly > 0.3 && yearly < 1.0);
    /* Large moves follow large moves. */
    double *size = APUS_NEW(&f->arena, double, MARKET_SYNTHETIC_HOURS);
    assert_non_null(size);
    double mean = 0, together = 0, apart = 0;
    for (int i = 0; i < MARKET_SYNTHETIC_HOURS; i++)
        mean += (size[i] = fabs(btc[i])) / MARKET_SYNTHETIC_HOURS;
    for (int i = 24; i < MARKET_SYNTHETIC_HOURS; i++) {
        together += (size[i] - mean) * (size[i - 24] - mean);
        apart += (size[i] - mean) * (size[i] - mean);
    }
    assert_true(together / apart > 0.1);
    double close = correlation(btc, eth), loose = correlation(btc, doge);
    assert_true(close > 0.7 && close < 0.99);
    assert_true(loose > 0.4 && loose < close);
}

static void a_store_that_is_full_keeps_nothing_of_it(void **state)
{
    struct fixture *f = *state;
    uint64_t before = fixture_digest(f);
    assert_ok(f, market_store_limit(f->store, 1 << 20, &f->err));
    assert_int_equal(market_synthetic_fill(f->store, &market_synthetic_default, &f->err),
                     APUS_LIMIT);
    assert_true(fixture_digest(f) == before);
    market_totals totals;
    assert_ok(f, market_store_totals(f->store, &totals, &f->err));
    assert_int_equal(totals.assets, 0);
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(ten_assets_of_three_years_without_a_gap),
        in_a_store(the_same_seed_gives_the_same_bytes),
        in_a_store(volatility_comes_in_regimes_and_assets_move_together),
        in_a_store(a_store_that_is_full_keeps_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
