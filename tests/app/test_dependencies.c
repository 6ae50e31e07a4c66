/* Dependencies and credentials: order, once per request, who is called and who not. */
#include "tables.h"

/* What ran, in order; each test begins with an empty one. */
static char trace[256];

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
    strncat(trace, " ", sizeof(trace) - strlen(trace) - 1);
}

/* --- store <- account (needs a key) <- handler; check without a value --- */

typedef struct store {
    int opened;
} store;

static void close_store(void *arg)
{
    (void)arg;
    note("close");
}

static store *open_store(apus_req *req)
{
    note("open");
    store *s = apus_new(req, store);
    apus_defer(req, close_store, s);
    return s;
}

static store *fake_store(apus_req *req)
{
    note("fake");
    return apus_new(req, store);
}

static void open_store_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    store *(*call)(apus_req *) = (store * (*)(apus_req *)) fn;
    *(store **)result = call(req);
}

static const apus_dependency store_dependency = {
    .name = "open_store",
    .fn = (apus_fn *)open_store,
    .call = open_store_call,
    .slot = 0,
    .result_size = sizeof(store *),
};

typedef struct api_key {
    apus_str value;
} api_key;

static const apus_security api_key_scheme = {
    .name = "api_key",
    .kind = APUS_SECURITY_key,
    .in = APUS_IN_header,
    .key = APUS_STR_INIT("X-API-Key"),
    .challenge = APUS_STR_INIT("APIKey"),
};

struct account_args {
    api_key key;
    store *db;
    int as;
};

static apus_str account(apus_req *req, api_key key, store *db)
{
    note("account");
    assert_non_null(db);
    if (apus_str_eq(key.value, APUS_STR("bad"))) {
        apus_fail(req, 403, "bad_key", "no account behind this key");
        return APUS_STR("");
    }
    apus_str scope = APUS_STR("trade");
    apus_identify(req, &(apus_principal){ .id = key.value, .scopes = { &scope, 1 } });
    return key.value;
}

static void account_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct account_args *a = args;
    apus_str (*call)(apus_req *, api_key, store *) = (apus_str(*)(apus_req *, api_key, store *))fn;
    *(apus_str *)result = call(req, a->key, a->db);
}

static const int nobody = 0;
static const apus_param account_params[] = {
    { .in = APUS_IN_query,
      .field = FIELD(account_args, as, apus_type_int, .default_value = &nobody) },
    { .in = APUS_IN_security,
      .security = &api_key_scheme,
      .field = { APUS_FIELD_NAME("key"), .offset = offsetof(struct account_args, key) } },
    { .in = APUS_IN_depends,
      .dependency = &store_dependency,
      .field = { APUS_FIELD_NAME("db"), .offset = offsetof(struct account_args, db) } },
};

static const apus_dependency account_dependency = {
    .name = "account",
    .fn = (apus_fn *)account,
    .call = account_call,
    PARAMS(account_params),
    .slot = 1,
    .args_size = sizeof(struct account_args),
    .result_size = sizeof(apus_str),
    .authenticates = true,
};

struct check_args {
    int level;
    apus_str word;
};

static void check(apus_req *req, int level, apus_str word)
{
    note(word.ptr);
    if (level > 5)
        apus_fail(req, 409, NULL, "level %d", level);
}

static void check_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct check_args *a = args;
    void (*call)(apus_req *, int, apus_str) = (void (*)(apus_req *, int, apus_str))fn;
    (void)result;
    call(req, a->level, a->word);
}

static const int zero = 0;
static const apus_param check_params[] = {
    { .in = APUS_IN_query,
      .field = FIELD(check_args, level, apus_type_int, .default_value = &zero) },
};

static const struct check_args check_constants = { .word = APUS_STR_INIT("check") };
static const apus_dependency check_dependency = {
    .name = "check",
    .fn = (apus_fn *)check,
    .call = check_call,
    PARAMS(check_params),
    .slot = 2,
    .args_size = sizeof(struct check_args),
    .constants = &check_constants,
};

static const struct check_args outer_constants = { .word = APUS_STR_INIT("outer") };
static const apus_dependency outer_dependency = {
    .name = "check",
    .fn = (apus_fn *)check,
    .call = check_call,
    .slot = 3,
    .args_size = sizeof(struct check_args),
    .constants = &outer_constants,
};

/* --- one that authenticates by what is in the body --- */

struct login_args {
    int quantity;
};

static apus_str login(apus_req *req, int quantity)
{
    note("login");
    return apus_strf(req, "user %d", quantity);
}

static void login_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct login_args *a = args;
    *(apus_str *)result = ((apus_str(*)(apus_req *, int))fn)(req, a->quantity);
}

static const apus_param login_params[] = {
    { .in = APUS_IN_body,
      .field = FIELD(login_args, quantity, apus_type_int,
                     .flags = APUS_FIELD_required | APUS_FIELD_embed) },
};
static const apus_dependency login_dependency = {
    .name = "login",
    .fn = (apus_fn *)login,
    .call = login_call,
    PARAMS(login_params),
    .args_size = sizeof(struct login_args),
    .result_size = sizeof(apus_str),
    .authenticates = true,
};

struct greet_args {
    apus_str who;
};

static apus_str greet(apus_req *req, apus_str who)
{
    note("greet");
    return apus_strf(req, "hello %s", who.ptr);
}

static void greet_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct greet_args *a = args;
    *(apus_str *)result = ((apus_str(*)(apus_req *, apus_str))fn)(req, a->who);
}

static const apus_param greet_params[] = {
    { .in = APUS_IN_depends,
      .dependency = &login_dependency,
      .field = { APUS_FIELD_NAME("who"), .offset = offsetof(struct greet_args, who) } },
};
static const apus_dependency greet_dependency = {
    .name = "greet",
    .fn = (apus_fn *)greet,
    .call = greet_call,
    PARAMS(greet_params),
    .args_size = sizeof(struct greet_args),
    .result_size = sizeof(apus_str),
    .authenticates = true,
};
static const apus_param greeted_params[] = {
    { .in = APUS_IN_depends,
      .dependency = &greet_dependency,
      .field = { APUS_FIELD_NAME("who"), .offset = offsetof(struct greet_args, who) } },
};

/* --- handlers --- */

struct order_args {
    int quantity;
    apus_str who;
    store *db;
};

static apus_str order(apus_req *req, int quantity, apus_str who, store *db)
{
    note("handler");
    assert_non_null(db);
    const apus_principal *p = apus_req_principal(req);
    return apus_strf(req, "%s/%zu/%d", who.ptr, p ? p->scopes.len : 0, quantity);
}

static void order_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct order_args *a = args;
    apus_str (*call)(apus_req *, int, apus_str, store *) =
        (apus_str(*)(apus_req *, int, apus_str, store *))fn;
    *(apus_str *)result = call(req, a->quantity, a->who, a->db);
}

static const apus_param order_params[] = {
    { .in = APUS_IN_body,
      .field = FIELD(order_args, quantity, apus_type_int,
                     .flags = APUS_FIELD_required | APUS_FIELD_embed) },
    { .in = APUS_IN_depends,
      .dependency = &store_dependency,
      .field = { APUS_FIELD_NAME("db"), .offset = offsetof(struct order_args, db) } },
    { .in = APUS_IN_depends,
      .dependency = &account_dependency,
      .field = { APUS_FIELD_NAME("who"), .offset = offsetof(struct order_args, who) } },
};

struct whoami_args {
    api_key *key;
    int n;
};

static apus_str whoami(apus_req *req, api_key *key)
{
    (void)req;
    note("handler");
    return key ? key->value : APUS_STR("nobody");
}

static void whoami_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct whoami_args *a = args;
    apus_str (*call)(apus_req *, api_key *) = (apus_str(*)(apus_req *, api_key *))fn;
    *(apus_str *)result = call(req, a->key);
}

static const apus_param whoami_params[] = {
    { .in = APUS_IN_security,
      .security = &api_key_scheme,
      .field = { APUS_FIELD_NAME("key"), .offset = offsetof(struct whoami_args, key),
                 .flags = APUS_FIELD_pointer } },
    { .in = APUS_IN_query, .field = FIELD(whoami_args, n, apus_type_int, .default_value = &zero) },
};

static const apus_security bearer_scheme = { .name = "bearer",
                                             .kind = APUS_SECURITY_bearer,
                                             .challenge = APUS_STR_INIT("Bearer") };
static const apus_security basic_scheme = { .name = "basic",
                                            .kind = APUS_SECURITY_basic,
                                            .challenge = APUS_STR_INIT("Basic realm=\"x\"") };
static const apus_security query_scheme = { .name = "q",
                                            .kind = APUS_SECURITY_key,
                                            .in = APUS_IN_query,
                                            .key = APUS_STR_INIT("token"),
                                            .challenge = APUS_STR_INIT("APIKey") };
static const apus_security cookie_scheme = { .name = "c",
                                             .kind = APUS_SECURITY_key,
                                             .in = APUS_IN_cookie,
                                             .key = APUS_STR_INIT("sid"),
                                             .challenge = APUS_STR_INIT("APIKey") };

struct credential_args {
    api_key key;
};

static apus_str credential(apus_req *req, api_key key)
{
    (void)req;
    return key.value;
}

static void credential_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct credential_args *a = args;
    apus_str (*call)(apus_req *, api_key) = (apus_str(*)(apus_req *, api_key))fn;
    *(apus_str *)result = call(req, a->key);
}

#define CREDENTIAL(scheme)                                                                         \
    {                                                                                              \
        {                                                                                          \
            .in = APUS_IN_security, .security = &(scheme), .field = {                              \
                APUS_FIELD_NAME("key"),                                                            \
                .offset = offsetof(struct credential_args, key)                                    \
            }                                                                                      \
        }                                                                                          \
    }
static const apus_param bearer_params[] = CREDENTIAL(bearer_scheme);
static const apus_param basic_params[] = CREDENTIAL(basic_scheme);
static const apus_param query_params[] = CREDENTIAL(query_scheme);
static const apus_param cookie_params[] = CREDENTIAL(cookie_scheme);

#define GIVES_TEXT .result = &apus_type_str, .result_size = sizeof(apus_str), .status = 200
#define CREDENTIAL_ROUTE(path_, params_)                                                           \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), FN(credential), PARAMS(params_),  \
        .args_size = sizeof(struct credential_args), GIVES_TEXT                                    \
    }

static const apus_dependency *const check_list[] = { &check_dependency };
static const apus_dependency *const outer_list[] = { &outer_dependency };

static const apus_route inner_routes[] = {
    { .method = APUS_METHOD_POST,
      .path = APUS_STR_INIT("/orders"),
      FN(order),
      PARAMS(order_params),
      .depends = check_list,
      .n_depends = 1,
      .args_size = sizeof(struct order_args),
      GIVES_TEXT },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/whoami"),
      FN(whoami),
      PARAMS(whoami_params),
      .args_size = sizeof(struct whoami_args),
      GIVES_TEXT },
    { .method = APUS_METHOD_POST,
      .path = APUS_STR_INIT("/greeted"),
      FN(greet),
      PARAMS(greeted_params),
      .args_size = sizeof(struct greet_args),
      GIVES_TEXT },
    CREDENTIAL_ROUTE("/bearer", bearer_params),
    CREDENTIAL_ROUTE("/basic", basic_params),
    CREDENTIAL_ROUTE("/query", query_params),
    CREDENTIAL_ROUTE("/cookie", cookie_params),
};
static const apus_router inner = { .name = "inner",
                                   .prefix = APUS_STR_INIT("/in"),
                                   .routes = inner_routes,
                                   .n_routes = COUNT(inner_routes) };
static const apus_include includes[] = {
    { .router = &inner, .prefix = APUS_STR_INIT("/v1"), .depends = outer_list, .n_depends = 1 },
    { .router = &inner, .prefix = APUS_STR_INIT("") },
};
static const apus_router root = {
    .name = "app", .prefix = APUS_STR_INIT(""), .includes = includes, .n_includes = 2
};
static const apus_app app = { .name = "app", .title = "app", .root = &root, .n_slots = 4 };

static apus_answer post(apus_test *t, const char *path, const char *key, const char *body)
{
    trace[0] = 0;
    apus_test_header(t, "X-API-Key", key);
    return apus_test_post(t, path, body);
}

/* --- facts --- */

static void each_runs_once_before_who_needs_it(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/orders", "k1", "{\"quantity\":2}");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "\"k1/1/2\"");
    /* What authenticates goes first, though `depends` stands in front of it. */
    assert_string_equal(trace, "open account check handler close ");
    apus_test_stop(t);
}

static void those_of_an_include_come_first(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/v1/in/orders", "k1", "{\"quantity\":2}");
    apus_expect_status(a, 200);
    assert_string_equal(trace, "open account outer check handler close ");
    apus_test_stop(t);
}

static void the_first_failure_ends_the_request(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/orders?level=9", "bad", "{");
    apus_expect_status(a, 403);
    EXPECT_BODY(a, "{\"detail\":\"no account behind this key\",\"code\":\"bad_key\"}");
    assert_string_equal(trace, "open account close ");

    a = post(t, "/in/orders?level=9", "k", "{\"quantity\":\"x\"}");
    apus_expect_status(a, 409);
    EXPECT_BODY(a, "{\"detail\":\"level 9\"}");
    assert_string_equal(trace, "open account check close ");
    apus_test_stop(t);
}

static void without_a_credential_nobody_is_called(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/orders", NULL, "{\"quantity\":2}");
    apus_expect_status(a, 401);
    EXPECT_BODY(a, "{\"detail\":\"Not authenticated\"}");
    apus_expect_header(a, "www-authenticate", "APIKey");
    assert_string_equal(trace, "open close ");
    apus_test_stop(t);
}

/* One whose parameters are invalid is not called; its problems come before those of
 * the handler. */
static void invalid_parameters_are_collected(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/orders?level=x", "k", "{}");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"query\",\"level\"]");
    apus_expect_json(a, "$.detail[1].loc", "[\"body\",\"quantity\"]");
    assert_string_equal(trace, "open account close ");
    apus_test_stop(t);
}

/* The order of problems is that of the declarations, whoever ran first; and one
 * problem anywhere is enough. */
static void problems_come_in_the_order_of_declaration(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/orders?as=x&level=y", "k", "{\"quantity\":1}");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"query\",\"level\"]");
    apus_expect_json(a, "$.detail[1].loc", "[\"query\",\"as\"]");
    assert_string_equal(trace, "open close ");
    a = post(t, "/in/orders?level=y", "k", "{\"quantity\":1}");
    apus_expect_status(a, 422);
    assert_string_equal(trace, "open account close ");
    a = post(t, "/in/orders?as=x", "k", "{");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"json_invalid\"");
    assert_true(a.body.ptr[a.body.len - 2] == ']' && !strstr(a.body.ptr, "int_parsing"));
    apus_test_stop(t);
}

/* What reads the body, or needs what does, waits for it even if it authenticates. */
static void credentials_may_stand_in_the_body(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/greeted", NULL, "{\"quantity\":7}");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "\"hello hello user 7\"");
    assert_string_equal(trace, "login greet greet ");
    a = post(t, "/in/greeted", NULL, "{}");
    apus_expect_status(a, 422);
    assert_string_equal(trace, "");
    apus_test_stop(t);
}

/* A body that is no JSON is known before the other dependencies run. */
static void a_broken_body_stops_what_does_not_authenticate(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = post(t, "/in/orders?level=9", "k", "{");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"json_invalid\"");
    assert_string_equal(trace, "open account close ");
    apus_test_stop(t);
}

static void overrides_take_the_place_of_functions(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_override(t, open_store, fake_store);
    apus_answer a = post(t, "/in/orders", "k", "{\"quantity\":1}");
    apus_expect_status(a, 200);
    assert_string_equal(trace, "fake account check handler ");
    apus_override(t, open_store, open_store);
    a = post(t, "/in/orders", "k", "{\"quantity\":1}");
    assert_string_equal(trace, "open account check handler close ");
    apus_test_stop(t);
}

static void a_pointer_makes_a_credential_optional(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_get(t, "/in/whoami");
    EXPECT_BODY(a, "\"nobody\"");
    apus_test_header(t, "x-api-key", "me");
    a = apus_test_get(t, "/in/whoami");
    EXPECT_BODY(a, "\"me\"");
    a = apus_test_get(t, "/in/whoami?n=x");
    apus_expect_status(a, 422);
    apus_test_stop(t);
}

static void credentials_stand_where_the_scheme_says(void **state)
{
    (void)state;
    static const struct {
        const char *path, *header, *value;
        int status;
        const char *body, *challenge;
    } rows[] = {
        { "/in/bearer", "Authorization", "Bearer abc", 200, "\"abc\"", "" },
        { "/in/bearer", "Authorization", "bearer  abc", 200, "\"abc\"", "" },
        { "/in/bearer", "Authorization", "Basic abc", 401, NULL, "Bearer" },
        { "/in/bearer", "Authorization", "Bearer", 401, NULL, "Bearer" },
        { "/in/bearer", "X", "y", 401, NULL, "Bearer" },
        { "/in/basic", "Authorization", "Basic YTpiOmM=", 200, "\"a:b:c\"", "" },
        { "/in/basic", "Authorization", "Basic YTpi*", 401, NULL, "Basic realm=\"x\"" },
        { "/in/basic", "Authorization", "Basic YWJj", 401, NULL, "Basic realm=\"x\"" },
        { "/in/basic", "Authorization", "Basic YTr/", 401, NULL, "Basic realm=\"x\"" },
        { "/in/basic", "Authorization", "Basic Of8=", 401, NULL, "Basic realm=\"x\"" },
        { "/in/query?token=a%20b", "X", "y", 200, "\"a b\"", "" },
        { "/in/query?token=", "X", "y", 401, NULL, "APIKey" },
        { "/in/cookie", "Cookie", "x=1; sid=s", 200, "\"s\"", "" },
        { "/in/cookie", "Cookie", "x=1", 401, NULL, "APIKey" },
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test_header(t, rows[i].header, rows[i].value);
        apus_answer a = apus_test_get(t, rows[i].path);
        apus_test_header(t, rows[i].header, NULL);
        apus_expect_status(a, rows[i].status);
        if (rows[i].body)
            EXPECT_BODY(a, rows[i].body);
        apus_expect_header(a, "www-authenticate", rows[i].challenge);
    }
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_runs_once_before_who_needs_it),
        cmocka_unit_test(those_of_an_include_come_first),
        cmocka_unit_test(the_first_failure_ends_the_request),
        cmocka_unit_test(without_a_credential_nobody_is_called),
        cmocka_unit_test(invalid_parameters_are_collected),
        cmocka_unit_test(problems_come_in_the_order_of_declaration),
        cmocka_unit_test(credentials_may_stand_in_the_body),
        cmocka_unit_test(a_broken_body_stops_what_does_not_authenticate),
        cmocka_unit_test(overrides_take_the_place_of_functions),
        cmocka_unit_test(a_pointer_makes_a_credential_optional),
        cmocka_unit_test(credentials_stand_where_the_scheme_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
