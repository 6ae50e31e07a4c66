/* Parameters: where they come from, and what is said when they are wrong. */
#include "tables.h"

/* --- one handler with a parameter from everywhere --- */

typedef struct everything {
    int64_t id;
    apus_str q;
    int limit;
    apus_strs tags;
    apus_str agent;
    apus_str session;
    bool loud;
} everything;

static const apus_field everything_fields[] = {
    FIELD(everything, id, apus_type_int64, REQUIRED),
    FIELD(everything, q, apus_type_str, REQUIRED),
    FIELD(everything, limit, apus_type_int, REQUIRED),
    FIELD(everything, tags, apus_type_strs, REQUIRED),
    FIELD(everything, agent, apus_type_str, REQUIRED),
    FIELD(everything, session, apus_type_str, REQUIRED),
    FIELD(everything, loud, apus_type_bool, REQUIRED),
};
MODEL(everything, .check = NULL);

struct get_args {
    int64_t id;
    apus_str *q;
    int limit;
    apus_strs tags;
    apus_str *user_agent;
    apus_str *session;
    bool loud;
};

static everything *get(apus_req *req, const struct get_args *a)
{
    everything *e = apus_new(req, everything);
    *e = (everything){ .id = a->id,
                       .q = a->q ? *a->q : APUS_STR("(none)"),
                       .limit = a->limit,
                       .tags = a->tags,
                       .agent = a->user_agent ? *a->user_agent : APUS_STR("(none)"),
                       .session = a->session ? *a->session : APUS_STR("(none)"),
                       .loud = a->loud };
    return e;
}

static void get_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    everything *(*call)(apus_req *, const struct get_args *) =
        (everything * (*)(apus_req *, const struct get_args *)) fn;
    *(everything **)result = call(req, args);
}

static const int ten = 10;
static const bool no = false;
static const apus_strs no_tags = { 0 };
static const apus_rules limit_rules = { .has = APUS_RULE_ge | APUS_RULE_le,
                                        .ge = { 1, 1.0 },
                                        .le = { 100, 100.0 } };

/* Declared out of order on purpose: problems come in the order path, query, header,
 * cookie all the same. */
static const apus_param get_params[] = {
    { .in = APUS_IN_cookie, .field = FIELD(get_args, session, apus_type_str, OPTIONAL) },
    { .in = APUS_IN_header,
      .field = NAMED(get_args, user_agent, "user-agent", apus_type_str, OPTIONAL) },
    { .in = APUS_IN_query, .field = FIELD(get_args, q, apus_type_str, OPTIONAL) },
    { .in = APUS_IN_query,
      .field =
          FIELD(get_args, limit, apus_type_int, .rules = &limit_rules, .default_value = &ten) },
    { .in = APUS_IN_query,
      .field = FIELD(get_args, tags, apus_type_strs, .default_value = &no_tags) },
    { .in = APUS_IN_header,
      .field = NAMED(get_args, loud, "x-loud", apus_type_bool, .default_value = &no) },
    { .in = APUS_IN_path, .field = FIELD(get_args, id, apus_type_int64, REQUIRED) },
};

/* --- a query model, a header model --- */

struct filter {
    int limit;
    apus_str *order;
    apus_str name;
    apus_strs tags;
};

static const apus_field filter_fields[] = {
    FIELD(filter, limit, apus_type_int, .rules = &limit_rules, .default_value = &ten),
    FIELD(filter, order, apus_type_str, OPTIONAL),
    FIELD(filter, name, apus_type_str, REQUIRED),
    FIELD(filter, tags, apus_type_strs, .default_value = &no_tags),
};
MODEL(filter, .extra = APUS_EXTRA_forbid);

/* One that keeps what it does not know, and has a rule of its own. */
struct range {
    int64_t from, to;
    apus_str *pin;
    apus_json rest;
};

static void check_range(apus_checking *c, void *value)
{
    const struct range *r = value;
    if (r->from > r->to)
        apus_wrong(c, "ends before it starts");
}

static const apus_field range_fields[] = {
    FIELD(range, from, apus_type_int64, REQUIRED),
    FIELD(range, to, apus_type_int64, REQUIRED),
    FIELD(range, pin, apus_type_str,
          .flags = APUS_FIELD_pointer | APUS_FIELD_nullable | APUS_FIELD_secret),
};
MODEL(range, .extra = APUS_EXTRA_keep, .keep_offset = offsetof(struct range, rest),
      .check = check_range);

struct ranged_args {
    struct range r;
};

static apus_json *ranged(apus_req *req, struct range r)
{
    apus_json *copy = apus_new(req, apus_json);
    *copy = r.rest;
    return copy;
}

static void ranged_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct ranged_args *a = args;
    apus_json *(*call)(apus_req *, struct range) = (apus_json * (*)(apus_req *, struct range)) fn;
    *(apus_json **)result = call(req, a->r);
}

static const apus_param ranged_params[] = {
    { .in = APUS_IN_query,
      .flags = APUS_PARAM_model,
      .field = FIELD(ranged_args, r, range_type, REQUIRED) },
};

struct filtered_args {
    const struct filter *f;
};

static const struct filter *filtered(apus_req *req, const struct filter *f)
{
    (void)req;
    return f;
}

static void filtered_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct filtered_args *a = args;
    const struct filter *(*call)(apus_req *, const struct filter *) =
        (const struct filter *(*)(apus_req *, const struct filter *))fn;
    *(const struct filter **)result = call(req, a->f);
}

static const apus_param filtered_params[] = {
    { .in = APUS_IN_query,
      .flags = APUS_PARAM_model,
      .field = FIELD(filtered_args, f, filter_type, MODEL_POINTER) },
};

struct common {
    apus_str host;
    bool save_data;
    apus_str *trace;
    apus_strs x_tag;
};

static const apus_field common_fields[] = {
    FIELD(common, host, apus_type_str, REQUIRED),
    FIELD(common, save_data, apus_type_bool, REQUIRED),
    FIELD(common, trace, apus_type_str, OPTIONAL),
    FIELD(common, x_tag, apus_type_strs, .default_value = &no_tags),
};
MODEL(common, .extra = APUS_EXTRA_ignore);

struct headers_args {
    const struct common *c;
};

static const struct common *headers(apus_req *req, const struct common *c)
{
    (void)req;
    return c;
}

static void headers_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct headers_args *a = args;
    const struct common *(*call)(apus_req *, const struct common *) =
        (const struct common *(*)(apus_req *, const struct common *))fn;
    *(const struct common **)result = call(req, a->c);
}

static const apus_param headers_params[] = {
    { .in = APUS_IN_header,
      .flags = APUS_PARAM_model,
      .field = FIELD(headers_args, c, common_type, MODEL_POINTER) },
};

/* --- bodies: one model, two keyed by name, one embedded, an optional one --- */

struct item {
    apus_str name;
    double price;
    double *tax;
};

static const apus_rules positive = { .has = APUS_RULE_gt, .gt = { 0, 0.0 } };
static const apus_field item_fields[] = {
    FIELD(item, name, apus_type_str, REQUIRED),
    FIELD(item, price, apus_type_double, REQUIRED, .rules = &positive),
    FIELD(item, tax, apus_type_double, OPTIONAL),
};
MODEL(item, .check = NULL);

struct user {
    apus_str name;
};

static const apus_field user_fields[] = { FIELD(user, name, apus_type_str, REQUIRED) };
MODEL(user, .check = NULL);

struct put_args {
    const struct item *item;
};

static const struct item *put(apus_req *req, const struct item *item)
{
    static const struct item none = { .name = APUS_STR_INIT("(none)"), .price = 1 };
    (void)req;
    return item ? item : &none;
}

static void put_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct put_args *a = args;
    const struct item *(*call)(apus_req *, const struct item *) =
        (const struct item *(*)(apus_req *, const struct item *))fn;
    *(const struct item **)result = call(req, a->item);
}

static const apus_param put_params[] = {
    { .in = APUS_IN_body, .field = FIELD(put_args, item, item_type, MODEL_POINTER) },
};
static const apus_param put_secret_params[] = {
    { .in = APUS_IN_body,
      .field = FIELD(put_args, item, item_type,
                     .flags = APUS_FIELD_required | APUS_FIELD_pointer | APUS_FIELD_secret) },
};
static const apus_param put_embedded_params[] = {
    { .in = APUS_IN_body,
      .field = FIELD(put_args, item, item_type,
                     .flags = APUS_FIELD_required | APUS_FIELD_pointer | APUS_FIELD_embed) },
};
static const apus_param put_optional_params[] = {
    { .in = APUS_IN_body, .field = FIELD(put_args, item, item_type, OPTIONAL) },
};

struct two_args {
    int id;
    const struct item *item;
    const struct user *user;
};

static const struct user *two(apus_req *req, const struct user *user)
{
    (void)req;
    return user;
}

static void two_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct two_args *a = args;
    const struct user *(*call)(apus_req *, const struct user *) =
        (const struct user *(*)(apus_req *, const struct user *))fn;
    *(const struct user **)result = call(req, a->user);
}

static const apus_param two_params[] = {
    { .in = APUS_IN_body, .field = FIELD(two_args, item, item_type, MODEL_POINTER) },
    { .in = APUS_IN_body, .field = FIELD(two_args, user, user_type, MODEL_POINTER) },
    { .in = APUS_IN_path, .field = FIELD(two_args, id, apus_type_int, REQUIRED) },
};

/* --- a dependency that takes a body of its own --- */

static const apus_param user_params[] = {
    { .in = APUS_IN_body, .field = FIELD(two_args, user, user_type, MODEL_POINTER) },
};
static const apus_dependency user_dependency = {
    .name = "two",
    .fn = (apus_fn *)two,
    .call = two_call,
    PARAMS(user_params),
    .args_size = sizeof(struct two_args),
    .result_size = sizeof(struct user *),
};
static const apus_dependency *const user_list[] = { &user_dependency };

/* --- a list, a scalar, raw bytes --- */

struct list_args {
    apus_ints numbers;
};

static apus_ints list(apus_req *req, apus_ints numbers)
{
    (void)req;
    return numbers;
}

static void list_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct list_args *a = args;
    apus_ints (*call)(apus_req *, apus_ints) = (apus_ints(*)(apus_req *, apus_ints))fn;
    *(apus_ints *)result = call(req, a->numbers);
}

static const apus_param list_params[] = {
    { .in = APUS_IN_body, .field = FIELD(list_args, numbers, apus_type_ints, REQUIRED) },
};

struct raw_args {
    apus_bytes body;
};

static int64_t raw(apus_req *req, apus_bytes body)
{
    (void)req;
    int64_t sum = 0;
    for (size_t i = 0; i < body.len; i++)
        sum += body.ptr[i];
    return sum;
}

static void raw_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct raw_args *a = args;
    int64_t (*call)(apus_req *, apus_bytes) = (int64_t(*)(apus_req *, apus_bytes))fn;
    *(int64_t *)result = call(req, a->body);
}

static const apus_param raw_params[] = {
    { .in = APUS_IN_body,
      .flags = APUS_PARAM_raw,
      .field = FIELD(raw_args, body, apus_type_bytes, REQUIRED) },
};

/* --- a form --- */

struct login_args {
    apus_str username;
    apus_str password;
    int times;
};

static apus_str login(apus_req *req, apus_str username, apus_str password, int times)
{
    return apus_strf(req, "%s/%zu/%d", username.ptr, password.len, times);
}

static void login_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct login_args *a = args;
    apus_str (*call)(apus_req *, apus_str, apus_str, int) =
        (apus_str(*)(apus_req *, apus_str, apus_str, int))fn;
    *(apus_str *)result = call(req, a->username, a->password, a->times);
}

static const apus_param login_params[] = {
    { .in = APUS_IN_form, .field = FIELD(login_args, username, apus_type_str, REQUIRED) },
    { .in = APUS_IN_form,
      .field = FIELD(login_args, password, apus_type_str,
                     .flags = APUS_FIELD_required | APUS_FIELD_secret) },
    { .in = APUS_IN_form, .field = FIELD(login_args, times, apus_type_int, .default_value = &ten) },
};

#define ROUTE(method_, path_, fn_, params_, args_, ...)                                            \
    {                                                                                              \
        .method = APUS_METHOD_##method_, .path = APUS_STR_INIT(path_), FN(fn_), PARAMS(params_),   \
        .args_size = sizeof(struct args_), .status = 200, __VA_ARGS__                              \
    }
#define GIVES_POINTER(type)                                                                        \
    .result = &(type), .result_size = sizeof(void *), .flags = APUS_ROUTE_result_pointer

static const apus_route routes[] = {
    ROUTE(GET, "/items/{id}", get, get_params, get_args, GIVES_POINTER(everything_type)),
    ROUTE(GET, "/filtered", filtered, filtered_params, filtered_args, GIVES_POINTER(filter_type)),
    ROUTE(GET, "/headers", headers, headers_params, headers_args, GIVES_POINTER(common_type)),
    ROUTE(GET, "/ranged", ranged, ranged_params, ranged_args, GIVES_POINTER(apus_type_json)),
    ROUTE(POST, "/secret", put, put_secret_params, put_args, GIVES_POINTER(item_type)),
    ROUTE(POST, "/put", put, put_params, put_args, GIVES_POINTER(item_type)),
    ROUTE(POST, "/embedded", put, put_embedded_params, put_args, GIVES_POINTER(item_type)),
    ROUTE(POST, "/optional", put, put_optional_params, put_args, GIVES_POINTER(item_type)),
    ROUTE(POST, "/two/{id}", two, two_params, two_args, GIVES_POINTER(user_type)),
    ROUTE(POST, "/shared", put, put_params, put_args, GIVES_POINTER(item_type),
          .depends = user_list, .n_depends = 1),
    ROUTE(POST, "/list", list, list_params, list_args, .result = &apus_type_ints,
          .result_size = sizeof(apus_ints)),
    ROUTE(POST, "/raw", raw, raw_params, raw_args, .result = &apus_type_int64,
          .result_size = sizeof(int64_t)),
    ROUTE(POST, "/login", login, login_params, login_args, .result = &apus_type_str,
          .result_size = sizeof(apus_str)),
};
APP(app, routes, .n_tests = 0);

/* --- vectors --- */

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

static const struct vector {
    const char *what;
    const char *method, *path, *type, *body;
    const char *header, *value;
    int status;
    const char *answer;
} vectors[] = {
    { "all defaults", "GET", "/items/7", NULL, "", NULL, NULL, 200,
      "{\"id\":7,\"q\":\"(none)\",\"limit\":10,\"tags\":[],\"agent\":\"(none)\",\"session\":"
      "\"(none)\",\"loud\":false}" },
    { "repeated keys make a list, the last one a scalar", "GET",
      "/items/7?tags=a&limit=1&tags=b+c&limit=2&q=%C3%A9", NULL, "", NULL, NULL, 200,
      "{\"id\":7,\"q\":\"\xC3\xA9\",\"limit\":2,\"tags\":[\"a\",\"b c\"],\"agent\":\"(none)\","
      "\"session\":\"(none)\",\"loud\":false}" },
    { "a cookie", "GET", "/items/7", NULL, "", "Cookie", "a=b; session=xyz; c=d", 200,
      "{\"id\":7,\"q\":\"(none)\",\"limit\":10,\"tags\":[],\"agent\":\"(none)\",\"session\":"
      "\"xyz\",\"loud\":false}" },
    { "a header", "GET", "/items/7", NULL, "", "USER-AGENT", "swift", 200,
      "{\"id\":7,\"q\":\"(none)\",\"limit\":10,\"tags\":[],\"agent\":\"swift\",\"session\":"
      "\"(none)\",\"loud\":false}" },
    { "an empty text is a text", "GET", "/items/7?q=", NULL, "", NULL, NULL, 200,
      "{\"id\":7,\"q\":\"\",\"limit\":10,\"tags\":[],\"agent\":\"(none)\",\"session\":\"(none)\","
      "\"loud\":false}" },
    { "bytes that are no text become one", "GET", "/items/7?q=a%ffb", NULL, "", NULL, NULL, 200,
      "{\"id\":7,\"q\":\"a\xEF\xBF\xBD"
      "b\",\"limit\":10,\"tags\":[],\"agent\":\"(none)\",\"session\":\"(none)\",\"loud\":false}" },
    { "all problems, by source", "GET", "/items/x?limit=0", NULL, "", "X-Loud", "maybe", 422,
      "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[\"path\",\"id\"],\"msg\":\"Input should be "
      "a valid integer, unable to parse string as an integer\",\"input\":\"x\"},"
      "{\"type\":\"greater_than_equal\",\"loc\":[\"query\",\"limit\"],\"msg\":\"Input should be "
      "greater than or equal to 1\",\"input\":\"0\",\"ctx\":{\"ge\":1}},"
      "{\"type\":\"bool_parsing\",\"loc\":[\"header\",\"x-loud\"],\"msg\":\"Input should be a "
      "valid boolean, unable to interpret input\",\"input\":\"maybe\"}]}" },

    { "a query model", "GET", "/filtered?name=n&order=up&tags=a&tags=b", NULL, "", NULL, NULL, 200,
      "{\"limit\":10,\"order\":\"up\",\"name\":\"n\",\"tags\":[\"a\",\"b\"]}" },
    { "missing in a query model: input is all that came", "GET", "/filtered?order=up", NULL, "",
      NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"query\",\"name\"],\"msg\":\"Field required\","
      "\"input\":{\"order\":\"up\",\"limit\":10,\"tags\":[]}}]}" },
    { "a key too many", "GET", "/filtered?name=n&tool=t&tool=u", NULL, "", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"query\",\"tool\"],\"msg\":\"Extra "
      "inputs are not permitted\",\"input\":[\"t\",\"u\"]}]}" },
    { "a query model by value, with the rest", "GET", "/ranged?from=1&to=2&x=3&y=%C3%A9", NULL, "",
      NULL, NULL, 200, "{\"x\":\"3\",\"y\":\"\xC3\xA9\"}" },
    { "a query model's own rule", "GET", "/ranged?from=3&to=2", NULL, "", NULL, NULL, 422, NULL },
    { "a secret is not shown", "GET", "/ranged?to=2&pin=1234&a=b", NULL, "", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"query\",\"from\"],\"msg\":\"Field required\","
      "\"input\":{\"to\":\"2\",\"a\":\"b\"}}]}" },
    { "a secret body is not shown", "POST", "/secret", "text/plain", "x", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],\"msg\":\"Input should "
      "be a valid dictionary or object to extract fields from\",\"input\":null}]}" },
    { "a header model", "GET", "/headers", NULL, "", "Save-Data", "true", 200,
      "{\"host\":\"testserver\",\"save_data\":true,\"trace\":null,\"x_tag\":[]}" },
    { "missing in a header model", "GET", "/headers", NULL, "", NULL, NULL, 422, NULL },

    { "a body", "POST", "/put", JSON, "{\"name\":\"a\",\"price\":1.5}", NULL, NULL, 200,
      "{\"name\":\"a\",\"price\":1.5,\"tax\":null}" },
    { "a JSON type of another name", "POST", "/put", "application/vnd.api+json; charset=utf-8",
      "{\"name\":\"a\",\"price\":1.5}", NULL, NULL, 200,
      "{\"name\":\"a\",\"price\":1.5,\"tax\":null}" },
    { "a JSON type without a name", "POST", "/put", "application/+json",
      "{\"name\":\"a\",\"price\":1.5}", NULL, NULL, 200,
      "{\"name\":\"a\",\"price\":1.5,\"tax\":null}" },
    { "a short type", "POST", "/put", "application/j", "{}", NULL, NULL, 422, NULL },
    { "no body", "POST", "/put", NULL, "", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\"],\"msg\":\"Field required\","
      "\"input\":null}]}" },
    { "an empty JSON body", "POST", "/put", JSON, "", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\"],\"msg\":\"Field required\","
      "\"input\":null}]}" },
    { "missing and wrong members", "POST", "/put", JSON, "{\"price\":-1}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"name\"],\"msg\":\"Field required\","
      "\"input\":{\"price\":-1}},{\"type\":\"greater_than\",\"loc\":[\"body\",\"price\"],\"msg\":"
      "\"Input should be greater than 0\",\"input\":-1,\"ctx\":{\"gt\":0.0}}]}" },
    { "broken JSON", "POST", "/put", JSON, "{\"name\":", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"json_invalid\",\"loc\":[\"body\",8],\"msg\":\"JSON decode "
      "error\",\"input\":{},\"ctx\":{\"error\":\"Expecting value\"}}]}" },
    { "not JSON by its type", "POST", "/put", "text/plain", "{\"name\":\"a\"}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],\"msg\":\"Input should "
      "be a valid dictionary or object to extract fields from\",\"input\":\"{\\\"name\\\":\\\"a"
      "\\\"}\"}]}" },
    { "JSON without a type", "POST", "/put", NULL, "{\"name\":\"a\",\"price\":2}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],\"msg\":\"Input should "
      "be a valid dictionary or object to extract fields from\",\"input\":\"{\\\"name\\\":\\\"a"
      "\\\",\\\"price\\\":2}\"}]}" },
    { "almost a JSON type", "POST", "/put", "application/geo+json-seq", "{}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],\"msg\":\"Input should "
      "be a valid dictionary or object to extract fields from\",\"input\":\"{}\"}]}" },
    { "not an object", "POST", "/put", JSON, "[1]", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],\"msg\":\"Input should "
      "be a valid dictionary or object to extract fields from\",\"input\":[1]}]}" },
    { "not UTF-8", "POST", "/put", JSON, "{\"name\":\"\xff\"}", NULL, NULL, 400,
      "{\"detail\":\"There was an error parsing the body\"}" },

    { "embedded", "POST", "/embedded", JSON, "{\"item\":{\"name\":\"a\",\"price\":2}}", NULL, NULL,
      200, "{\"name\":\"a\",\"price\":2.0,\"tax\":null}" },
    { "embedded, absent", "POST", "/embedded", NULL, "", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"item\"],\"msg\":\"Field required\","
      "\"input\":null}]}" },
    { "embedded, null", "POST", "/embedded", JSON, "{\"item\":null}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"item\"],\"msg\":\"Field required\","
      "\"input\":null}]}" },
    { "optional, absent", "POST", "/optional", NULL, "", NULL, NULL, 200,
      "{\"name\":\"(none)\",\"price\":1.0,\"tax\":null}" },
    { "optional, null", "POST", "/optional", JSON, "null", NULL, NULL, 200,
      "{\"name\":\"(none)\",\"price\":1.0,\"tax\":null}" },

    { "two bodies", "POST", "/two/1", JSON,
      "{\"item\":{\"name\":\"a\",\"price\":2},\"user\":{\"name\":\"u\"}}", NULL, NULL, 200,
      "{\"name\":\"u\"}" },
    { "two bodies, a list instead", "POST", "/two/1", JSON, "[]", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"item\"],\"msg\":\"Field required\","
      "\"input\":null},{\"type\":\"missing\",\"loc\":[\"body\",\"user\"],\"msg\":\"Field required"
      "\",\"input\":null}]}" },
    { "the path's problem comes before the body's", "POST", "/two/x", JSON,
      "{\"item\":{\"name\":\"a\",\"price\":2}}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[\"path\",\"id\"],\"msg\":\"Input should be "
      "a valid integer, unable to parse string as an integer\",\"input\":\"x\"},{\"type\":"
      "\"missing\",\"loc\":[\"body\",\"user\"],\"msg\":\"Field required\",\"input\":null}]}" },
    { "broken JSON hides the path's problem", "POST", "/two/x", JSON, "{]", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"json_invalid\",\"loc\":[\"body\",1],\"msg\":\"JSON decode "
      "error\",\"input\":{},\"ctx\":{\"error\":\"Expecting property name enclosed in double "
      "quotes\"}}]}" },

    { "a dependency's body beside the handler's", "POST", "/shared", JSON,
      "{\"item\":{\"name\":\"a\",\"price\":2},\"user\":{\"name\":\"u\"}}", NULL, NULL, 200,
      "{\"name\":\"a\",\"price\":2.0,\"tax\":null}" },
    { "both are told, the dependency's first", "POST", "/shared", JSON,
      "{\"item\":{\"name\":\"a\"}}", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"user\"],\"msg\":\"Field required\","
      "\"input\":null},{\"type\":\"missing\",\"loc\":[\"body\",\"item\",\"price\"],\"msg\":\"Field "
      "required\",\"input\":{\"name\":\"a\"}}]}" },

    { "a list body", "POST", "/list", JSON, "[1,2,3]", NULL, NULL, 200, "[1,2,3]" },
    { "a list body of another type", "POST", "/list", "text/plain", "[1]", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"list_type\",\"loc\":[\"body\"],\"msg\":\"Input should be a valid "
      "list\",\"input\":\"[1]\"}]}" },
    { "raw bytes", "POST", "/raw", "application/octet-stream", "\x01\xff\x02", NULL, NULL, 200,
      "258" },
    { "no bytes", "POST", "/raw", NULL, "", NULL, NULL, 200, "0" },

    { "a form", "POST", "/login", FORM, "username=ada&password=l%20x&times=3", NULL, NULL, 200,
      "\"ada/3/3\"" },
    { "a form that is no text", "POST", "/login", FORM, "username=\xff\xC3\xA9&password=x", NULL,
      NULL, 200, "\"\xEF\xBF\xBD\xC3\xA9/1/10\"" },
    { "an empty field counts as not given", "POST", "/login", FORM,
      "username=&password=x&times=", NULL, NULL, 422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"username\"],\"msg\":\"Field "
      "required\",\"input\":null}]}" },
    { "a form of another type is empty", "POST", "/login", JSON, "{\"username\":\"a\"}", NULL, NULL,
      422,
      "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"username\"],\"msg\":\"Field "
      "required\",\"input\":null},{\"type\":\"missing\",\"loc\":[\"body\",\"password\"],\"msg\":"
      "\"Field required\",\"input\":null}]}" },
    { "a multipart form", "POST", "/login", "multipart/form-data; boundary=xx",
      "--xx\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nada\r\n--xx\r\n"
      "Content-Disposition: form-data; name=\"password\"\r\n\r\nab\r\ncd\r\n--xx--\r\n",
      NULL, NULL, 200, "\"ada/6/10\"" },
    { "a broken multipart form", "POST", "/login", "multipart/form-data; boundary=xx", "--xx\r\nC",
      NULL, NULL, 400, "{\"detail\":\"There was an error parsing the body\"}" },
    { "a coding that nobody undoes", "POST", "/put", JSON, "{\"name\":\"a\",\"price\":1.5}",
      "Content-Encoding", "gzip", 415, "{\"detail\":\"Unsupported Media Type\"}" },
    { "no coding, by its name", "POST", "/put", JSON, "{\"name\":\"a\",\"price\":1.5}",
      "Content-Encoding", "Identity", 200, NULL },
    { "a form in a coding", "POST", "/login", FORM, "username=ada&password=x", "Content-Encoding",
      "br", 415, "{\"detail\":\"Unsupported Media Type\"}" },
    { "a coding of nothing", "POST", "/put", JSON, "", "Content-Encoding", "gzip", 422, NULL },
    { "multipart without a boundary", "POST", "/login", "multipart/form-data", "--xx\r\nC", NULL,
      NULL, 400, "{\"detail\":\"There was an error parsing the body\"}" },
};

static void vectors_answer_as_they_should(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        if (v->header)
            apus_test_header(t, v->header, v->value);
        apus_answer a = apus_test_send(t, v->method, v->path, v->type, apus_str_of(v->body));
        if (v->header)
            apus_test_header(t, v->header, NULL);
        if (a.status != v->status || (v->answer && strcmp(a.body.ptr, v->answer) != 0))
            fail_msg("%s: answered %d %s\n  not %d %s", v->what, a.status, a.body.ptr, v->status,
                     v->answer ? v->answer : "");
    }
    apus_test_stop(t);
}

/* The `input` of a missing header holds what came, under the model's own names. */
static void a_missing_header_shows_what_came(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_test_header(t, "X-Tag", "one");
    apus_answer a = apus_test_get(t, "/headers");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"header\",\"save_data\"]");
    apus_expect_json(a, "$.detail[0].input.x_tag", "[\"one\"]");
    apus_expect_json(a, "$.detail[0].input.host", "\"testserver\"");
    apus_test_stop(t);
}

static apus_answer raw_get(apus_test *t, const char *headers)
{
    char text[512];
    snprintf(text, sizeof(text), "GET /items/7 HTTP/1.1\r\nhost: x\r\n%sconnection: close\r\n\r\n",
             headers);
    return apus_test_raw(t, apus_str_of(text));
}

static void of_two_headers_the_first_counts(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = raw_get(t, "user-agent: one\r\nUser-Agent: two\r\n");
    apus_expect_json(a, "$.agent", "\"one\"");
    a = raw_get(t, "cookie: session=one; session=two\r\ncookie: session=\"three\"\r\n");
    apus_expect_json(a, "$.session", "\"three\"");
    a = apus_test_raw(t, APUS_STR("GET /headers HTTP/1.1\r\nhost: x\r\nsave-data: yes\r\n"
                                  "save-data: perhaps\r\nconnection: close\r\n\r\n"));
    apus_expect_json(a, "$.save_data", "true");
    apus_test_stop(t);
}

/* Headers were Latin-1 once; what is not UTF-8 is taken for that. */
static void headers_are_text(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_expect_json(raw_get(t, "user-agent: caf\xC3\xA9\r\n"), "$.agent", "\"caf\xC3\xA9\"");
    apus_expect_json(raw_get(t, "user-agent: caf\xE9\r\n"), "$.agent", "\"caf\xC3\xA9\"");
    apus_test_stop(t);
}

/* A body nested too deep, or a form or query with too many names, cannot be read. */
static void limits_are_refusals(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    char deep[1000], many[8000] = "/items/7?";
    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = 0;
    apus_answer a = apus_test_post(t, "/put", deep);
    apus_expect_status(a, 400);
    EXPECT_BODY(a, "{\"detail\":\"There was an error parsing the body\"}");

    for (int i = 0; i < 1001; i++)
        strcat(many, "a=1&");
    a = apus_test_get(t, many);
    apus_expect_status(a, 400);
    EXPECT_BODY(a, "{\"detail\":\"There are too many parameters\"}");
    many[strlen(many) - 4] = 0;
    apus_expect_status(apus_test_get(t, many), 200);
    apus_test_stop(t);
}

/* Binary bodies may hold NUL bytes, and text may too. */
static void nul_bytes_are_bytes(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a =
        apus_test_send(t, "POST", "/raw", "application/octet-stream", APUS_STR("\0\1\0\2"));
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "3");
    a = apus_test_get(t, "/items/7?q=a%00b");
    apus_expect_json(a, "$.q", "\"a\\u0000b\"");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_answer_as_they_should),
        cmocka_unit_test(a_missing_header_shows_what_came),
        cmocka_unit_test(of_two_headers_the_first_counts),
        cmocka_unit_test(headers_are_text),
        cmocka_unit_test(limits_are_refusals),
        cmocka_unit_test(nul_bytes_are_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
