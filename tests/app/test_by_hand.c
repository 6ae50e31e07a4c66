/* An API without apusc: the tables that it writes, written by a person.
 *
 * docs/how-to/without-apusc.md explains this file; it is also the smallest whole
 * program there is: one model, one route, one handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apus/apus.h>

/* --- what the program would be anyway --- */

typedef struct greeting {
    apus_str message;
} greeting;

static greeting *greet(apus_req *req, apus_str name, int times)
{
    greeting *out = apus_new(req, greeting);
    out->message = apus_strf(req, "Hello, %s! (x%d)", name.ptr, times);
    return out;
}

/* --- the model: its members, and where they lie --- */

static const apus_field greeting_fields[] = {
    { APUS_FIELD_NAME("message"), .type = &apus_type_str, .offset = offsetof(greeting, message),
      .flags = APUS_FIELD_required },
};

static const apus_model greeting_model = {
    .name = "greeting",
    .size = sizeof(greeting),
    .align = _Alignof(greeting),
    .fields = greeting_fields,
    .n_fields = 1,
};

static const apus_type greeting_type = {
    .kind = APUS_KIND_model,
    .size = sizeof(greeting),
    .align = _Alignof(greeting),
    .model = &greeting_model,
};

/* --- the handler: its arguments, where they come from, and the call --- */

struct greet_args {
    apus_str name;
    int times;
};

static void greet_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct greet_args *a = args;
    greeting *(*call)(apus_req *, apus_str, int) = (greeting * (*)(apus_req *, apus_str, int)) fn;
    *(greeting **)result = call(req, a->name, a->times);
}

static const int times_default = 1;
static const apus_rules times_rules = {
    .has = APUS_RULE_ge | APUS_RULE_le,
    .ge = { 1, 1.0 },
    .le = { 5, 5.0 },
};

static const apus_param greet_params[] = {
    {
        .in = APUS_IN_path,
        .field = { APUS_FIELD_NAME("name"), .type = &apus_type_str,
                   .offset = offsetof(struct greet_args, name), .flags = APUS_FIELD_required },
    },
    {
        .in = APUS_IN_query,
        .field = { APUS_FIELD_NAME("times"), .type = &apus_type_int,
                   .offset = offsetof(struct greet_args, times), .rules = &times_rules,
                   .default_value = &times_default },
    },
};

/* --- the route, the router, the app --- */

static const apus_route hello_routes[] = {
    {
        .method = APUS_METHOD_GET,
        .path = APUS_STR_INIT("/hello/{name}"),
        .name = "greet",
        .fn = (apus_fn *)greet,
        .call = greet_call,
        .params = greet_params,
        .n_params = 2,
        .args_size = sizeof(struct greet_args),
        .result_size = sizeof(greeting *),
        .result = &greeting_type,
        .status = 200,
        .flags = APUS_ROUTE_result_pointer,
        .operation_id = "greet_hello__name__get",
    },
};

static const apus_router hello_root = {
    .name = "hello",
    .prefix = APUS_STR_INIT(""),
    .routes = hello_routes,
    .n_routes = 1,
};

static const apus_app hello_app = {
    .name = "hello",
    .title = "Hello",
    .version = "1.0.0",
    .root = &hello_root,
};

/* In a program of its own:
 *
 *     int main(int argc, char **argv)
 *     {
 *         return apus_main(argc, argv, &hello_app);
 *     }
 */

static void cmocka_fail(const char *text)
{
    fail_msg("%s", text);
}

static void tables_written_by_hand_answer(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&hello_app);

    apus_answer a = apus_test_get(t, "/hello/ada");
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-type", "application/json");
    assert_string_equal(a.body.ptr, "{\"message\":\"Hello, ada! (x1)\"}");

    a = apus_test_get(t, "/hello/ada%20l?times=3");
    assert_string_equal(a.body.ptr, "{\"message\":\"Hello, ada l! (x3)\"}");
    apus_test_stop(t);
}

static void mistakes_are_told_as_fastapi_tells_them(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&hello_app);
    apus_answer a = apus_test_get(t, "/hello/ada?times=9");
    apus_expect_status(a, 422);
    assert_string_equal(a.body.ptr,
                        "{\"detail\":[{\"type\":\"less_than_equal\",\"loc\":[\"query\",\"times\"],"
                        "\"msg\":\"Input should be less than or equal to 5\",\"input\":\"9\","
                        "\"ctx\":{\"le\":5}}]}");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_written_by_hand_answer),
        cmocka_unit_test(mistakes_are_told_as_fastapi_tells_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
