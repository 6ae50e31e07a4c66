/* CORS: simple requests, preflights, what is refused, and the failures that carry it too. */

#include "app.h"

static apus_str works(apus_req *req)
{
    (void)req;
    return APUS_STR("fine");
}

static apus_str breaks(apus_req *req)
{
    apus_fail(req, 500, NULL, "no");
    return APUS_STR("");
}

static apus_str streams(apus_req *req)
{
    apus_write(req, APUS_STR("in pieces"));
    return APUS_STR("");
}

static const apus_route routes[] = {
    EDGE_ROUTE("/", works, .line = 0),
    EDGE_ROUTE("/breaks", breaks, .line = 0),
    EDGE_ROUTE("/streams", streams, .line = 0),
};

APUS_CORS(some, .origins = { "https://a.example", "https://b.example" },
          .origin_pattern = "https://[a-z]+\\.c\\.example", .methods = { "GET", "PUT" },
          .headers = { "X-Token" }, .expose = { "X-Total", "X-Page" }, .credentials = true,
          .max_age = 60);
EDGE_APP(some_app, routes, &apus_middleware_some);

APUS_CORS(all, .origins = { "*" }, .methods = { "*" }, .headers = { "*" }, .private_network = true,
          .max_age = -1);
EDGE_APP(all_app, routes, &apus_middleware_all);

#define ORIGIN(o) "host: x\r\norigin: " o "\r\n"

static void allowed_origins_are_mirrored(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&some_app);
    static const char *const origins[] = { "https://a.example", "https://shop.c.example" };
    for (size_t i = 0; i < COUNT(origins); i++) {
        char headers[128];
        snprintf(headers, sizeof(headers), "host: x\r\norigin: %s\r\n", origins[i]);
        apus_answer a = edge_send(t, "GET /", headers);
        apus_expect_status(a, 200);
        edge_expect_header(a, "access-control-allow-origin", origins[i]);
        edge_expect_header(a, "access-control-allow-credentials", "true");
        edge_expect_header(a, "access-control-expose-headers", "X-Total, X-Page");
        edge_expect_header(a, "vary", "Origin");
    }
    apus_test_stop(t);
}

static void other_origins_get_the_answer_without(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&some_app);
    static const char *const headers[] = {
        ORIGIN("https://evil.example"),        ORIGIN("https://a.example.evil.example"),
        ORIGIN("https://shop.c.example.evil"), /* the pattern is to match all of it */
        ORIGIN("xhttps://shop.c.example"),     ORIGIN("null"),
        ORIGIN("https://\xff.c.example"),      "host: x\r\n",
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        apus_answer a = edge_send(t, "GET /", headers[i]);
        apus_expect_status(a, 200);
        edge_expect_header(a, "access-control-allow-origin", "");
        edge_expect_header(a, "access-control-allow-credentials", "");
        edge_expect_header(a, "vary", "Origin");
    }
    apus_test_stop(t);
}

static void failures_and_pieces_carry_it(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&some_app);
    static const struct {
        const char *line;
        int status;
    } cases[] = {
        { "GET /breaks", 500 }, { "GET /nowhere", 404 }, { "POST /", 405 }, { "GET /streams", 200 }
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        apus_answer a = edge_send(t, cases[i].line, ORIGIN("https://a.example"));
        apus_expect_status(a, cases[i].status);
        edge_expect_header(a, "access-control-allow-origin", "https://a.example");
    }
    apus_test_stop(t);
}

static void preflights_are_answered(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&some_app);
    apus_answer a = edge_send(t, "OPTIONS /anything",
                              ORIGIN("https://b.example") "access-control-request-method: PUT\r\n"
                                                          "access-control-request-headers: "
                                                          "x-token, content-type\r\n");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "OK");
    edge_expect_header(a, "access-control-allow-origin", "https://b.example");
    edge_expect_header(a, "access-control-allow-methods", "GET, PUT");
    edge_expect_header(a, "access-control-allow-headers",
                       "Accept, Accept-Language, Content-Language, Content-Type, X-Token");
    edge_expect_header(a, "access-control-allow-credentials", "true");
    edge_expect_header(a, "access-control-max-age", "60");
    edge_expect_header(a, "vary", "Origin");
    apus_test_stop(t);
}

static void preflights_are_refused_by_name(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&some_app);
    apus_answer a = edge_send(t, "OPTIONS /",
                              ORIGIN("https://evil.example") "access-control-request-method: "
                                                             "DELETE\r\n"
                                                             "access-control-request-headers: "
                                                             "x-other\r\n"
                                                             "access-control-request-private-"
                                                             "network: true\r\n");
    apus_expect_status(a, 400);
    EXPECT_BODY(a, "Disallowed CORS origin, method, headers, private-network");
    edge_expect_header(a, "access-control-allow-origin", "");
    a = edge_send(t, "OPTIONS /",
                  ORIGIN("https://a.example") "access-control-request-method: POST\r\n");
    apus_expect_status(a, 400);
    EXPECT_BODY(a, "Disallowed CORS method");
    a = edge_send(t, "OPTIONS /", ORIGIN("https://a.example")); /* no preflight: no route */
    apus_expect_status(a, 405);
    apus_test_stop(t);
}

static void a_star_takes_all(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&all_app);
    apus_answer a = edge_send(t, "GET /", ORIGIN("https://any.example"));
    edge_expect_header(a, "access-control-allow-origin", "*");
    edge_expect_header(a, "vary", "");
    a = edge_send(t, "GET /", ORIGIN("https://any.example") "cookie: a=b\r\n");
    edge_expect_header(a, "access-control-allow-origin", "https://any.example");
    edge_expect_header(a, "vary", "Origin");
    a = edge_send(t, "GET /", "host: x\r\n");
    edge_expect_header(a, "access-control-allow-origin", "");
    edge_expect_header(a, "vary", "");
    a = edge_send(t, "OPTIONS /",
                  ORIGIN("https://any.example") "access-control-request-method: DELETE\r\n"
                                                "access-control-request-headers: x-any\r\n"
                                                "access-control-request-private-network: true\r\n");
    apus_expect_status(a, 200);
    edge_expect_header(a, "access-control-allow-origin", "*");
    edge_expect_header(a, "access-control-allow-methods",
                       "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    edge_expect_header(a, "access-control-allow-headers", "x-any");
    edge_expect_header(a, "access-control-allow-private-network", "true");
    edge_expect_header(a, "access-control-max-age", "0");
    apus_test_stop(t);
}

APUS_CORS(bad_pattern, .origin_pattern = "(");
EDGE_APP(bad_pattern_app, routes, &apus_middleware_bad_pattern);
APUS_CORS(bad_origin, .origins = { "https://a.example/" });
EDGE_APP(bad_origin_app, routes, &apus_middleware_bad_origin);

static void mistakes_keep_the_service_from_starting(void **state)
{
    (void)state;
    edge_expect_refused(&bad_pattern_app, "bad_pattern: pattern");
    edge_expect_refused(&bad_origin_app, "has a path");
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allowed_origins_are_mirrored),
        cmocka_unit_test(other_origins_get_the_answer_without),
        cmocka_unit_test(failures_and_pieces_carry_it),
        cmocka_unit_test(preflights_are_answered),
        cmocka_unit_test(preflights_are_refused_by_name),
        cmocka_unit_test(a_star_takes_all),
        cmocka_unit_test(mistakes_keep_the_service_from_starting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
