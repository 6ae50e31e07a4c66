/* Packed blocks, intervals and moments: bytes and numbers, without a store. */
#include "market/market_fixture.h"

#include "market/block.h"
#include "market/cursor.h"
#include "market/interval.h"
#include "market/symbol.h"

static market_bar bar_at(int64_t start_ms, double price)
{
    return (market_bar){ start_ms, price, price + 2, price - 2, price + 1, 10, 0 };
}

static void a_block_reads_back_what_was_packed(void **state)
{
    (void)state;
    static market_block packed, opened;
    static uint8_t bytes[MARKET_BLOCK_MAX];
    int64_t start = market_block_start(900, MARKET_HOUR);
    market_block_clear(&packed, MARKET_HOUR, 900);
    for (int i = 0; i < MARKET_BLOCK_BARS; i += 3) {
        market_bar bar = bar_at(start + i * MARKET_HOUR, 100 + i);
        assert_int_equal(market_block_put(&packed, &bar), MARKET_PUT_ADDED);
        assert_int_equal(market_block_put(&packed, &bar), MARKET_PUT_SAME);
    }
    size_t len = market_block_encode(&packed, bytes);
    assert_int_equal(len, MARKET_BLOCK_HEADER + 171 * 5 * 8);
    assert_int_equal(
        market_block_decode(&opened, MARKET_HOUR, 900, (apus_bytes){ bytes, len }, NULL), APUS_OK);
    unsigned at = 0;
    market_bar bar;
    for (unsigned i = 0; i < MARKET_BLOCK_BARS; i += 3) {
        assert_true(market_block_next(&opened, i, &at, &bar));
        assert_int_equal(at, i);
        assert_int_equal(bar.start_ms, start + i * MARKET_HOUR);
        assert_true(bar.close == 101 + i && bar.volume == 10 && bar.market_cap == 0);
    }
    assert_false(market_block_next(&opened, 511, &at, &bar));
    assert_true(market_block_last(&opened, &bar));
    assert_int_equal(bar.start_ms, start + 510 * MARKET_HOUR);
}

static void a_market_cap_costs_a_column_only_where_one_is_known(void **state)
{
    (void)state;
    static market_block b;
    static uint8_t bytes[MARKET_BLOCK_MAX];
    market_block_clear(&b, MARKET_DAY, 10);
    market_bar bar = bar_at(market_block_start(10, MARKET_DAY), 5);
    market_block_put(&b, &bar);
    assert_int_equal(market_block_encode(&b, bytes), MARKET_BLOCK_HEADER + 40);
    bar.market_cap = 7;
    assert_int_equal(market_block_put(&b, &bar), MARKET_PUT_CHANGED);
    size_t len = market_block_encode(&b, bytes);
    assert_int_equal(len, MARKET_BLOCK_HEADER + 48);
    assert_int_equal(market_block_decode(&b, MARKET_DAY, 10, (apus_bytes){ bytes, len }, NULL), 0);
    assert_true(market_block_last(&b, &bar));
    assert_true(bar.market_cap == 7);
}

static void every_changed_byte_of_a_block_is_noticed(void **state)
{
    (void)state;
    static market_block b;
    static uint8_t bytes[MARKET_BLOCK_MAX];
    market_block_clear(&b, MARKET_MINUTE, 50000);
    for (int i = 0; i < 4; i++) {
        market_bar bar = bar_at(market_block_start(50000, MARKET_MINUTE) + i * MARKET_MINUTE, 9);
        market_block_put(&b, &bar);
    }
    size_t len = market_block_encode(&b, bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 0x10;
        assert_int_equal(
            market_block_decode(&b, MARKET_MINUTE, 50000, (apus_bytes){ bytes, len }, NULL),
            APUS_SYNTAX);
        bytes[i] ^= 0x10;
    }
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(
            market_block_decode(&b, MARKET_MINUTE, 50000, (apus_bytes){ bytes, cut }, NULL),
            APUS_SYNTAX);
    assert_int_equal(
        market_block_decode(&b, MARKET_MINUTE, 50001, (apus_bytes){ bytes, len }, NULL),
        APUS_SYNTAX);
    assert_int_equal(
        market_block_decode(&b, MARKET_MINUTE, 50000, (apus_bytes){ bytes, len }, NULL), APUS_OK);
}

static void intervals_keep_to_the_epoch_and_weeks_to_monday(void **state)
{
    (void)state;
    int64_t t = fixture_time("2024-12-29T23:17:05Z"); /* a Sunday */
    static const struct {
        const char *interval, *floor;
    } cases[] = {
        { "1m", "2024-12-29T23:17:00Z" },  { "3m", "2024-12-29T23:15:00Z" },
        { "15m", "2024-12-29T23:15:00Z" }, { "1h", "2024-12-29T23:00:00Z" },
        { "4h", "2024-12-29T20:00:00Z" },  { "12h", "2024-12-29T12:00:00Z" },
        { "1d", "2024-12-29T00:00:00Z" },  { "1w", "2024-12-23T00:00:00Z" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = market_interval_parse(apus_str_of(cases[i].interval));
        char text[MARKET_MOMENT_MAX];
        assert_string_equal(market_interval_name(ms), cases[i].interval);
        assert_string_equal(market_moment_print(market_interval_floor(t, ms), text),
                            cases[i].floor);
        int64_t floor = market_interval_floor(t, ms);
        assert_int_equal(market_interval_ceil(t, ms), floor + ms);
        assert_int_equal(market_interval_ceil(floor, ms), floor);
        assert_int_equal(market_interval_slot_start(market_interval_slot(floor, ms), ms), floor);
    }
    assert_int_equal(market_interval_parse(APUS_STR("7m")), 0);
    assert_int_equal(market_interval_parse(APUS_STR("")), 0);
    assert_true(market_interval_divides(MARKET_DAY, MARKET_WEEK));
    assert_false(market_interval_divides(2 * MARKET_HOUR, 3 * MARKET_HOUR));
    assert_false(market_interval_divides(MARKET_WEEK, MARKET_DAY));
}

static void moments_read_as_they_are_written_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *text, *means; /* NULL: refused */
    } cases[] = {
        { "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z" },
        { "2024-02-29", "2024-02-29T00:00:00Z" },
        { "2024-02-29 12:30", "2024-02-29T12:30:00Z" },
        { "2024-02-29T12:30:00.25Z", "2024-02-29T12:30:00.250Z" },
        { "2024-03-01T01:30:00+02:00", "2024-02-29T23:30:00Z" },
        { "1735513200", "2024-12-29T23:00:00Z" },
        { "1735513200000", "2024-12-29T23:00:00Z" },
        { "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z" },
        { "1900-03-01", "1900-03-01T00:00:00Z" },
        { "2023-02-29", NULL },
        { "2024-13-01", NULL },
        { "2024-00-10", NULL },
        { "2024-01-00", NULL },
        { "2024-01-01T24:00:00Z", NULL },
        { "2024-01-01T00:60:00Z", NULL },
        { "2024-01-01T00:00:60Z", NULL },
        { "2024-01-01T00:00:00.Z", NULL },
        { "2024-01-01T00:00:00X", NULL },
        { "2024-01-01T00:00:00Z ", NULL },
        { "2024-1-1", NULL },
        { "-1735513200", NULL },
        { "173551320000000", NULL },
        { "now", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        char text[MARKET_MOMENT_MAX];
        bool ok = market_moment_parse(apus_str_of(cases[i].text), &ms);
        if (ok != (cases[i].means != NULL))
            fail_msg("%s: %s", cases[i].text, ok ? "was taken" : "was refused");
        if (ok)
            assert_string_equal(market_moment_print(ms, text), cases[i].means);
    }
}

static void symbols_have_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text, *quote, *means;
    } cases[] = {
        { "BTC-USD", "EUR", "BTC-USD" },
        { "btc/usdt", "", "BTC-USDT" },
        { "ETH_usd", "", "ETH-USD" },
        { "AAVE", "USD", "AAVE-USD" },
        { "1INCH", "", "1INCH" },
        { "BRK.B", "USD", "BRK.B-USD" },
        { "", "USD", NULL },
        { "-USD", "", NULL },
        { "BTC-", "", NULL },
        { "A-B-C", "", NULL },
        { "BTC USD", "", NULL },
        { "B\xc3\xa4r", "", NULL },
        { "ABCDEFGHIJKLMNOP", "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        market_symbol s;
        bool ok = market_symbol_parse(apus_str_of(cases[i].text), apus_str_of(cases[i].quote), &s);
        if (ok != (cases[i].means != NULL))
            fail_msg("%s: %s", cases[i].text, ok ? "was taken" : "was refused");
        if (ok)
            assert_string_equal(s.text, cases[i].means);
    }
    apus_str quote = market_symbol_quote_of_file(APUS_STR("eur/x_usdt/daily_usd_2013.csv"));
    assert_true(apus_str_eq(quote, APUS_STR("USD")));
    quote = market_symbol_quote_of_file(APUS_STR("usd/m1_btcusdt_2024.csv"));
    assert_int_equal(quote.len, 0);
}

static void a_cursor_survives_the_way_there_and_no_change_on_it(void **state)
{
    (void)state;
    market_cursor c = { 7, MARKET_HOUR, fixture_time("2024-01-01"), INT64_MIN }, back;
    char text[MARKET_CURSOR_MAX];
    size_t len = market_cursor_print(&c, text);
    assert_true(market_cursor_parse((apus_str){ text, len }, &back));
    assert_memory_equal(&c, &back, sizeof c);
    for (size_t i = 0; i < len; i++) {
        char was = text[i];
        text[i] = was == '0' ? '1' : '0';
        assert_false(market_cursor_parse((apus_str){ text, len }, &back));
        text[i] = was;
        assert_false(market_cursor_parse((apus_str){ text, i }, &back));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_reads_back_what_was_packed),
        cmocka_unit_test(a_market_cap_costs_a_column_only_where_one_is_known),
        cmocka_unit_test(every_changed_byte_of_a_block_is_noticed),
        cmocka_unit_test(intervals_keep_to_the_epoch_and_weeks_to_monday),
        cmocka_unit_test(moments_read_as_they_are_written_or_not_at_all),
        cmocka_unit_test(symbols_have_one_spelling),
        cmocka_unit_test(a_cursor_survives_the_way_there_and_no_change_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
