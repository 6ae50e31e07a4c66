/* Failures in both forms: who words them, which rule sees them, and what is never told. */
#include "tables.h"

#include <string.h>

typedef int64_t number_handler(apus_req *req);

static void number_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(int64_t *)result = ((number_handler *)fn)(req);
}

#define NUMBER(path_, fn_)                                                                         \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = number_call, .result = &apus_type_int64,                     \
        .result_size = sizeof(int64_t), .status = 200, .file = "shop.c", .line = 7                 \
    }

static int64_t coded(apus_req *req)
{
    apus_fail(req, 409, "sold_out", "no \"%s\" left", "tea");
    apus_set_status(req, 201);
    apus_set_header(req, "x-success", "never sent");
    return 0;
}

static int64_t listed(apus_req *req)
{
    apus_json *list = apus_json_array(apus_req_arena(req));
    apus_json_add(list, apus_json_int(apus_req_arena(req), 3));
    apus_fail_json(req, 400, NULL, list);
    return 0;
}

static int64_t unnamed(apus_req *req)
{
    apus_fail(req, 499, NULL, "no name for it");
    return 0;
}

static int64_t broken(apus_req *req)
{
    apus_set_header(req, "x\n", "splits");
    return 0;
}

static int64_t asked_for(apus_req *req)
{
    apus_fail(req, 418, NULL, "teapot");
    return 0;
}

static int64_t gone(apus_req *req)
{
    apus_fail(req, 410, NULL, "it was here");
    return 0;
}

static int64_t replaced(apus_req *req)
{
    apus_fail(req, 423, NULL, "was locked");
    return 0;
}

static apus_response *on_teapot(apus_req *req)
{
    apus_set_header(req, "x-rule", "teapot");
    return apus_text(req, APUS_STR("short and stout"));
}

/* Aborting after an answer was made: the abort is what counts. */
static apus_response *on_gone(apus_req *req)
{
    apus_response *never = apus_text(req, APUS_STR("never sent"));
    apus_abort(req, 451, "censored", "not for you");
    return never;
}

static void on_locked(apus_req *req)
{
    apus_fail(req, 403, "closed", "now it is closed");
}

static apus_response *on_any(apus_req *req)
{
    apus_fail_header(req, "x-any", "seen");
    return NULL;
}

static const apus_on_fail rules[] = {
    { .answer = on_any },
    { .status = 418, .answer = on_teapot },
    { .status = 410, .answer = on_gone },
    { .status = 423, .fn = on_locked },
};

static const apus_route routes[] = {
    NUMBER("/coded", coded),     NUMBER("/listed", listed),    NUMBER("/unnamed", unnamed),
    NUMBER("/broken", broken),   NUMBER("/teapot", asked_for), NUMBER("/gone", gone),
    NUMBER("/locked", replaced),
};
APP(plain, routes, .on_fail = rules, .n_on_fail = COUNT(rules));
APP(problems, routes, .problems = APUS_PROBLEMS_rfc9457, .problem_types = "https://x.example/p#");

#define PROBLEM_TYPE "application/problem+json"
#define ABOUT_BLANK  "{\"type\":\"about:blank\",\"title\":"

static void failures_are_problems(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
        const char *body;
    } rows[] = {
        { "/coded", 409,
          "{\"type\":\"https://x.example/p#sold_out\",\"title\":\"Conflict\",\"status\":409,"
          "\"detail\":\"no \\\"tea\\\" left\",\"code\":\"sold_out\",\"errors\":[]}" },
        { "/listed", 400,
          ABOUT_BLANK "\"Bad Request\",\"status\":400,\"detail\":\"Bad Request\","
                      "\"code\":\"bad_request\",\"details\":[3],\"errors\":[]}" },
        { "/unnamed", 499,
          ABOUT_BLANK "\"Failure\",\"status\":499,\"detail\":\"no name for it\","
                      "\"code\":\"failure\",\"errors\":[]}" },
        { "/broken", 500,
          ABOUT_BLANK "\"Internal Server Error\",\"status\":500,\"detail\":\"Internal Server "
                      "Error\",\"code\":\"internal_server_error\",\"errors\":[]}" },
        { "/teapot", 418,
          ABOUT_BLANK "\"I'm a Teapot\",\"status\":418,\"detail\":\"teapot\","
                      "\"code\":\"im_a_teapot\",\"errors\":[]}" },
        { "/nowhere", 404,
          ABOUT_BLANK "\"Not Found\",\"status\":404,\"detail\":\"Not Found\","
                      "\"code\":\"not_found\",\"errors\":[]}" },
    };
    apus_test *t = apus_test_start(&problems);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_get(t, rows[i].path);
        apus_expect_status(a, rows[i].status);
        apus_expect_header(a, "content-type", PROBLEM_TYPE);
        apus_expect_header(a, "x-success", "");
        EXPECT_BODY(a, rows[i].body);
    }
    apus_answer a = apus_test_post(t, "/coded", NULL);
    apus_expect_status(a, 405);
    apus_expect_header(a, "content-type", PROBLEM_TYPE);
    apus_expect_header(a, "allow", "GET");
    apus_test_stop(t);
}

/* What the http floor refuses reads like the rest, whatever of the request it has seen. */
static void refusals_of_the_parser_are_problems(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int status;
        const char *code;
    } rows[] = {
        { "POST /coded HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\n", 413,
          "\"content_too_large\"" },
        { "GET /coded HTTP/1.1\r\n\r\n", 400, "\"bad_request\"" },
        { "GET /coded HTTP/3.7\r\nhost: x\r\n\r\n", 505, "\"http_version_not_supported\"" },
        { "GET /coded HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n", 417, "\"expectation_failed\"" },
        { "\x01\x02\r\n\r\n", 400, "\"bad_request\"" },
    };
    apus_test *t = apus_test_start(&problems);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_raw(t, apus_str_of(rows[i].request));
        apus_expect_status(a, rows[i].status);
        apus_expect_header(a, "content-type", PROBLEM_TYPE);
        apus_expect_json(a, "$.code", rows[i].code);
        apus_expect_json(a, "$.errors", "[]");
    }
    apus_test_stop(t);
    t = apus_test_start(&plain);
    apus_answer a = apus_test_raw(t, apus_str_of(rows[0].request));
    apus_expect_status(a, 413);
    EXPECT_BODY(a, "{\"detail\":\"the body is too large\"}");
    apus_test_stop(t);
}

static void the_closest_rule_is_called(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&plain);
    apus_answer a = apus_test_get(t, "/teapot");
    apus_expect_status(a, 418);
    apus_expect_header(a, "content-type", "text/plain; charset=utf-8");
    apus_expect_header(a, "x-rule", "teapot");
    apus_expect_header(a, "x-any", "");
    EXPECT_BODY(a, "short and stout");
    a = apus_test_get(t, "/gone");
    apus_expect_status(a, 451);
    EXPECT_BODY(a, "{\"detail\":\"not for you\",\"code\":\"censored\"}");
    a = apus_test_get(t, "/locked");
    apus_expect_status(a, 403);
    EXPECT_BODY(a, "{\"detail\":\"now it is closed\",\"code\":\"closed\"}");
    a = apus_test_get(t, "/coded");
    apus_expect_status(a, 409);
    apus_expect_header(a, "x-any", "seen");
    apus_expect_header(a, "x-success", "");
    a = apus_test_get(t, "/nowhere");
    apus_expect_status(a, 404);
    apus_expect_header(a, "x-any", "seen");
    apus_test_stop(t);
}

static void mistakes_are_told_to_developers_alone(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&plain);
    EXPECT_BODY(apus_test_get(t, "/broken"), "Internal Server Error");
    apus_test_stop(t);
    t = apus_test_start_as(&plain, &(apus_service_options){ .dev_status = "/nowhere" });
    apus_answer a = apus_test_get(t, "/broken");
    apus_expect_status(a, 500);
    assert_non_null(strstr(a.body.ptr, "apus_set_header"));
    assert_non_null(strstr(a.body.ptr, "broken (shop.c:7)"));
    apus_test_stop(t);
}

#ifndef APUS__ARENA_IS_WATCHED /* AddressSanitizer ends the program instead */
static apus_str found;

static apus_str *keep(apus_req *req)
{
    found = apus_strf(req, "a pearl");
    return &found;
}

static apus_str *look(apus_req *req)
{
    (void)req;
    return &found;
}

typedef apus_str *text_handler(apus_req *req);

static void text_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str **)result = ((text_handler *)fn)(req);
}

#define TEXT(path_, fn_)                                                                           \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = text_call, .result = &apus_type_str,                         \
        .result_size = sizeof(apus_str *), .flags = APUS_ROUTE_result_pointer, .status = 200       \
    }

/* The commonest mistake of who comes from a language that counts references. */
static void memory_that_has_gone_is_noticed(void **state)
{
    static const apus_route pearls[] = { TEXT("/keep", keep), TEXT("/look", look) };
    static const apus_router all = { .routes = pearls, .n_routes = 2 };
    static const apus_app app = { .name = "pearls", .title = "Pearls", .root = &all };
    (void)state;
    apus_test *t = apus_test_start_as(&app, &(apus_service_options){ .dev_status = "/nowhere" });
    EXPECT_BODY(apus_test_get(t, "/keep"), "\"a pearl\"");
    apus_answer a = apus_test_get(t, "/look");
    apus_expect_status(a, 500);
    assert_non_null(strstr(a.body.ptr, "the answer of look breaks its model: it was memory"));
    apus_test_stop(t);
}
#endif

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_problems),
        cmocka_unit_test(refusals_of_the_parser_are_problems),
        cmocka_unit_test(the_closest_rule_is_called),
        cmocka_unit_test(mistakes_are_told_to_developers_alone),
#ifndef APUS__ARENA_IS_WATCHED
        cmocka_unit_test(memory_that_has_gone_is_noticed),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
