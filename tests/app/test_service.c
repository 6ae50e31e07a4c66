/* Mistakes in tables that a service can see are told when it is built. */
#include "tables.h"

#include "apus/loop.h"
#include "apus/main.h"

static int64_t answer(apus_req *req)
{
    (void)req;
    return 1;
}

static void answer_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(int64_t *)result = ((int64_t(*)(apus_req *))fn)(req);
}

struct args {
    int64_t id;
    apus_str text;
};

/* What building an app around this one route says; "" if it can be built. */
static const char *say(apus_route route)
{
    static apus_err err;
    static apus_router root;
    static apus_app app;
    static apus_route kept;
    kept = route;
    kept.name = "answer";
    kept.fn = (apus_fn *)answer;
    kept.call = answer_call;
    kept.result = &apus_type_int64;
    kept.result_size = sizeof(int64_t);
    kept.args_size = sizeof(struct args);
    root = (apus_router){ .name = "app", .routes = &kept, .n_routes = 1 };
    app = (apus_app){ .name = "app", .title = "app", .root = &root };
    err = (apus_err){ 0 };
    apus_loop *loop;
    apus_service *s = NULL;
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    if (apus_service_create(&app, loop, &s, &err) == APUS_OK)
        apus_service_destroy(s);
    apus_loop_destroy(loop);
    return err.msg;
}

#define EXPECT(route_, part)                                                                       \
    do {                                                                                           \
        const char *said = say(route_);                                                            \
        if (!strstr(said, part))                                                                   \
            fail_msg("says \"%s\", not \"%s\"", said, part);                                       \
    } while (0)

static const apus_param path_param[] = {
    { .in = APUS_IN_path, .field = FIELD(args, id, apus_type_int64, REQUIRED) },
};
static const apus_param two_bodies[] = {
    { .in = APUS_IN_body, .field = FIELD(args, id, apus_type_int64, REQUIRED) },
    { .in = APUS_IN_form, .field = FIELD(args, text, apus_type_str, REQUIRED) },
};

static apus_pattern broken_pattern = { .text = "[a-" };
static const apus_rules broken_rules = { .has = APUS_RULE_pattern, .pattern = &broken_pattern };
static const apus_param bad_pattern[] = {
    { .in = APUS_IN_query,
      .field = FIELD(args, text, apus_type_str, REQUIRED, .rules = &broken_rules) },
};

static const apus_dependency circle_b;
static const apus_param circle_a_params[] = { { .in = APUS_IN_depends, .dependency = &circle_b } };
static const apus_dependency circle_a = { .name = "circle_a", PARAMS(circle_a_params) };
static const apus_param circle_b_params[] = { { .in = APUS_IN_depends, .dependency = &circle_a } };
static const apus_dependency circle_b = { .name = "circle_b", PARAMS(circle_b_params) };
static const apus_dependency *const circle[] = { &circle_a };

static void mistakes_are_told(void **state)
{
    (void)state;
    assert_string_equal(say((apus_route){ .path = APUS_STR_INIT("/ok") }), "");
    EXPECT(((apus_route){ .path = APUS_STR_INIT("ok") }), "must begin with '/'");
    EXPECT(((apus_route){ .path = APUS_STR_INIT("/{x}/{x}") }), "stands twice");
    EXPECT(((apus_route){ .path = APUS_STR_INIT("/ok"), PARAMS(path_param) }),
           "answer: the path /ok has no {id}");
    EXPECT(((apus_route){ .path = APUS_STR_INIT("/ok"), PARAMS(two_bodies) }),
           "cannot be both a form and something else");
    EXPECT(((apus_route){ .path = APUS_STR_INIT("/ok"), PARAMS(bad_pattern) }), "[a-");
    EXPECT(((apus_route){ .path = APUS_STR_INIT("/ok"), .depends = circle, .n_depends = 1 }),
           "needs itself");
}

static void a_router_cannot_include_itself(void **state)
{
    (void)state;
    static apus_router root;
    static apus_include self = { .router = &root, .prefix = APUS_STR_INIT("/x") };
    root = (apus_router){ .name = "loop", .includes = &self, .n_includes = 1 };
    apus_app app = { .name = "app", .title = "app", .root = &root };
    apus_loop *loop;
    apus_service *s;
    apus_err err = { 0 };
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    assert_int_equal(apus_service_create(&app, loop, &s, &err), APUS_LIMIT);
    assert_non_null(strstr(err.msg, "router loop: included over 16 deep"));
    apus_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(a_router_cannot_include_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
