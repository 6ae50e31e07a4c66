/* A model of headers that forbids others: what every client sends is not meant, and
 * credentials are never told back. */
#include "tables.h"

#include <string.h>

struct wanted {
    bool save_data;
    apus_str *trace_id;
};

static const apus_field wanted_fields[] = {
    FIELD(wanted, save_data, apus_type_bool, REQUIRED),
    FIELD(wanted, trace_id, apus_type_str, OPTIONAL),
};
MODEL(wanted, .extra = APUS_EXTRA_forbid);

struct wanted_args {
    const struct wanted *w;
};

static bool take(apus_req *req, const struct wanted *w)
{
    (void)req;
    return w->save_data;
}

static void take_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct wanted_args *a = args;
    bool (*call)(apus_req *, const struct wanted *) =
        (bool (*)(apus_req *, const struct wanted *))fn;
    *(bool *)result = call(req, a->w);
}

static const apus_param params[] = {
    { .in = APUS_IN_header,
      .flags = APUS_PARAM_model,
      .field = FIELD(wanted_args, w, wanted_type, MODEL_POINTER) },
};

static const apus_param kept_names[] = {
    { .in = APUS_IN_header,
      .flags = APUS_PARAM_model | APUS_PARAM_underscores,
      .field = FIELD(wanted_args, w, wanted_type, MODEL_POINTER) },
};

#define ROUTE(path_, params_)                                                                      \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), FN(take), PARAMS(params_),        \
        .args_size = sizeof(struct wanted_args), .result = &apus_type_bool,                        \
        .result_size = sizeof(bool), .status = 200                                                 \
    }

static const apus_route routes[] = { ROUTE("/", params), ROUTE("/kept", kept_names) };
APP(app, routes, .n_slots = 0);

static void what_clients_send_is_no_extra(void **state)
{
    (void)state;
    static const char *const sent[][2] = {
        { "Accept", "*/*" },      { "User-Agent", "test" },     { "Authorization", "Bearer hush" },
        { "Cookie", "sid=hush" }, { "Sec-Fetch-Mode", "cors" }, { "X-Forwarded-For", "10.0.0.1" },
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(sent); i++)
        apus_test_header(t, sent[i][0], sent[i][1]);
    apus_answer a = apus_test_get(t, "/");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail",
                     "[{\"type\":\"missing\",\"loc\":[\"header\",\"save_data\"],"
                     "\"msg\":\"Field required\",\"input\":{}}]");
    apus_test_header(t, "Save-Data", "1");
    apus_expect_json(apus_test_get(t, "/"), "$", "true");
    apus_test_header(t, "X-Tool", "plumbus");
    a = apus_test_get(t, "/");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail",
                     "[{\"type\":\"extra_forbidden\",\"loc\":[\"header\",\"x-tool\"],"
                     "\"msg\":\"Extra inputs are not permitted\","
                     "\"input\":\"plumbus\"}]");
    assert_null(strstr(a.body.ptr, "hush"));
    apus_test_stop(t);
}

static void names_may_keep_their_underscores(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_test_header(t, "save_data", "1");
    apus_expect_json(apus_test_get(t, "/kept"), "$", "true");
    apus_test_header(t, "save_data", NULL);
    apus_test_header(t, "save-data", "1");
    apus_expect_status(apus_test_get(t, "/kept"), 422);
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_clients_send_is_no_extra),
        cmocka_unit_test(names_may_keep_their_underscores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
