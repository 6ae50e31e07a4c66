/* From handlers back to paths; and which app a host leads to, up to the limit of hosts. */
#include "tables.h"

#include <apus/loop.h>

typedef apus_str text_handler(apus_req *req);

static void text_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((text_handler *)fn)(req);
}

static apus_str plain(apus_req *req)
{
    (void)req;
    return APUS_STR("plain");
}

static apus_str deep(apus_req *req)
{
    return apus_path_for(req, plain);
}

static apus_str other(apus_req *req)
{
    (void)req;
    return APUS_STR("");
}

static apus_str asks(apus_req *req)
{
    switch (apus_req_header(req, "x-case").ptr[0]) {
    case 'a':
        return apus_path_for(req, plain);
    case 'b':
        return apus_path_for(req, deep, "rest", "x y/z?", "id", "7");
    case 'c':
        return apus_url_for(req, deep, "id", "7", "rest", "");
    case 'd':
        return apus_path_for(req, deep, "id", "seven", "rest", "");
    case 'e':
        return apus_path_for(req, deep, "id", "7");
    case 'f':
        return apus_path_for(req, plain, "id", "7");
    case 'g':
        return apus_path_for(req, other);
    default:
        return apus_path_for(req, asks, "name", "a/b c");
    }
}

#define TEXT(path_, fn_)                                                                           \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = text_call, .result = &apus_type_str,                         \
        .result_size = sizeof(apus_str), .status = 200, .flags = APUS_ROUTE_result_plain,          \
        .produces = APUS_STR_INIT("text/plain")                                                    \
    }
static const apus_route routes[] = {
    TEXT("/plain", plain),
    TEXT("/deep/{id:int}/{rest:path}", deep),
    TEXT("/asks/{name}", asks),
};
static const apus_router root = { .name = "root", .routes = routes, .n_routes = COUNT(routes) };
static const apus_app app = { .name = "app", .root = &root, .root_path = "/api" };

static void handlers_lead_to_paths(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "/api/plain", "/api/deep/7/x%20y/z%3F", "http://testserver/api/deep/7/", NULL, NULL, NULL,
        NULL,         "/api/asks/a%2Fb%20c",
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char name[2] = { (char)('a' + i), '\0' };
        apus_test_header(t, "x-case", name);
        apus_answer a = apus_test_get(t, "/asks/x");
        apus_expect_status(a, bodies[i] ? 200 : 500);
        if (bodies[i])
            EXPECT_BODY(a, bodies[i]);
    }
    apus_test_stop(t);
}

static void hosts_have_a_limit(void **state)
{
    (void)state;
    enum { TOO_MANY = 64 };
    static apus_mount mounts[TOO_MANY];
    static char names[TOO_MANY][16];
    apus_app many = { .name = "many", .root = &root, .mounts = mounts, .n_mounts = TOO_MANY };
    apus_loop *loop;
    apus_service *s = NULL;
    apus_err err = { 0 };
    for (int i = 0; i < TOO_MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "h%d.example", i);
        mounts[i] = (apus_mount){ .app = &app, .host = apus_str_of(names[i]) };
    }
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    assert_int_equal(apus_service_create(&many, loop, &s, &err), APUS_LIMIT);
    assert_non_null(strstr(err.msg, "over 63 hosts"));
    many.n_mounts = TOO_MANY - 1;
    assert_int_equal(apus_service_create(&many, loop, &s, &err), APUS_OK);
    apus_service_destroy(s);
    apus_loop_destroy(loop);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_lead_to_paths),
        cmocka_unit_test(hosts_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
