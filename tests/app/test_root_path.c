/* Behind a proxy that takes a path off: what is looked up, and what is linked. */
#include "tables.h"

typedef apus_str path_handler(apus_req *req);

static void path_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((path_handler *)fn)(req);
}

static apus_str tells(apus_req *req)
{
    return apus_strf(req, "%.*s %s", APUS_FMT(apus_req_root_path(req)), apus_req_url(req).ptr);
}

#define TELLS(path_)                                                                               \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = "tells",                  \
        .fn = (apus_fn *)tells, .call = path_call, .result = &apus_type_str,                       \
        .result_size = sizeof(apus_str), .status = 200, .flags = APUS_ROUTE_result_plain,          \
        .produces = APUS_STR_INIT("text/plain")                                                    \
    }

static const apus_route routes[] = { TELLS("/a"), TELLS("/b/"), TELLS("/") };
static const apus_router root = { .name = "root", .routes = routes, .n_routes = COUNT(routes) };

static const apus_app inner = { .name = "inner", .title = "inner", .version = "1", .root = &root };
static const apus_mount mounts[] = { { .app = &inner, .prefix = APUS_STR_INIT("/sub") } };
static const apus_app plain = { .name = "plain",
                                .title = "plain",
                                .version = "1",
                                .root = &root,
                                .mounts = mounts,
                                .n_mounts = 1 };
static const apus_app rooted = {
    .name = "rooted", .title = "rooted", .version = "1", .root = &root, .root_path = "/api"
};
static const apus_app keeping = { .name = "keeping", .root = &root, .keeps_slashes = true };

/* The prefix that the client's proxy names, if there is one. */
static void proxied(apus_req *req, apus_next *next)
{
    apus_req_came_by(req, &(apus_way){ .root_path = apus_req_header(req, "x-prefix") });
    apus_next_run(next);
}
static const apus_middleware by_proxy = { .name = "proxied", .run = proxied };
static const apus_middleware *const ring[] = { &by_proxy };
static const apus_router proxied_root = { .name = "root",
                                          .routes = routes,
                                          .n_routes = COUNT(routes),
                                          .middleware = ring,
                                          .n_middleware = 1 };
static const apus_app behind = { .name = "behind",
                                 .title = "behind",
                                 .version = "1",
                                 .root = &proxied_root,
                                 .mounts = mounts,
                                 .n_mounts = 1 };

static void expect(apus_test *t, const char *path, int status, const char *body)
{
    apus_answer a = apus_test_get(t, path);
    apus_expect_status(a, status);
    if (status == 200)
        EXPECT_BODY(a, body);
    else if (status == 307)
        apus_expect_header(a, "location", body);
}

static void paths_are_found_with_and_without_it(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&rooted);
    expect(t, "/a", 200, "/api http://testserver/api/a");
    expect(t, "/api/a", 200, "/api http://testserver/api/a");
    expect(t, "/api/", 200, "/api http://testserver/api/");
    expect(t, "/apia", 404, "");
    expect(t, "/api/api/a", 404, "");
    expect(t, "/b", 307, "http://testserver/api/b/");
    expect(t, "/api/b?c=d", 307, "http://testserver/api/b/?c=d");
    expect(t, "/api", 307, "http://testserver/api/");
    apus_test_stop(t);
}

static void a_proxy_may_tell_it_of_each_request(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&behind);
    expect(t, "/a", 200, " http://testserver/a");
    expect(t, "/v2/a", 404, "");
    apus_test_header(t, "x-prefix", "/v2");
    expect(t, "/a", 200, "/v2 http://testserver/v2/a");
    expect(t, "/v2/a", 200, "/v2 http://testserver/v2/a");
    expect(t, "/v2/sub/b", 307, "http://testserver/v2/sub/b/");
    apus_test_stop(t);
}

static void slashes_can_be_kept(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&keeping);
    expect(t, "/a/", 404, "");
    expect(t, "/b", 404, "");
    expect(t, "/b/", 200, " http://testserver/b/");
    apus_test_stop(t);
    t = apus_test_start(&plain);
    expect(t, "/a/", 307, "http://testserver/a");
    expect(t, "/sub/b", 307, "http://testserver/sub/b/");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_found_with_and_without_it),
        cmocka_unit_test(a_proxy_may_tell_it_of_each_request),
        cmocka_unit_test(slashes_can_be_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
