/* apus_jsonf: what each conversion writes, and what is refused. */
#include "tables.h"

#include <limits.h>
#include <math.h>

enum { CASES = 14 };

/* The i-th value, or a failure. */
static apus_json *make(apus_req *req, int i)
{
    const char *volatile none = NULL; // the compiler would object
    char bad[] = "\xff";
    switch (i) {
    case 0:
        return apus_jsonf(req, "{'a': %d, \"b\": %s}", -3, "x");
    case 1:
        return apus_jsonf(req, "[%s,%s,%.*s]", "q\"\\\n\x01", none, 2, "abc");
    case 2:
        return apus_jsonf(req, "[%hhd,%hd,%ld,%lld,%jd,%zd,%td]", (signed char)1, (short)2, -3L,
                          INT64_C(-4) + 0LL, (intmax_t)-5, (ssize_t)-6, (ptrdiff_t)-7);
    case 3:
        return apus_jsonf(req, "[%u,%lu,%llu,%ju,%zu]", UINT_MAX, 2UL, 3ULL, UINTMAX_MAX,
                          (size_t)5);
    case 4:
        return apus_jsonf(req, "[%g,%f,%e,%g,%lf]", 0.1, 1e300, 2.0, NAN, 5e-324);
    case 5:
        return apus_jsonf(req, "\"100%%\"");
    case 6:
        return apus_jsonf(req, "%s", "");
    case 7:
        return apus_jsonf(req, "%i", INT_MIN);
    case 8: /* from here on refused: a conversion that there is none of */
        return apus_jsonf(req, "%x", 1U);
    case 9:
        return apus_jsonf(req, "%c", 'a');
    case 10: /* no JSON */
        return apus_jsonf(req, "{\"a\": %d", 1);
    case 11:
        return apus_jsonf(req, "%s", bad);
    case 12:
        return apus_jsonf(req, "%.*d", 3, 7);
    default:
        return apus_jsonf(req, "%5d", 7);
    }
}

static const struct row {
    int status;
    const char *body;
} rows[CASES] = {
    { 200, "{\"a\":-3,\"b\":\"x\"}" },
    { 200, "[\"q\\\"\\\\\\n\\u0001\",null,\"ab\"]" },
    { 200, "[1,2,-3,-4,-5,-6,-7]" },
    { 200, "[4294967295,2,3,18446744073709551615,5]" },
    { 200, "[0.1,1e300,2.0,null,5e-324]" },
    { 200, "\"100%\"" },
    { 200, "\"\"" },
    { 200, "-2147483648" },
    { 500, NULL },
    { 500, NULL },
    { 500, NULL },
    { 500, NULL },
    { 500, NULL },
    { 500, NULL },
};

struct make_args {
    int32_t i;
};

static void make_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct make_args *a = args;
    *(apus_json **)result = ((apus_json * (*)(apus_req *, int)) fn)(req, a->i);
}

static const apus_param params[] = {
    { .in = APUS_IN_query, .field = FIELD(make_args, i, apus_type_int32, REQUIRED) },
};
static const apus_route routes[] = {
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/"),
      FN(make),
      PARAMS(params),
      .args_size = sizeof(struct make_args),
      .result = &apus_type_json,
      .result_size = sizeof(void *),
      .status = 200,
      .flags = APUS_ROUTE_result_pointer },
};
APP(app, routes, .n_tests = 0);

static void each_conversion_writes_json(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (int i = 0; i < CASES; i++) {
        char path[16];
        snprintf(path, sizeof(path), "/?i=%d", i);
        apus_answer a = apus_test_get(t, path);
        if (a.status != rows[i].status || (rows[i].body && strcmp(a.body.ptr, rows[i].body)))
            fail_msg("case %d: %d %s", i, a.status, a.body.ptr);
    }
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_conversion_writes_json) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
