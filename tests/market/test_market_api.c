/* The endpoints, in process: what they answer, how pages follow, what they refuse. */
#include "market/market_fixture.h"

#include <apus/apus.h>

#include "market/api.h"
#include "market/synthetic.h"

extern const struct apus_app market_app;

#define HEAD "symbol,timestamp,open,high,low,close,volume,market_cap\n"

/* Four hours of AAA-USD, the third of them missing. */
static const char hours[] = HEAD "AAA-USD,2024-01-01T00:00:00Z,10,12,9,11,5,100\n"
                                 "AAA-USD,2024-01-01T01:00:00Z,11,13,10,12,6,\n"
                                 "AAA-USD,2024-01-01T03:00:00Z,12,14,11,13,7,300\n";

struct service {
    struct fixture *f;
    apus_test *t;
};

static void fail_test(const char *text)
{
    fail_msg("%s", text);
}

static int service_start(void **state)
{
    struct service *s = calloc(1, sizeof *s);
    void *fixture;
    assert_non_null(s);
    fixture_start(&fixture);
    s->f = fixture;
    market_api_use(s->f->store);
    apus_test_on_fail(fail_test);
    s->t = apus_test_start(&market_app);
    *state = s;
    return 0;
}

static int service_stop(void **state)
{
    struct service *s = *state;
    void *fixture = s->f;
    apus_test_stop(s->t);
    market_api_use(NULL);
    fixture_stop(&fixture);
    free(s);
    return 0;
}

static void put_hours(struct service *s)
{
    fixture_import(s->f, fixture_file(s->f, "feed.csv", hours, sizeof hours - 1));
}

static void an_empty_store_is_healthy(void **state)
{
    struct service *s = *state;
    apus_answer a = apus_test_get(s->t, "/health");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.status", "\"ok\"");
    apus_expect_json(a, "$.bars", "0");
    a = apus_test_get(s->t, "/v1/assets");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$", "{\"assets\":[],\"next\":null}");
}

static void an_asset_tells_its_series(void **state)
{
    struct service *s = *state;
    put_hours(s);
    static const char wanted[] =
        "{\"symbol\":\"AAA-USD\",\"base\":\"AAA\",\"quote\":\"USD\",\"name\":null,"
        "\"kind\":\"crypto\",\"series\":[{\"interval\":\"1h\",\"source\":\"feed\","
        "\"synthetic\":false,\"first\":\"2024-01-01T00:00:00Z\",\"last\":\"2024-01-01T03:00:00Z\","
        "\"bars\":3,\"gaps\":1,\"missing\":1}]}";
    apus_answer a = apus_test_get(s->t, "/v1/assets/AAA-USD");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$", wanted);
    a = apus_test_get(s->t, "/v1/assets/aaa_usd");
    apus_expect_json(a, "$", wanted);
    a = apus_test_get(s->t, "/v1/assets");
    apus_expect_json(a, "$.assets[0]", wanted);
    a = apus_test_get(s->t, "/v1/assets/BBB-USD");
    apus_expect_status(a, 404);
    apus_expect_header(a, "content-type", "application/problem+json");
    apus_expect_json(a, "$.detail", "\"there is no asset BBB-USD\"");
    apus_expect_json(a, "$.code", "\"not_found\"");
}

static void candles_carry_source_bounds_and_gaps(void **state)
{
    struct service *s = *state;
    put_hours(s);
    apus_answer a = apus_test_get(s->t, "/v1/assets/AAA-USD/candles");
    apus_expect_status(a, 200);
    apus_expect_json(
        a, "$",
        "{\"symbol\":\"AAA-USD\",\"interval\":\"1h\",\"stored\":\"1h\",\"source\":\"feed\","
        "\"synthetic\":false,\"first\":\"2024-01-01T00:00:00Z\",\"last\":\"2024-01-01T03:00:00Z\","
        "\"candles\":["
        "{\"time\":\"2024-01-01T00:00:00Z\",\"open\":10,\"high\":12,\"low\":9,\"close\":11,"
        "\"volume\":5,\"market_cap\":100,\"bars\":1,\"complete\":true},"
        "{\"time\":\"2024-01-01T01:00:00Z\",\"open\":11,\"high\":13,\"low\":10,\"close\":12,"
        "\"volume\":6,\"market_cap\":null,\"bars\":1,\"complete\":true},"
        "{\"time\":\"2024-01-01T03:00:00Z\",\"open\":12,\"high\":14,\"low\":11,\"close\":13,"
        "\"volume\":7,\"market_cap\":300,\"bars\":1,\"complete\":true}],"
        "\"gaps\":[{\"from\":\"2024-01-01T02:00:00Z\",\"to\":\"2024-01-01T03:00:00Z\","
        "\"missing\":1}],\"gaps_total\":1,\"next\":null}");
    a = apus_test_get(s->t, "/v1/assets/AAA-USD/candles?interval=2h");
    apus_expect_json(a, "$.stored", "\"1h\"");
    apus_expect_json(a, "$.candles[1].bars", "1");
    apus_expect_json(a, "$.candles[1].complete", "false");
    a = apus_test_get(s->t, "/v1/assets/AAA-USD/candles"
                            "?from=2024-01-01T01:00:00Z&to=2024-01-01T02:00:00%2B00:00");
    apus_expect_json(a, "$.candles[0].time", "\"2024-01-01T01:00:00Z\"");
    apus_expect_json(a, "$.next", "null");
}

static void pages_follow_one_another(void **state)
{
    struct service *s = *state;
    char path[256] = "/v1/assets/AAA-USD/candles?from=1704067200&limit=1";
    put_hours(s);
    for (int i = 0; i < 3; i++) {
        apus_answer a = apus_test_get(s->t, path);
        apus_expect_status(a, 200);
        static const char *const opens[] = { "10", "11", "12" };
        apus_expect_json(a, "$.candles[0].open", opens[i]);
        const char *next = strstr(a.body.ptr, "\"next\":\"");
        assert_int_equal(next != NULL, i < 2);
        if (next)
            snprintf(path, sizeof path, "/v1/assets/AAA-USD/candles?limit=1&cursor=%.*s",
                     (int)strcspn(next + 8, "\""), next + 8);
    }
    market_synthetic_options few = market_synthetic_default;
    few.hours = 48;
    assert_ok(s->f, market_synthetic_fill(s->f->store, &few, &s->f->err));
    apus_answer a = apus_test_get(s->t, "/v1/assets?limit=2");
    apus_expect_json(a, "$.next", "\"ADA-USD\"");
    a = apus_test_get(s->t, "/v1/assets?limit=2&cursor=ADA-USD");
    apus_expect_json(a, "$.assets[0].symbol", "\"BNB-USD\"");
}

static void the_price_is_the_last_close(void **state)
{
    struct service *s = *state;
    put_hours(s);
    apus_answer a = apus_test_get(s->t, "/v1/assets/AAA-USD/price");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$",
                     "{\"symbol\":\"AAA-USD\",\"price\":13,\"time\":\"2024-01-01T04:00:00Z\","
                     "\"change_24h\":null,\"interval\":\"1h\",\"source\":\"feed\","
                     "\"synthetic\":false}");
    a = apus_test_get(s->t, "/v1/assets/AAA-USD/price?source=other");
    apus_expect_status(a, 404);
}

static void what_is_made_up_says_so(void **state)
{
    struct service *s = *state;
    market_synthetic_options few = market_synthetic_default;
    few.hours = 48;
    assert_ok(s->f, market_synthetic_fill(s->f->store, &few, &s->f->err));
    static const char *const paths[] = { "/v1/assets/BTC-USD/candles", "/v1/assets/BTC-USD/price" };
    for (int i = 0; i < 2; i++) {
        apus_answer a = apus_test_get(s->t, paths[i]);
        apus_expect_status(a, 200);
        apus_expect_json(a, "$.synthetic", "true");
        apus_expect_json(a, "$.source", "\"synthetic\"");
    }
    apus_answer a = apus_test_get(s->t, "/v1/assets/BTC-USD");
    apus_expect_json(a, "$.series[0].synthetic", "true");
    apus_expect_json(a, "$.name", "\"Bitcoin\"");
}

static void questions_that_break_the_contract_are_refused(void **state)
{
    struct service *s = *state;
    put_hours(s);
    static const struct {
        const char *query;
        int status;
        const char *at, *is;
    } cases[] = {
        { "interval=7m", 422, "$.errors[0].type", "\"enum\"" },
        { "limit=0", 422, "$.errors[0].type", "\"greater_than_equal\"" },
        { "limit=5001", 422, "$.errors[0].ctx.le", "5000" },
        { "from=tomorrow", 422, "$.errors[0].loc", "[\"query\",\"from\"]" },
        { "interval=7m&limit=x", 422, "$.errors[1].loc", "[\"query\",\"limit\"]" },
        { "from=2024-01-02&to=2024-01-01", 200, "$.candles", "[]" },
        { "from=2024-01-02&to=2024-01-02", 200, "$.next", "null" },
        { "cursor=abc", 400, "$.detail", "\"the cursor is not from a page of this query\"" },
        { "interval=1m", 404, "$.code", "\"not_found\"" },
        { "source=x", 404, "$.code", "\"not_found\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[128];
        snprintf(path, sizeof path, "/v1/assets/AAA-USD/candles?%s", cases[i].query);
        apus_answer a = apus_test_get(s->t, path);
        apus_expect_status(a, cases[i].status);
        apus_expect_json(a, cases[i].at, cases[i].is);
    }
}

static void without_a_store_it_is_unavailable(void **state)
{
    struct service *s = *state;
    market_api_use(NULL);
    apus_answer a = apus_test_get(s->t, "/health");
    apus_expect_status(a, 503);
    apus_expect_json(a, "$.code", "\"no_store\"");
}

static void the_contract_is_published(void **state)
{
    struct service *s = *state;
    apus_answer a = apus_test_get(s->t, "/openapi.json");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.info.title", "\"Apus Market\"");
    apus_expect_json(a, "$.components.schemas.Interval.enum[3]", "\"15m\"");
    a = apus_test_get(s->t, "/docs");
    apus_expect_status(a, 200);
}

#define in_a_service(test) cmocka_unit_test_setup_teardown(test, service_start, service_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_service(an_empty_store_is_healthy),
        in_a_service(an_asset_tells_its_series),
        in_a_service(candles_carry_source_bounds_and_gaps),
        in_a_service(pages_follow_one_another),
        in_a_service(the_price_is_the_last_close),
        in_a_service(what_is_made_up_says_so),
        in_a_service(questions_that_break_the_contract_are_refused),
        in_a_service(without_a_store_it_is_unavailable),
        in_a_service(the_contract_is_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
