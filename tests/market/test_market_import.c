/* What an import takes, what it refuses and why, and that doing it again changes nothing. */
#include "market/market_fixture.h"

#include "market/candles.h"
#include "market/lines.h"
#include "market/meter.h"

#define HEAD       "symbol,timestamp,open,high,low,close,volume\n"
#define CAPS       "symbol,timestamp,open,high,low,close,volume,market_cap\n"
#define GOOD(hour) "BTC-USD,2024-01-01T" hour ":00:00Z,10,12,9,11,5\n"
#define FRAME(row) HEAD GOOD("00") GOOD("01") row GOOD("05")

/* One row between good ones; all but it are taken. */
static const struct {
    const char *row;
    market_refusal why;
} bad_rows[] = {
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,9,11\n", MARKET_REFUSED_COLUMNS },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,9,11,5,6\n", MARKET_REFUSED_COLUMNS },
    { "hello\n", MARKET_REFUSED_COLUMNS },
    { ",2024-01-01T02:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_SYMBOL },
    { "B;C,2024-01-01T02:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_SYMBOL },
    { "BTC-USD,yesterday,10,12,9,11,5\n", MARKET_REFUSED_TIME },
    { "BTC-USD,2024-02-30T02:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_TIME },
    { "BTC-USD,1999-12-31T23:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_TIME_RANGE },
    { "BTC-USD,9999-01-01T02:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_TIME_RANGE },
    { "BTC-USD,2024-01-01T02:00:01Z,10,12,9,11,5\n", MARKET_REFUSED_GRID },
    { "BTC-USD,2024-01-01T02:30:00Z,10,12,9,11,5\n", MARKET_REFUSED_GRID },
    { "BTC-USD,2024-01-01T01:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_ORDER },
    { "BTC-USD,2023-12-31T23:00:00Z,10,12,9,11,5\n", MARKET_REFUSED_ORDER },
    { "BTC-USD,2024-01-01T02:00:00Z,ten,12,9,11,5\n", MARKET_REFUSED_NUMBER },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,9,11,\n", MARKET_REFUSED_NUMBER },
    { "BTC-USD,2024-01-01T02:00:00Z,10, 12,9,11,5\n", MARKET_REFUSED_NUMBER },
    { "BTC-USD,2024-01-01T02:00:00Z,0x10,12,9,11,5\n", MARKET_REFUSED_NUMBER },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,9,1.1.1,5\n", MARKET_REFUSED_NUMBER },
    { "BTC-USD,2024-01-01T02:00:00Z,10,nan,9,11,5\n", MARKET_REFUSED_FINITE },
    { "BTC-USD,2024-01-01T02:00:00Z,10,Infinity,9,11,5\n", MARKET_REFUSED_FINITE },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,9,11,1e999\n", MARKET_REFUSED_FINITE },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,0,11,5\n", MARKET_REFUSED_PRICE },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,-9,11,5\n", MARKET_REFUSED_PRICE },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,9,11,-5\n", MARKET_REFUSED_NEGATIVE },
    { "BTC-USD,2024-01-01T02:00:00Z,10,10.5,9,11,5\n", MARKET_REFUSED_HIGH },
    { "BTC-USD,2024-01-01T02:00:00Z,13,12,9,11,5\n", MARKET_REFUSED_HIGH },
    { "BTC-USD,2024-01-01T02:00:00Z,10,12,10.5,11,5\n", MARKET_REFUSED_LOW },
    { "BTC-USD,2024-01-01T02:00:00Z,12,13,11.5,11,5\n", MARKET_REFUSED_LOW },
};

static void every_bad_row_is_refused_for_its_reason(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        char name[32], text[512];
        snprintf(name, sizeof name, "bad%zu.csv", i);
        int len = snprintf(text, sizeof text, FRAME("%s"), bad_rows[i].row);
        market_import_report r = fixture_import(f, fixture_file(f, name, text, (size_t)len));
        if (r.ledger.refused[bad_rows[i].why] != 1)
            fail_msg("not refused as %s: %s", market_refusal_word(bad_rows[i].why),
                     bad_rows[i].row);
        assert_int_equal(market_ledger_refused(&r.ledger), 1);
        assert_int_equal(r.ledger.rows, 4);
        assert_int_equal(r.ledger.added, 3);
        assert_int_equal(r.ledger.n_shown, 1);
        assert_int_equal(r.ledger.shown[0].line, 4);
        assert_int_equal(r.ledger.shown[0].why, bad_rows[i].why);
    }
}

static void a_nul_and_an_endless_line_are_refused_and_passed(void **state)
{
    struct fixture *f = *state;
    static const char nul[] = FRAME("BTC-USD,2024-01-01T02:00:00Z,10,12,9,11,5\0\n");
    market_import_report r = fixture_import(f, fixture_file(f, "nul.csv", nul, sizeof nul - 1));
    assert_int_equal(r.ledger.refused[MARKET_REFUSED_NUL], 1);
    assert_int_equal(r.ledger.added, 3);

    static char text[300000];
    size_t n = 0;
    n += (size_t)sprintf(text + n, HEAD GOOD("00") GOOD("01"));
    memset(text + n, 'x', 200000);
    n += 200000;
    n += (size_t)sprintf(text + n, "\n" GOOD("02"));
    r = fixture_import(f, fixture_file(f, "long.csv", text, n));
    assert_int_equal(r.ledger.refused[MARKET_REFUSED_TOO_LONG], 1);
    assert_int_equal(r.ledger.shown[0].line, 4);
    assert_int_equal(r.ledger.added, 3);
}

static void a_line_of_exactly_the_limit_is_still_a_line(void **state)
{
    struct fixture *f = *state;
    for (int over = 0; over < 2; over++) {
        static char text[4096];
        char name[16];
        size_t n = (size_t)sprintf(text, HEAD GOOD("00") GOOD("01"));
        memset(text + n, 'x', (size_t)(MARKET_LINE_MAX + over));
        n += (size_t)(MARKET_LINE_MAX + over);
        text[n++] = '\n';
        snprintf(name, sizeof name, "limit%d.csv", over);
        market_import_report r = fixture_import(f, fixture_file(f, name, text, n));
        assert_int_equal(r.ledger.refused[over ? MARKET_REFUSED_TOO_LONG : MARKET_REFUSED_COLUMNS],
                         1);
    }
}

static void other_files_are_refused_whole(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        apus_rc rc;
        const char *says;
    } cases[] = {
        { "", APUS_SYNTAX, "the first line must be" },
        { "time,open,high\n1,2,3\n", APUS_SYNTAX, "not \"time,open,high\"" },
        { "symbol,timestamp,open,high,low,close,volume,cap\n", APUS_SYNTAX, "first line" },
        { HEAD, APUS_INVALID, "--interval" },
        { HEAD GOOD("00"), APUS_INVALID, "1m 3m 5m" },
        { HEAD "A,2024-01-01T00:00:00Z,1,1,1,1,1\nA,2024-01-01T00:07:00Z,1,1,1,1,1\n", APUS_INVALID,
          "cannot tell how long its bars are" },
    };
    uint64_t before = fixture_digest(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        market_import_report r;
        market_import_options o = { .now_ms = FIXTURE_NOW };
        const char *path = fixture_file(f, "other.csv", cases[i].text, strlen(cases[i].text));
        assert_int_equal(market_import_file(f->store, path, &o, &r, &f->err), cases[i].rc);
        if (!strstr(f->err.msg, cases[i].says) || !strstr(f->err.msg, "other.csv"))
            fail_msg("\"%s\" does not say \"%s\"", f->err.msg, cases[i].says);
    }
    market_import_report r;
    market_import_options o = { .now_ms = FIXTURE_NOW, .source = APUS_STR("synthetic") };
    const char *path = fixture_file(f, "s.csv", HEAD, sizeof HEAD - 1);
    assert_int_equal(market_import_file(f->store, path, &o, &r, &f->err), APUS_INVALID);
    assert_int_equal(market_import_file(f->store, "/nowhere.csv", &o, &r, &f->err), APUS_NOT_FOUND);
    assert_int_equal(market_import_file(f->store, f->dir, &o, &r, &f->err), APUS_IO);
    assert_true(fixture_digest(f) == before);
}

static void a_byte_order_mark_crlf_and_a_missing_last_newline_are_fine(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "\xef\xbb\xbfsymbol,timestamp,open,high,low,close,volume\r\n"
                               "btc/usd,2024-01-01T00:00:00Z,10,12,9,11,5\r\n\r\n"
                               "btc/usd,2024-01-01T01:00:00Z,10,12,9,11,5\r\n"
                               "btc/usd,2024-01-01T02:00:00Z,10,12,9,11,5.25";
    market_import_report r = fixture_import(f, fixture_file(f, "w.csv", text, sizeof text - 1));
    assert_int_equal(r.ledger.added, 3);
    assert_int_equal(market_ledger_refused(&r.ledger), 0);
    assert_int_equal(r.interval_ms, MARKET_HOUR);
    assert_string_equal(r.source, "w");

    market_asset asset;
    assert_ok(f, market_asset_find(f->store, &f->arena, APUS_STR("BTC-USD"), &asset, &f->err));
    assert_string_equal(asset.name.ptr, "Bitcoin");
    assert_string_equal(asset.base.ptr, "BTC");
    assert_string_equal(asset.quote.ptr, "USD");
    assert_int_equal(asset.n_series, 1);
    assert_int_equal(asset.series[0].bars, 3);
}

static void symbols_may_be_interleaved_and_caps_unknown(void **state)
{
    struct fixture *f = *state;
    static const char text[] = CAPS "A,2024-01-01,1,1,1,1,1,100\n"
                                    "B,2024-01-01,2,2,2,2,2,\n"
                                    "A,2024-01-02,1,1,1,1,1,0\n"
                                    "B,2024-01-02,2,2,2,2,2,200\n"
                                    "A,2024-01-03,1,1,1,1,1,-1\n"
                                    "B,2024-01-05,2,2,2,2,2,200\n";
    /* Neighbours of one symbol tell the interval; here there are none. */
    market_import_report r;
    market_import_options o = { .now_ms = FIXTURE_NOW, .interval_ms = MARKET_DAY };
    const char *path = fixture_file(f, "d_eur.csv", text, sizeof text - 1);
    assert_ok(f, market_import_file(f->store, path, &o, &r, &f->err));
    assert_int_equal(r.ledger.added, 5);
    assert_int_equal(r.ledger.refused[MARKET_REFUSED_NEGATIVE], 1);
    market_asset b;
    assert_ok(f, market_asset_find(f->store, &f->arena, APUS_STR("B-EUR"), &b, &f->err));
    assert_int_equal(b.series[0].bars, 3);
    assert_int_equal(b.series[0].gaps, 1);
    assert_int_equal(b.series[0].missing, 2);
}

static void importing_twice_changes_nothing(void **state)
{
    struct fixture *f = *state;
    static const char text[] = HEAD GOOD("00") GOOD("01") "junk\n" GOOD("02");
    const char *path = fixture_file(f, "twice.csv", text, sizeof text - 1);
    market_import_report r = fixture_import(f, path);
    assert_false(r.known);
    uint64_t before = fixture_digest(f);
    r = fixture_import(f, path);
    assert_true(r.known);
    assert_int_equal(r.ledger.added, 3);
    assert_int_equal(r.ledger.refused[MARKET_REFUSED_COLUMNS], 1);
    assert_int_equal(r.ledger.shown[0].line, 4);
    assert_true(fixture_digest(f) == before);

    /* The same bars in another file: read, compared, left alone. */
    static const char longer[] = HEAD GOOD("00") GOOD("01") GOOD("02") "\n";
    market_import_options o = { .now_ms = FIXTURE_NOW, .source = APUS_STR("twice") };
    path = fixture_file(f, "again.csv", longer, sizeof longer - 1);
    assert_ok(f, market_import_file(f->store, path, &o, &r, &f->err));
    assert_int_equal(r.ledger.rows, 3);
    assert_int_equal(r.ledger.added + r.ledger.changed, 0);
    market_totals totals;
    assert_ok(f, market_store_totals(f->store, &totals, &f->err));
    assert_int_equal(totals.assets, 1);
    assert_int_equal(totals.series, 1);
    assert_int_equal(totals.bars, 3);
}

static void a_corrected_file_corrects(void **state)
{
    struct fixture *f = *state;
    static const char first[] = HEAD GOOD("00") GOOD("01");
    static const char second[] = HEAD GOOD("00") "BTC-USD,2024-01-01T01:00:00Z,10,12,9,11.5,5\n";
    market_import_report r;
    market_import_options o = { .now_ms = FIXTURE_NOW, .source = APUS_STR("feed") };
    assert_ok(f, market_import_file(f->store, fixture_file(f, "1.csv", first, sizeof first - 1), &o,
                                    &r, &f->err));
    assert_ok(f, market_import_file(f->store, fixture_file(f, "2.csv", second, sizeof second - 1),
                                    &o, &r, &f->err));
    assert_int_equal(r.ledger.added, 0);
    assert_int_equal(r.ledger.changed, 1);
    market_query q = { .symbol = APUS_STR("BTC-USD"),
                       .interval_ms = MARKET_HOUR,
                       .from_ms = MARKET_OPEN,
                       .to_ms = MARKET_OPEN,
                       .limit = 10 };
    market_page page;
    assert_ok(f, market_candles_read(f->store, &f->arena, &q, &page, &f->err));
    assert_int_equal(page.n_candles, 2);
    assert_true(page.candles[1].bar.close == 11.5);
}

/* What an import counts as it goes is what counting all blocks gives. */
static void bounds_and_gaps_are_those_of_the_blocks(void **state)
{
    struct fixture *f = *state;
    static const char *const files[] = {
        HEAD GOOD("05") GOOD("06") GOOD("09"),            /* a new series */
        HEAD GOOD("12") GOOD("13") GOOD("15") GOOD("16"), /* behind it */
        HEAD GOOD("07") GOOD("08") GOOD("14") GOOD("17"), /* into its gaps */
        HEAD GOOD("00") GOOD("01"),                       /* in front of it */
    };
    static const int64_t gaps[] = { 1, 3, 1, 2 }, missing[] = { 2, 5, 2, 5 };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        market_import_report r;
        market_import_options o = { .now_ms = FIXTURE_NOW,
                                    .source = APUS_STR("feed"),
                                    .interval_ms = MARKET_HOUR,
                                    .batch_rows = 2 };
        const char *path = fixture_file(f, "part.csv", files[i], strlen(files[i]));
        assert_ok(f, market_import_file(f->store, path, &o, &r, &f->err));
        market_asset asset;
        assert_ok(f, market_asset_find(f->store, &f->arena, APUS_STR("BTC-USD"), &asset, &f->err));
        assert_int_equal(asset.series[0].gaps, gaps[i]);
        assert_int_equal(asset.series[0].missing, missing[i]);
        uint64_t counted = fixture_digest(f);
        assert_ok(f, market_series_refresh(f->store, asset.series[0].id, MARKET_HOUR, &f->err));
        assert_true(fixture_digest(f) == counted);
    }
}

static void numbers_are_the_nearest_doubles(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0.1",
        "134.444000244",
        "96466.11",
        "30722840710.5",
        "5e-324",
        "1e22",
        "123456789012345678",
        "0.000000000123456789",
        "2.2250738585072011e-308",
        "000.5",
        "9007199254740993",
        "1.7976931348623157e308",
        "0.65342471",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char line[256];
        market_row row;
        int len = snprintf(line, sizeof line, "A,2024-01-01,%s,%s,%s,%s,%s", texts[i], texts[i],
                           texts[i], texts[i], texts[i]);
        assert_int_equal(market_row_parse((apus_str){ line, (size_t)len }, 7, &row), 0);
        double wanted = strtod(texts[i], NULL);
        assert_memory_equal(&row.bar.open, &wanted, sizeof wanted);
        assert_memory_equal(&row.bar.volume, &wanted, sizeof wanted);
    }
}

static void the_report_says_what_was_refused_and_where(void **state)
{
    struct fixture *f = *state;
    static const char text[] = HEAD GOOD("00") "junk\n" GOOD("01") "x\n" GOOD("00");
    market_import_report r = fixture_import(f, fixture_file(f, "r.csv", text, sizeof text - 1));
    char *said = NULL;
    size_t len = 0;
    market_meter m = { .to = open_memstream(&said, &len), .name = "r.csv" };
    assert_non_null(m.to);
    market_meter_progress(&m, &(market_import_progress){ 1, 2, 3 });
    market_meter_report(&m, &r);
    fclose(m.to);
    static const char *const parts[] = {
        "r.csv: 5 rows of 1h bars from \"r\": 2 added\n",
        "3 rows refused:\n",
        "2: it has not as many columns as the header\n",
        "1: the timestamp is not after the one before it\n",
        "line 3: it has not as many columns",
        "line 6: the timestamp is not after",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(said, parts[i]))
            fail_msg("\"%s\" is not in:\n%s", parts[i], said);
    assert_null(strchr(said, '\r'));
    free(said);
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(every_bad_row_is_refused_for_its_reason),
        in_a_store(a_nul_and_an_endless_line_are_refused_and_passed),
        in_a_store(a_line_of_exactly_the_limit_is_still_a_line),
        in_a_store(other_files_are_refused_whole),
        in_a_store(a_byte_order_mark_crlf_and_a_missing_last_newline_are_fine),
        in_a_store(symbols_may_be_interleaved_and_caps_unknown),
        in_a_store(importing_twice_changes_nothing),
        in_a_store(a_corrected_file_corrects),
        in_a_store(bounds_and_gaps_are_those_of_the_blocks),
        cmocka_unit_test(numbers_are_the_nearest_doubles),
        in_a_store(the_report_says_what_was_refused_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
