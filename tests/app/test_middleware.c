/* What stands around requests: order, failures, early answers, headers, misuse. */
#include "tables.h"

static char trace[256];

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
    strncat(trace, " ", sizeof(trace) - strlen(trace) - 1);
}

/* --- middleware --- */

/* Notes its settings, runs the rest, and notes what that came to. */
static void traces(apus_req *req, apus_next *next)
{
    char text[32];
    const char *name = apus_next_settings(next);
    assert_int_equal(apus_next_status(next), 0);
    note(name);
    apus_next_run(next);
    snprintf(text, sizeof(text), "%s=%d%s", name, apus_next_status(next),
             apus_failed(req) ? "!" : "");
    note(text);
    apus_set_header(req, "x-trace", name);
}

static void answers_early(apus_req *req, apus_next *next)
{
    if (!apus_req_header(req, "x-early").len) {
        apus_next_run(next);
        return;
    }
    apus_set_header(req, "x-early", "yes");
    apus_next_answer(next, apus_text(req, APUS_STR("early")));
}

static void aborts(apus_req *req, apus_next *next)
{
    (void)next;
    apus_abort(req, 403, "no_entry", "not here");
}

static void fails_behind(apus_req *req, apus_next *next)
{
    apus_next_run(next);
    apus_fail(req, 502, NULL, "too late for a success");
}

static void forgives(apus_req *req, apus_next *next)
{
    apus_next_run(next);
    if (!apus_failed(req))
        return;
    apus_next_answer(next, apus_text(req, APUS_STR("forgiven")));
    apus_set_status(req, 299);
}

static void does_nothing(apus_req *req, apus_next *next)
{
    (void)req;
    (void)next;
}

static void runs_twice(apus_req *req, apus_next *next)
{
    (void)req;
    apus_next_run(next);
    apus_next_run(next);
}

static void answers_null(apus_req *req, apus_next *next)
{
    (void)req;
    apus_next_answer(next, NULL);
}

static void answers_begun(apus_req *req, apus_next *next)
{
    apus_set_header(req, "x-before", "seen");
    apus_next_run(next);
    apus_set_header(req, "x-behind", "too late");
}

#define AROUND(name_, fn, ...)                                                                     \
    static const apus_middleware name_ = { .name = #fn, .run = fn, __VA_ARGS__ };                  \
    static const apus_middleware *const name_##_list[] = { &name_ }
#define RING(list) .middleware = list, .n_middleware = COUNT(list)

static const apus_middleware outer = { .name = "traces", .run = traces, .settings = "app" };
AROUND(of_router, traces, .settings = "router");
AROUND(of_include, traces, .settings = "include");
AROUND(of_route, traces, .settings = "route");
static const apus_middleware early = { .name = "answers_early", .run = answers_early };
AROUND(aborting, aborts, .settings = NULL);
AROUND(failing, fails_behind, .settings = NULL);
AROUND(forgiving, forgives, .settings = NULL);
AROUND(nothing, does_nothing, .settings = NULL);
AROUND(twice, runs_twice, .settings = NULL);
AROUND(null, answers_null, .settings = NULL);
AROUND(begun, answers_begun, .settings = NULL);

/* --- handlers --- */

typedef apus_str text_handler(apus_req *req);

static void text_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((text_handler *)fn)(req);
}

static apus_str works(apus_req *req)
{
    note("works");
    apus_set_status(req, 201);
    apus_set_header(req, "x-own", "handler");
    return APUS_STR("fine");
}

static apus_str breaks(apus_req *req)
{
    note("breaks");
    apus_abort(req, 409, "taken", "taken");
    return APUS_STR("");
}

typedef apus_response *response_handler(apus_req *req);

static void response_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_response **)result = ((response_handler *)fn)(req);
}

static apus_response *streams(apus_req *req)
{
    apus_write(req, APUS_STR("one "));
    apus_write(req, APUS_STR("two"));
    return NULL;
}

static bool throttled;

static void one_at_most(apus_req *req, apus_next *next)
{
    if (throttled)
        apus_fail(req, 429, NULL, "later");
    apus_next_run(next);
}
AROUND(throttle, one_at_most, .settings = NULL);

#define TEXT(path_, fn_, ...)                                                                      \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = text_call, .result = &apus_type_str,                         \
        .result_size = sizeof(apus_str), .status = 200, __VA_ARGS__                                \
    }

static const apus_route inner_routes[] = {
    TEXT("/works", works, RING(of_route_list)),
    TEXT("/breaks", breaks, RING(of_route_list)),
};
static const apus_router inner = { .name = "inner",
                                   .prefix = APUS_STR_INIT("/in"),
                                   .routes = inner_routes,
                                   .n_routes = COUNT(inner_routes),
                                   RING(of_router_list) };
static const apus_include includes[] = {
    { .router = &inner, .prefix = APUS_STR_INIT(""), RING(of_include_list) },
};
static const apus_route routes[] = {
    TEXT("/plain", works, .line = 0),
    TEXT("/aborts", works, RING(aborting_list)),
    TEXT("/fails", works, RING(failing_list)),
    TEXT("/forgives", breaks, RING(forgiving_list)),
    TEXT("/nothing", works, RING(nothing_list)),
    TEXT("/twice", works, RING(twice_list)),
    TEXT("/null", works, RING(null_list)),
    TEXT("/throttled", works, RING(throttle_list)),
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/streams"),
      .name = "streams",
      .fn = (apus_fn *)streams,
      .call = response_call,
      .result_size = sizeof(void *),
      .status = 200,
      .flags = APUS_ROUTE_result_response,
      RING(begun_list) },
};
static const apus_middleware *const app_list[] = { &outer, &early };
static const apus_router root = { .name = "app",
                                  .prefix = APUS_STR_INIT(""),
                                  .routes = routes,
                                  .n_routes = COUNT(routes),
                                  .includes = includes,
                                  .n_includes = COUNT(includes),
                                  RING(app_list) };
static const apus_app app = { .name = "app", .title = "app", .version = "1", .root = &root };

/* --- tests --- */

static apus_answer get(apus_test *t, const char *path)
{
    trace[0] = '\0';
    return apus_test_get(t, path);
}

static void expect_header(apus_answer a, const char *name, const char *value)
{
    apus_str got = apus_answer_header(a, name);
    assert_true(apus_str_eq(got, apus_str_of(value)));
}

static void they_run_from_the_outside_in(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = get(t, "/in/works");
    apus_expect_status(a, 201);
    assert_string_equal(trace, "app include router route works "
                               "route=201 router=201 include=201 app=201 ");
    expect_header(a, "x-own", "handler");
    expect_header(a, "x-trace", "route"); /* the first of four */

    a = get(t, "/plain");
    apus_expect_status(a, 201);
    assert_string_equal(trace, "app works app=201 ");
    apus_test_stop(t);
}

static void they_see_failures(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = get(t, "/in/breaks");
    apus_expect_status(a, 409);
    assert_string_equal(trace, "app include router route breaks "
                               "route=409! router=409! include=409! app=409! ");
    expect_header(a, "x-trace", "route");

    a = get(t, "/unknown");
    apus_expect_status(a, 404);
    assert_string_equal(trace, "app app=404! ");
    expect_header(a, "x-trace", "app");
    a = apus_test_send(t, "POST", "/plain", NULL, APUS_STR(""));
    apus_expect_status(a, 405);
    expect_header(a, "x-trace", "app");
    apus_test_stop(t);
}

static void they_answer_and_fail_themselves(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    trace[0] = '\0';
    apus_answer a = apus_test_raw(t, APUS_STR("GET /plain HTTP/1.1\r\nhost: x\r\nx-early: 1\r\n"
                                              "connection: close\r\n\r\n"));
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "early");
    expect_header(a, "x-early", "yes");
    assert_string_equal(trace, "app app=200 ");

    a = get(t, "/aborts");
    apus_expect_status(a, 403);
    assert_string_equal(trace, "app app=403! ");
    a = get(t, "/fails");
    apus_expect_status(a, 502);
    assert_string_equal(trace, "app works app=502! ");
    a = get(t, "/forgives");
    apus_expect_status(a, 299);
    EXPECT_BODY(a, "forgiven");
    assert_string_equal(trace, "app breaks app=299 ");

    throttled = true;
    a = get(t, "/throttled"); /* running on behind a failure runs nothing */
    throttled = false;
    apus_expect_status(a, 429);
    assert_string_equal(trace, "app app=429! ");
    apus_expect_status(get(t, "/throttled"), 201);
    apus_test_stop(t);
}

static void mistakes_are_failures(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    static const char *const paths[] = { "/nothing", "/twice", "/null" };
    for (size_t i = 0; i < COUNT(paths); i++)
        apus_expect_status(get(t, paths[i]), 500);
    apus_test_stop(t);
}

static void headers_behind_pieces_are_left_out(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = get(t, "/streams");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "one two");
    expect_header(a, "x-before", "seen");
    expect_header(a, "x-behind", "");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_run_from_the_outside_in),
        cmocka_unit_test(they_see_failures),
        cmocka_unit_test(they_answer_and_fail_themselves),
        cmocka_unit_test(mistakes_are_failures),
        cmocka_unit_test(headers_behind_pieces_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
