/* Reading: ranges, pages, gaps, resampling, the choice of a source, the latest price. */
#include "market/market_fixture.h"

#include <math.h>

#include "market/candles.h"
#include "market/interval.h"
#include "market/latest.h"
#include "market/synthetic.h"

static int64_t start_ms;

/* Minutes of a fresh series, except those in [gap, gap + missing). */
static void put_minutes(struct fixture *f, const char *source, int n, int gap, int missing)
{
    market_symbol symbol;
    market_tally tally = { 0 };
    int64_t series;
    start_ms = fixture_time("2024-03-04"); /* a Monday */
    assert_true(market_symbol_parse(APUS_STR("AAA-USD"), APUS_STR(""), &symbol));
    assert_ok(f, market_store_begin(f->store, &f->err));
    assert_ok(f, market_series_ensure(f->store, &symbol, MARKET_MINUTE, apus_str_of(source),
                                      &series, &f->err));
    for (int i = 0; i < n; i++) {
        if (i >= gap && i < gap + missing)
            continue;
        double price = 1000 + i;
        market_bar bar = {
            start_ms + i * MARKET_MINUTE, price, price + 5, price - 5, price + 1, 0.1, 0
        };
        assert_ok(f, market_bars_put(f->store, series, MARKET_MINUTE, &bar, 1, &tally, &f->err));
    }
    assert_ok(f, market_series_refresh(f->store, series, MARKET_MINUTE, &f->err));
    assert_ok(f, market_store_commit(f->store, &f->err));
}

static market_query query_of(const char *interval)
{
    return (market_query){ .symbol = APUS_STR("AAA-USD"),
                           .interval_ms = market_interval_parse(apus_str_of(interval)),
                           .from_ms = MARKET_OPEN,
                           .to_ms = MARKET_OPEN,
                           .limit = MARKET_CANDLES_MAX };
}

static market_page read_page(struct fixture *f, const market_query *q)
{
    market_page page;
    assert_ok(f, market_candles_read(f->store, &f->arena, q, &page, &f->err));
    return page;
}

static void hours_are_made_of_minutes_exactly(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "feed", 150, 70, 10);
    market_query q = query_of("1h");
    market_page page = read_page(f, &q);
    assert_int_equal(page.n_candles, 3);
    static const struct {
        double open, high, low, close, volume;
        uint32_t parts;
    } wanted[] = {
        { 1000, 1064, 995, 1060, 6.0, 60 },
        { 1060, 1124, 1055, 1120, 5.0, 50 },
        { 1120, 1154, 1115, 1150, 3.0, 30 },
    };
    for (int i = 0; i < 3; i++) {
        const market_candle *c = &page.candles[i];
        assert_int_equal(c->bar.start_ms, start_ms + i * MARKET_HOUR);
        assert_true(c->bar.open == wanted[i].open && c->bar.high == wanted[i].high);
        assert_true(c->bar.low == wanted[i].low && c->bar.close == wanted[i].close);
        assert_true(c->bar.volume == wanted[i].volume); /* 60 times 0.1 is 6, not 5.999... */
        assert_int_equal(c->parts, wanted[i].parts);
        assert_int_equal(c->of, 60);
    }
    assert_int_equal(page.n_gaps, 1);
    assert_int_equal(page.gaps[0].from_ms, start_ms + 70 * MARKET_MINUTE);
    assert_int_equal(page.gaps[0].to_ms, start_ms + 80 * MARKET_MINUTE);
    assert_int_equal(page.gaps[0].missing, 10);
    assert_string_equal(page.series.source.ptr, "feed");
    assert_int_equal(page.series.first_ms, start_ms);
    assert_int_equal(page.series.last_ms, start_ms + 149 * MARKET_MINUTE);
    assert_int_equal(page.next.len, 0);
}

static void a_range_includes_its_start_and_excludes_its_end(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "feed", 1500, 0, 0);
    static const struct {
        int from, to; /* minutes */
        const char *interval;
        size_t n;
        int first; /* minute */
    } cases[] = {
        { 0, 10, "1m", 10, 0 },     { 5, 6, "1m", 1, 5 },    { 1499, 9999, "1m", 1, 1499 },
        { 1500, 9999, "1m", 0, 0 }, { -500, 1, "1m", 1, 0 }, { -500, 0, "1m", 0, 0 },
        { 0, 60, "1h", 1, 0 },      { 0, 61, "1h", 2, 0 },   { 1, 120, "1h", 1, 60 },
        { 511, 513, "1m", 2, 511 }, { 1, 59, "1h", 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        market_query q = query_of(cases[i].interval);
        q.from_ms = start_ms + cases[i].from * MARKET_MINUTE;
        q.to_ms = start_ms + cases[i].to * MARKET_MINUTE;
        market_page page = read_page(f, &q);
        if (page.n_candles != cases[i].n)
            fail_msg("case %zu: %zu candles, not %zu", i, page.n_candles, cases[i].n);
        if (page.n_candles)
            assert_int_equal(page.candles[0].bar.start_ms,
                             start_ms + cases[i].first * MARKET_MINUTE);
        for (size_t c = 0; c + 1 < page.n_candles; c++)
            assert_int_equal(page.candles[c].parts, page.candles[c].of);
    }
    market_query q = query_of("1m");
    q.limit = 3; /* no from: the newest */
    market_page page = read_page(f, &q);
    assert_int_equal(page.n_candles, 3);
    assert_int_equal(page.candles[2].bar.start_ms, start_ms + 1499 * MARKET_MINUTE);
    q.to_ms = start_ms + 100 * MARKET_MINUTE;
    page = read_page(f, &q);
    assert_int_equal(page.n_candles, 3);
    assert_int_equal(page.candles[2].bar.start_ms, start_ms + 99 * MARKET_MINUTE);
}

/* Whatever the page size, the pages together are the whole, gaps as well. */
static void pages_add_up_to_the_whole(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "feed", 3000, 700, 800);
    static const char *const intervals[] = { "1m", "15m", "4h" };
    for (int i = 0; i < 3; i++) {
        market_query q = query_of(intervals[i]);
        q.from_ms = start_ms;
        market_page whole = read_page(f, &q);
        assert_int_equal(whole.n_gaps, 1);
        for (size_t limit = 1; limit < 40; limit += 4) {
            size_t n = 0;
            int64_t missing = 0;
            q.limit = limit;
            q.cursor = APUS_STR("");
            for (;;) {
                market_page page = read_page(f, &q);
                assert_true(page.n_candles <= limit);
                assert_true(n + page.n_candles <= whole.n_candles);
                assert_memory_equal(page.candles, whole.candles + n,
                                    page.n_candles * sizeof *page.candles);
                n += page.n_candles;
                for (size_t g = 0; g < page.n_gaps; g++)
                    missing += page.gaps[g].missing;
                if (!page.next.len)
                    break;
                q.cursor = page.next;
            }
            assert_int_equal(n, whole.n_candles);
            assert_int_equal(missing, 800);
        }
    }
}

static void questions_that_make_no_sense_are_refused(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "feed", 100, 0, 0);
    market_query hours = query_of("1h");
    hours.limit = 1;
    hours.from_ms = start_ms;
    market_page page = read_page(f, &hours);
    assert_true(page.next.len > 0);
    const struct {
        market_query q;
        apus_rc rc;
        const char *says;
    } cases[] = {
        { { .symbol = APUS_STR("NOPE-USD"),
            .interval_ms = MARKET_HOUR,
            .limit = 1,
            .to_ms = MARKET_OPEN },
          APUS_NOT_FOUND,
          "there is no asset NOPE-USD" },
        { { .symbol = APUS_STR("no such!"),
            .interval_ms = MARKET_HOUR,
            .limit = 1,
            .to_ms = MARKET_OPEN },
          APUS_NOT_FOUND,
          "there is no asset no such!" },
        { { .symbol = APUS_STR("AAA-USD"), .interval_ms = 7, .limit = 1 },
          APUS_INVALID,
          "interval must be one of 1m" },
        { { .symbol = APUS_STR("AAA-USD"), .interval_ms = MARKET_HOUR, .limit = 0 },
          APUS_INVALID,
          "limit must be from 1 to 5000" },
        { { .symbol = APUS_STR("AAA-USD"), .interval_ms = MARKET_HOUR, .limit = 5001 },
          APUS_INVALID,
          "limit" },
        { { .symbol = APUS_STR("AAA-USD"),
            .interval_ms = MARKET_HOUR,
            .limit = 1,
            .to_ms = INT64_MAX },
          APUS_INVALID,
          "to is out of range" },
        { { .symbol = APUS_STR("AAA-USD"),
            .interval_ms = MARKET_HOUR,
            .limit = 1,
            .source = APUS_STR("other"),
            .to_ms = MARKET_OPEN },
          APUS_NOT_FOUND,
          "from source other" },
        { { .symbol = APUS_STR("AAA-USD"),
            .interval_ms = MARKET_HOUR,
            .limit = 1,
            .cursor = APUS_STR("zz"),
            .to_ms = MARKET_OPEN },
          APUS_INVALID,
          "cursor" },
        { { .symbol = APUS_STR("AAA-USD"),
            .interval_ms = MARKET_MINUTE,
            .limit = 1,
            .cursor = page.next,
            .to_ms = MARKET_OPEN },
          APUS_INVALID,
          "cursor" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        market_page ignored;
        apus_rc rc = market_candles_read(f->store, &f->arena, &cases[i].q, &ignored, &f->err);
        if (rc != cases[i].rc || !strstr(f->err.msg, cases[i].says))
            fail_msg("case %zu: %s: %s", i, apus_rc_text(rc), f->err.msg);
    }
}

static void a_recorded_source_comes_before_a_made_up_one(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "synthetic", 3000, 0, 0);
    market_query q = query_of("1m");
    q.limit = 10;
    assert_true(read_page(f, &q).series.synthetic);
    put_minutes(f, "short", 500, 0, 0);
    put_minutes(f, "long", 900, 0, 0);
    assert_string_equal(read_page(f, &q).series.source.ptr, "long");
    q.from_ms = start_ms;
    q.to_ms = start_ms + 100 * MARKET_MINUTE; /* both cover it; the one with more bars */
    assert_string_equal(read_page(f, &q).series.source.ptr, "long");
    q.source = APUS_STR("synthetic");
    assert_string_equal(read_page(f, &q).series.source.ptr, "synthetic");
    q.source = APUS_STR("short");
    q.to_ms = MARKET_OPEN;
    market_page page = read_page(f, &q);
    assert_string_equal(page.series.source.ptr, "short");
    q.source = APUS_STR(""); /* the cursor keeps to the source */
    q.cursor = page.next;
    assert_string_equal(read_page(f, &q).series.source.ptr, "short");
}

static void the_latest_price_is_the_end_of_the_last_bar(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "feed", 1500, 0, 0);
    market_price price;
    assert_ok(f, market_latest_read(f->store, &f->arena, APUS_STR("aaa/usd"), APUS_STR(""), &price,
                                    &f->err));
    assert_true(price.bar.close == 2500);
    assert_int_equal(price.at_ms, start_ms + 1500 * MARKET_MINUTE);
    assert_true(fabs(price.change_24h - (2500.0 / 1060.0 - 1)) < 1e-12);
    assert_int_equal(market_latest_read(f->store, &f->arena, APUS_STR("AAA-USD"), APUS_STR("x"),
                                        &price, &f->err),
                     APUS_NOT_FOUND);
    assert_int_equal(
        market_latest_read(f->store, &f->arena, APUS_STR("X"), APUS_STR(""), &price, &f->err),
        APUS_NOT_FOUND);
}

static void assets_are_listed_in_pages_by_symbol(void **state)
{
    struct fixture *f = *state;
    market_synthetic_options few = market_synthetic_default;
    few.hours = 100;
    assert_ok(f, market_synthetic_fill(f->store, &few, &f->err));
    market_assets list;
    assert_ok(f, market_assets_list(f->store, &f->arena, APUS_STR(""), 100, &list, &f->err));
    assert_int_equal(list.len, MARKET_SYNTHETIC_ASSETS);
    assert_false(list.more);
    assert_string_equal(list.ptr[0].symbol.ptr, "ADA-USD");
    assert_string_equal(list.ptr[9].symbol.ptr, "XRP-USD");
    assert_true(list.ptr[0].series[0].synthetic);
    size_t n = 0;
    apus_str after = APUS_STR("");
    do {
        assert_ok(f, market_assets_list(f->store, &f->arena, after, 3, &list, &f->err));
        n += list.len;
        after = list.ptr[list.len - 1].symbol;
    } while (list.more);
    assert_int_equal(n, MARKET_SYNTHETIC_ASSETS);
}

static void too_little_memory_is_an_answer(void **state)
{
    struct fixture *f = *state;
    put_minutes(f, "feed", 3000, 700, 10);
    market_query q = query_of("1m");
    q.limit = 1000;
    q.from_ms = start_ms;
    bool succeeded = false;
    for (size_t limit = 0; !succeeded; limit += 1024) {
        apus_arena small;
        market_page page;
        apus_arena_init(&small, &apus_alloc_libc, limit);
        apus_rc rc = market_candles_read(f->store, &small, &q, &page, &f->err);
        succeeded = rc == APUS_OK;
        if (!succeeded)
            assert_int_equal(rc, APUS_NOMEM);
        else
            assert_true(limit > 0 && page.n_candles == 1000);
        apus_arena_finish(&small);
    }
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(hours_are_made_of_minutes_exactly),
        in_a_store(a_range_includes_its_start_and_excludes_its_end),
        in_a_store(pages_add_up_to_the_whole),
        in_a_store(questions_that_make_no_sense_are_refused),
        in_a_store(a_recorded_source_comes_before_a_made_up_one),
        in_a_store(the_latest_price_is_the_end_of_the_last_bar),
        in_a_store(assets_are_listed_in_pages_by_symbol),
        in_a_store(too_little_memory_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
