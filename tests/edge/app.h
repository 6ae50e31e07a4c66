/* One app with a ring of its own, for tests of what stands in it. */
#ifndef APUS_TESTS_EDGE_APP_H
#define APUS_TESTS_EDGE_APP_H

#include <apus/loop.h>

#include "../app/tables.h"

typedef apus_str edge_handler(apus_req *req);

static void edge_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((edge_handler *)fn)(req);
}

#define EDGE_ROUTE(path_, fn_, ...)                                                                \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = edge_call, .result = &apus_type_str,                         \
        .result_size = sizeof(apus_str), .status = 200, __VA_ARGS__                                \
    }

/* An app around an array of routes, with these around everything. */
#define EDGE_APP(app, routes_, ...)                                                                \
    static const apus_middleware *const app##_ring[] = { __VA_ARGS__ };                            \
    static const apus_router app##_root = { .name = #app,                                          \
                                            .prefix = APUS_STR_INIT(""),                           \
                                            .routes = routes_,                                     \
                                            .n_routes = COUNT(routes_),                            \
                                            .middleware = app##_ring,                              \
                                            .n_middleware = COUNT(app##_ring) };                   \
    static const apus_app app = { .name = #app, .title = #app, .version = "1", .root = &app##_root }

/* A request as text: method and path, then header lines. */
static inline apus_answer edge_send(apus_test *t, const char *line, const char *headers)
{
    char text[2048];
    int n =
        snprintf(text, sizeof(text), "%s HTTP/1.1\r\n%sconnection: close\r\n\r\n", line, headers);
    return apus_test_raw(t, (apus_str){ text, (size_t)n });
}

static inline void edge_expect_header(apus_answer a, const char *name, const char *value)
{
    apus_str got = apus_answer_header(a, name);
    if (!apus_str_eq(got, apus_str_of(value)))
        fail_msg("%s is \"%.*s\", not \"%s\"", name, APUS_FMT(got), value);
}

/* That the app does not start, with these words in the reason. */
static inline void edge_expect_refused(const apus_app *app, const char *words)
{
    apus_loop *loop = NULL;
    apus_service *service = NULL;
    apus_err err = { 0 };
    assert_int_equal(apus_loop_create(&loop, &err), APUS_OK);
    assert_int_not_equal(apus_service_create(app, loop, &service, &err), APUS_OK);
    if (!strstr(err.msg, words))
        fail_msg("\"%s\" says nothing of \"%s\"", err.msg, words);
    apus_loop_destroy(loop);
}

#endif
