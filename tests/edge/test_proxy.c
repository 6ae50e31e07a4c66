/* Proxies: whose word counts, and what follows from it. */
#include "app.h"

static apus_str tells(apus_req *req)
{
    return apus_strf(req, "%s %s %s", apus_req_client(req).ptr, apus_req_url(req).ptr,
                     apus_req_root_path(req).ptr ? apus_strdup(req, apus_req_root_path(req)).ptr
                                                 : "");
}

#define PLAIN                                                                                      \
    .flags = APUS_ROUTE_result_plain, .produces = APUS_STR_INIT("text/plain; charset=utf-8")
static const apus_route routes[] = { EDGE_ROUTE("/a", tells, PLAIN),
                                     EDGE_ROUTE("/b/", tells, PLAIN) };

/* As whoever the connection comes from would be: the pipe of the tests has no address. */
static void from(apus_req *req, apus_next *next)
{
    apus_str peer = apus_req_header(req, "x-peer");
    apus_req_came_by(req, &(apus_way){ .client = peer });
    apus_next_run(next);
}
APUS_MIDDLEWARE(from_peer, .run = from);

APUS_PROXIES(some, .trusted = { "10.0.0.0/8", "192.168.7.128/25", "fd00::/8", "127.0.0.1" },
             .host = true, .prefix = true);
EDGE_APP(app, routes, &apus_middleware_from_peer, &apus_middleware_some);
APUS_PROXIES(plain, .trusted = { "10.0.0.0/8" });
EDGE_APP(plain_app, routes, &apus_middleware_from_peer, &apus_middleware_plain);
APUS_PROXIES(standard, .trusted = { "*" }, .header = APUS_PROXY_forwarded, .host = true);
EDGE_APP(standard_app, routes, &apus_middleware_from_peer, &apus_middleware_standard);

static void expect(apus_test *t, const char *headers, const char *body)
{
    char all[1024];
    snprintf(all, sizeof(all), "host: x\r\n%s", headers);
    apus_answer a = edge_send(t, "GET /a", all);
    apus_expect_status(a, 200);
    EXPECT_BODY(a, body);
}

static void the_client_is_the_first_that_is_not_trusted(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    expect(t, "x-peer: 10.1.1.1\r\nx-forwarded-for: 203.0.113.7\r\n", "203.0.113.7 http://x/a ");
    expect(t, "x-peer: 10.1.1.1\r\nx-forwarded-for: 6.6.6.6, 203.0.113.7, 10.2.2.2\r\n",
           "203.0.113.7 http://x/a ");
    expect(t, "x-peer: 10.1.1.1\r\nx-forwarded-for: 6.6.6.6\r\nx-forwarded-for: 203.0.113.7\r\n",
           "203.0.113.7 http://x/a ");
    expect(t, "x-peer: 10.1.1.1\r\nx-forwarded-for: 10.3.3.3, 10.2.2.2\r\n",
           "10.3.3.3 http://x/a "); /* all are ours: the one furthest away */
    expect(t, "x-peer: 192.168.7.200\r\nx-forwarded-for: [2001:db8::1]:4711\r\n",
           "2001:db8::1 http://x/a ");
    expect(t, "x-peer: fd00::1\r\nx-forwarded-for: 2001:db8::1\r\n", "2001:db8::1 http://x/a ");
    expect(t, "x-peer: ::ffff:10.1.1.1\r\nx-forwarded-for: 203.0.113.7:80\r\n",
           "203.0.113.7 http://x/a ");
    expect(t, "x-peer: 10.1.1.1\r\n", "10.1.1.1 http://x/a ");
    apus_test_stop(t);
}

static void strangers_are_not_believed(void **state)
{
    (void)state;
    static const char said[] = "x-forwarded-for: 1.2.3.4\r\nx-forwarded-proto: https\r\n"
                               "x-forwarded-host: evil.example\r\nx-forwarded-prefix: /evil\r\n"
                               "forwarded: for=1.2.3.4;proto=https\r\n";
    static const char *const peers[] = { "192.168.7.127", "11.0.0.1", "fe00::1", "128.0.0.1" };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(peers); i++) {
        char headers[512], body[64];
        snprintf(headers, sizeof(headers), "x-peer: %s\r\n%s", peers[i], said);
        snprintf(body, sizeof(body), "%s http://x/a ", peers[i]);
        expect(t, headers, body);
    }
    apus_test_stop(t);
}

static void what_they_say_is_seen_everywhere(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    expect(t,
           "x-peer: 10.1.1.1\r\nx-forwarded-for: 203.0.113.7\r\nx-forwarded-proto: https\r\n"
           "x-forwarded-host: shop.example:8443\r\nx-forwarded-prefix: /api/\r\n",
           "203.0.113.7 https://shop.example:8443/api/a /api");
    apus_answer a = edge_send(t, "GET /b?c=d",
                              "host: x\r\nx-peer: 10.1.1.1\r\nx-forwarded-proto: https\r\n"
                              "x-forwarded-host: shop.example\r\nx-forwarded-prefix: /api\r\n");
    apus_expect_status(a, 307);
    edge_expect_header(a, "location", "https://shop.example/api/b/?c=d");
    /* of two proxies each says its own: the outer one's counts, as its client does */
    expect(t,
           "x-peer: 10.1.1.1\r\nx-forwarded-for: 203.0.113.7, 10.2.2.2\r\n"
           "x-forwarded-proto: https, http\r\n",
           "203.0.113.7 https://x/a ");
    apus_test_stop(t);
}

static void odd_words_are_passed_over(void **state)
{
    (void)state;
    static const char *const said[] = {
        "x-forwarded-proto: gopher\r\n",  "x-forwarded-host: a/b@c\r\n",
        "x-forwarded-prefix: //evil\r\n", "x-forwarded-prefix: api\r\n",
        "x-forwarded-prefix: /a\"b\r\n",  "x-forwarded-for: <script>\r\n",
        "x-forwarded-for: ,, ,\r\n",      "x-forwarded-prefix: /\r\n",
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(said); i++) {
        char headers[256];
        snprintf(headers, sizeof(headers), "x-peer: 10.1.1.1\r\n%s", said[i]);
        expect(t, headers, "10.1.1.1 http://x/a ");
    }
    apus_test_stop(t);
    t = apus_test_start(&plain_app); /* host and prefix count only where that is said */
    expect(t,
           "x-peer: 10.1.1.1\r\nx-forwarded-proto: https\r\nx-forwarded-host: evil.example\r\n"
           "x-forwarded-prefix: /evil\r\n",
           "10.1.1.1 https://x/a ");
    apus_test_stop(t);
}

static void forwarded_is_read_as_the_standard_says(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&standard_app);
    expect(
        t,
        "x-peer: 6.6.6.6\r\nforwarded: for=\"[2001:db8::1]:80\";proto=https;host=shop.example\r\n",
        "2001:db8::1 https://shop.example/a ");
    expect(
        t,
        "x-peer: 6.6.6.6\r\nforwarded: for=\"a\\\"b\";proto=https\r\nx-forwarded-for: 1.2.3.4\r\n",
        "6.6.6.6 http://x/a ");
    apus_test_stop(t);
}

static void long_chains_are_cut(void **state)
{
    (void)state;
    char headers[1024] = "x-peer: 10.1.1.1\r\nx-forwarded-for: 1.2.3.4";
    for (int i = 0; i < APUS_PROXIES_HOPS_MAX; i++)
        strcat(headers, ", 10.9.9.9");
    strcat(headers, "\r\n");
    apus_test *t = apus_test_start(&app);
    expect(t, headers, "10.9.9.9 http://x/a ");
    apus_test_stop(t);
}

APUS_PROXIES(nobody);
EDGE_APP(nobody_app, routes, &apus_middleware_nobody);
APUS_PROXIES(odd, .trusted = { "10.0.0.1/8" });
EDGE_APP(odd_app, routes, &apus_middleware_odd);

static void mistakes_keep_the_service_from_starting(void **state)
{
    (void)state;
    edge_expect_refused(&nobody_app, "no proxy is trusted");
    edge_expect_refused(&odd_app, "\"10.0.0.1/8\" is no address");
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_is_the_first_that_is_not_trusted),
        cmocka_unit_test(strangers_are_not_believed),
        cmocka_unit_test(what_they_say_is_seen_everywhere),
        cmocka_unit_test(odd_words_are_passed_over),
        cmocka_unit_test(forwarded_is_read_as_the_standard_says),
        cmocka_unit_test(long_chains_are_cut),
        cmocka_unit_test(mistakes_keep_the_service_from_starting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
