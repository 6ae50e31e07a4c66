/* Trusted hosts, HTTPS, timing. */

#include "app.h"

static apus_str works(apus_req *req)
{
    (void)req;
    return APUS_STR("fine");
}

static const apus_route routes[] = { EDGE_ROUTE("/a", works, .line = 0) };

APUS_TRUSTED_HOSTS(hosts,
                   .allowed = { "shop.example", "*.shop.example", "www.other.example", "[::1]" });
EDGE_APP(hosts_app, routes, &apus_middleware_hosts);
APUS_TRUSTED_HOSTS(no_www, .allowed = { "www.other.example" }, .no_www = true);
EDGE_APP(no_www_app, routes, &apus_middleware_no_www);
APUS_TRUSTED_HOSTS(any, .allowed = { "*" });
EDGE_APP(any_app, routes, &apus_middleware_any);

static void hosts_are_ours_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int status;
    } cases[] = {
        { "shop.example", 200 },      { "SHOP.example:8000", 200 }, { "a.shop.example", 200 },
        { "a.b.shop.example", 200 },  { "evilshop.example", 400 },  { "shop.example.evil", 400 },
        { "other.example", 307 },     { "[::1]:8000", 200 },        { "[::2]", 400 },
        { "www.other.example", 200 },
    };
    apus_test *t = apus_test_start(&hosts_app);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char headers[128];
        snprintf(headers, sizeof(headers), "host: %s\r\n", cases[i].host);
        apus_answer a = edge_send(t, "GET /a?b=c", headers);
        if (a.status != cases[i].status)
            fail_msg("%s: %d", cases[i].host, a.status);
        if (a.status == 400)
            EXPECT_BODY(a, "Invalid host header");
        if (a.status == 307)
            edge_expect_header(a, "location", "http://www.other.example/a?b=c");
    }
    apus_test_stop(t);

    t = apus_test_start(&no_www_app);
    apus_expect_status(edge_send(t, "GET /a", "host: other.example\r\n"), 400);
    apus_test_stop(t);
    t = apus_test_start(&any_app);
    apus_expect_status(edge_send(t, "GET /a", "host: whatever\r\n"), 200);
    apus_test_stop(t);
}

APUS_HTTPS(https, .hsts = 3600, .subdomains = true, .preload = true);
EDGE_APP(https_app, routes, &apus_middleware_https);
APUS_HTTPS(moved, .status = 308);
EDGE_APP(moved_app, routes, &apus_middleware_moved);

static void http_leads_to_https(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&https_app);
    apus_answer a = edge_send(t, "GET /a?b=c", "host: x:80\r\n");
    apus_expect_status(a, 307);
    edge_expect_header(a, "location", "https://x/a?b=c");
    edge_expect_header(a, "strict-transport-security", ""); /* never by http */
    a = edge_send(t, "GET /a", "host: x:8000\r\n");
    edge_expect_header(a, "location", "https://x:8000/a");
    apus_test_stop(t);
    t = apus_test_start(&moved_app);
    apus_expect_status(edge_send(t, "GET /a", "host: x\r\n"), 308);
    apus_test_stop(t);
}

APUS_TIMING(server_timing);
EDGE_APP(server_timing_app, routes, &apus_middleware_server_timing);
APUS_TIMING(process_time, .header = "X-Process-Time");
EDGE_APP(process_time_app, routes, &apus_middleware_process_time);

static void answers_say_how_long_they_took(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&server_timing_app);
    apus_answer a = edge_send(t, "GET /a", "host: x\r\n");
    assert_true(apus_str_starts(apus_answer_header(a, "server-timing"), APUS_STR("app;dur=")));
    a = edge_send(t, "GET /nowhere", "host: x\r\n");
    assert_true(apus_str_starts(apus_answer_header(a, "server-timing"), APUS_STR("app;dur=")));
    apus_test_stop(t);
    t = apus_test_start(&process_time_app);
    a = edge_send(t, "GET /a", "host: x\r\n");
    double seconds = strtod(apus_answer_header(a, "x-process-time").ptr, NULL);
    assert_true(seconds >= 0 && seconds < 5);
    assert_true(apus_answer_header(a, "x-process-time").len >= 8);
    apus_test_stop(t);
}

APUS_TRUSTED_HOSTS(no_hosts);
EDGE_APP(no_hosts_app, routes, &apus_middleware_no_hosts);
APUS_TRUSTED_HOSTS(odd_host, .allowed = { "a.*.example" });
EDGE_APP(odd_host_app, routes, &apus_middleware_odd_host);
APUS_HTTPS(odd_status, .status = 200);
EDGE_APP(odd_status_app, routes, &apus_middleware_odd_status);
APUS_HTTPS(no_seconds, .preload = true);
EDGE_APP(no_seconds_app, routes, &apus_middleware_no_seconds);

static void mistakes_keep_the_service_from_starting(void **state)
{
    (void)state;
    edge_expect_refused(&no_hosts_app, "no host is allowed");
    edge_expect_refused(&odd_host_app, "\"a.*.example\" is no host");
    edge_expect_refused(&odd_status_app, "200 is no status of a redirect");
    edge_expect_refused(&no_seconds_app, "for how many seconds");
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_ours_or_refused),
        cmocka_unit_test(http_leads_to_https),
        cmocka_unit_test(answers_say_how_long_they_took),
        cmocka_unit_test(mistakes_keep_the_service_from_starting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
