/* What a worker makes once: order, constants, failure, overrides, the end. */
#include "tables.h"

#include <apus/loop.h>

static char trace[256];

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
    strncat(trace, " ", sizeof(trace) - strlen(trace) - 1);
}

/* --- config <- pool(size = 3) <- handler, and a request's dependency --- */

typedef struct config {
    const char *url;
} config;

typedef struct pool {
    const char *url;
    int size, taken;
} pool;

static void close_it(void *arg)
{
    note(arg);
}

static char closed_config[] = "-config", closed_pool[] = "-pool";

static config *read_config(apus_worker *w)
{
    note("config");
    apus_worker_defer(w, close_it, closed_config);
    config *c = apus_worker_new(w, config);
    c->url = "db:1";
    return c;
}

static config *fake_config(apus_worker *w)
{
    note("fake");
    config *c = apus_worker_new(w, config);
    c->url = "db:fake";
    return c;
}

static config *no_config(apus_worker *w)
{
    apus_worker_defer(w, close_it, closed_config);
    apus_worker_fail(w, "there is no %s", "file");
    return apus_worker_fail(w, "only the first counts");
}

static void read_config_call(apus_worker *w, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(config **)result = ((config * (*)(apus_worker *)) fn)(w);
}

static const apus_dependency config_dependency = {
    .name = "read_config",
    .fn = (apus_fn *)read_config,
    .start = read_config_call,
    .result_size = sizeof(config *),
};

struct pool_args {
    const config *from;
    int size;
};

static pool *open_pool(apus_worker *w, const config *from, int size)
{
    note("pool");
    pool *p = apus_worker_new(w, pool);
    *p = (pool){ .url = from->url, .size = size };
    apus_worker_defer(w, close_it, closed_pool);
    return p;
}

static void open_pool_call(apus_worker *w, apus_fn *fn, const void *args, void *result)
{
    const struct pool_args *a = args;
    *(pool **)result = ((pool * (*)(apus_worker *, const config *, int)) fn)(w, a->from, a->size);
}

#define DEPENDS(s, m, d)                                                                           \
    {                                                                                              \
        .in = APUS_IN_depends, .dependency = &(d), .field = {                                      \
            APUS_FIELD_NAME(#m),                                                                   \
            .offset = offsetof(struct s, m)                                                        \
        }                                                                                          \
    }

static const apus_param pool_params[] = { DEPENDS(pool_args, from, config_dependency) };
static const struct pool_args pool_constants = { .size = 3 };
static const apus_dependency pool_dependency = {
    .name = "open_pool",
    .fn = (apus_fn *)open_pool,
    .start = open_pool_call,
    PARAMS(pool_params),
    .args_size = sizeof(struct pool_args),
    .result_size = sizeof(pool *),
    .constants = &pool_constants,
};

struct take_args {
    pool *p;
};

static int take(apus_req *req, pool *p)
{
    (void)req;
    return ++p->taken;
}

static void take_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct take_args *a = args;
    *(int *)result = ((int (*)(apus_req *, pool *))fn)(req, a->p);
}

static const apus_param take_params[] = { DEPENDS(take_args, p, pool_dependency) };
static const apus_dependency take_dependency = {
    .name = "take",
    .fn = (apus_fn *)take,
    .call = take_call,
    PARAMS(take_params),
    .args_size = sizeof(struct take_args),
    .result_size = sizeof(int),
};

struct show_args {
    pool *p;
    int number;
    apus_str who;
};

static apus_str show(apus_req *req, pool *p, int number, apus_str who)
{
    return apus_strf(req, "%s %d %d %s", p->url, p->size, number, who.ptr);
}

static void show_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct show_args *a = args;
    apus_str (*call)(apus_req *, pool *, int, apus_str) =
        (apus_str(*)(apus_req *, pool *, int, apus_str))fn;
    *(apus_str *)result = call(req, a->p, a->number, a->who);
}

static const apus_param show_params[] = {
    DEPENDS(show_args, p, pool_dependency),
    DEPENDS(show_args, number, take_dependency),
    { .in = APUS_IN_query, .field = FIELD(show_args, who, apus_type_str, REQUIRED) },
};

static void warm_up(apus_worker *w)
{
    (void)w;
    note("warm");
}

static void warm_up_call(apus_worker *w, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_worker *))fn)(w);
}

static const apus_dependency warm_up_dependency = { .name = "warm_up",
                                                    .fn = (apus_fn *)warm_up,
                                                    .start = warm_up_call };
static const apus_dependency *const first[] = { &warm_up_dependency };

static const apus_route routes[] = {
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/show"),
      FN(show),
      PARAMS(show_params),
      .depends = first,
      .n_depends = 1,
      .args_size = sizeof(struct show_args),
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200 },
};
APP(app, routes, .n_slots = 3);

/* --- tests --- */

static apus_test *begin(void)
{
    trace[0] = '\0';
    apus_test_on_fail(cmocka_fail);
    return apus_test_start(&app);
}

static void it_is_made_once_and_ended(void **state)
{
    (void)state;
    apus_test *t = begin();
    assert_string_equal(trace, "");
    EXPECT_BODY(apus_test_get(t, "/show?who=ada"), "\"db:1 3 1 ada\"");
    EXPECT_BODY(apus_test_get(t, "/show?who=bob"), "\"db:1 3 2 bob\"");
    assert_string_equal(trace, "warm config pool ");
    apus_test_stop(t);
    assert_string_equal(trace, "warm config pool -pool -config ");
}

static void it_can_be_overridden(void **state)
{
    (void)state;
    apus_test *t = begin();
    apus_override(t, read_config, fake_config);
    EXPECT_BODY(apus_test_get(t, "/show?who=ada"), "\"db:fake 3 1 ada\"");
    apus_test_stop(t);
    assert_string_equal(trace, "warm fake pool -pool ");
}

static const apus_dependency broken_dependency = {
    .name = "no_config",
    .fn = (apus_fn *)no_config,
    .start = read_config_call,
    .result_size = sizeof(config *),
};
static const apus_dependency *const broken[] = { &warm_up_dependency, &broken_dependency,
                                                 &config_dependency };
static const apus_route broken_routes[] = {
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/show"),
      FN(show),
      .depends = broken,
      .n_depends = COUNT(broken),
      .args_size = sizeof(struct show_args),
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200 },
};
APP(broken_app, broken_routes, .n_slots = 3);

static void a_failure_is_told_and_what_began_is_ended(void **state)
{
    (void)state;
    trace[0] = '\0';
    apus_loop *loop;
    apus_service *s;
    apus_err err = { 0 };
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    assert_int_equal(apus_service_create(&broken_app, loop, &s, &err), APUS_OK);
    assert_int_equal(apus_service_start(s, &err), APUS_INVALID);
    assert_string_equal(err.msg, "no_config: there is no file");
    apus_service_destroy(s);
    apus_loop_destroy(loop);
    assert_string_equal(trace, "warm -config ");
}

static const apus_param of_request_params[] = { DEPENDS(take_args, p, take_dependency) };
static const apus_dependency of_request_dependency = {
    .name = "wants_number",
    .start = read_config_call,
    PARAMS(of_request_params),
    .args_size = sizeof(struct take_args),
};
static const apus_dependency circle_b;
static const apus_param circle_a_params[] = { DEPENDS(take_args, p, circle_b) };
static const apus_dependency circle_a = { .name = "circle_a",
                                          .start = read_config_call,
                                          PARAMS(circle_a_params) };
static const apus_param circle_b_params[] = { DEPENDS(take_args, p, circle_a) };
static const apus_dependency circle_b = { .name = "circle_b",
                                          .start = read_config_call,
                                          PARAMS(circle_b_params) };

static void expect_refused(const apus_dependency *d, apus_rc rc, const char *text)
{
    const apus_dependency *depends[] = { d };
    apus_route route = broken_routes[0];
    route.depends = depends;
    route.n_depends = 1;
    apus_router root = { .name = "root", .routes = &route, .n_routes = 1 };
    apus_app one = { .name = "one", .title = "one", .root = &root };
    apus_loop *loop;
    apus_service *s;
    apus_err err = { 0 };
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    assert_int_equal(apus_service_create(&one, loop, &s, &err), rc);
    assert_non_null(strstr(err.msg, text));
    apus_loop_destroy(loop);
}

static void mistakes_in_tables_are_told(void **state)
{
    (void)state;
    expect_refused(&of_request_dependency, APUS_INVALID,
                   "wants_number runs once per worker: p is of a request");
    expect_refused(&circle_a, APUS_LIMIT, "needs itself");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_once_and_ended),
        cmocka_unit_test(it_can_be_overridden),
        cmocka_unit_test(a_failure_is_told_and_what_began_is_ended),
        cmocka_unit_test(mistakes_in_tables_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
