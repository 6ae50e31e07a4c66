/* The 422 contract: each kind of problem, its words, its context, its place and its echo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "apus/decode.h"

#define COUNT(a)                 (sizeof(a) / sizeof((a)[0]))
#define RULES(...)               (&(const apus_rules){ __VA_ARGS__ })
#define BOUND(rule, whole, real) .has = APUS_RULE_##rule, .rule = { (whole), (real) }

static const apus_enum_value net_names[] = {
    { APUS_STR_INIT("alexnet"), 0 },
    { APUS_STR_INIT("resnet"), 1 },
    { APUS_STR_INIT("lenet"), 2 },
};
static const apus_enum nets = { .name = "Net", .values = net_names, .n_values = 3 };
static const apus_type net_type = {
    .kind = APUS_KIND_enum, .size = sizeof(int), .align = _Alignof(int), .enumeration = &nets
};
static const apus_type chars_type = { .kind = APUS_KIND_chars, .size = 4, .align = 1, .n = 4 };
static const apus_type pair_type = { .kind = APUS_KIND_array,
                                     .size = 2 * sizeof(int),
                                     .align = _Alignof(int),
                                     .n = 2,
                                     .item = &apus_type_int };

struct score {
    apus_str key;
    int value;
};
struct scores {
    struct score *ptr;
    size_t len;
};
static const apus_type scores_type = { .kind = APUS_KIND_map,
                                       .size = sizeof(struct scores),
                                       .align = _Alignof(struct scores),
                                       .item = &apus_type_int,
                                       .entry_size = sizeof(struct score),
                                       .value_offset = offsetof(struct score, value) };

static apus_pattern lower = { .text = "^[a-z]+$" };

/* One value of one type and everything that is said about it, or NULL where it is fine. */
static const struct {
    const apus_type *type;
    const apus_rules *rules;
    const char *json, *problem; /* from "msg" on; the type and loc before it */
} cases[] = {
#define P(type, msg, input, ctx)                                                                   \
    "{\"detail\":[{\"type\":\"" type "\",\"loc\":[\"body\"],\"msg\":\"" msg                        \
    "\",\"input\":" input ctx "}]}"
#define CTX(text) ",\"ctx\":{" text "}"
    /* integers */
    { &apus_type_int, NULL, "42", NULL },
    { &apus_type_int, NULL, "4.0", NULL },
    { &apus_type_int, NULL, "true", NULL },
    { &apus_type_int, NULL, "\" +1_000.00 \"", NULL },
    { &apus_type_int, NULL, "\"1__0\"",
      P("int_parsing", "Input should be a valid integer, unable to parse string as an integer",
        "\"1__0\"", "") },
    { &apus_type_int, NULL, "4.5",
      P("int_from_float", "Input should be a valid integer, got a number with a fractional part",
        "4.5", "") },
    { &apus_type_int, NULL, "null", P("int_type", "Input should be a valid integer", "null", "") },
    { &apus_type_int, NULL, "[ 1 ]", P("int_type", "Input should be a valid integer", "[1]", "") },
    { &apus_type_int, NULL, "2147483648",
      P("less_than_equal", "Input should be less than or equal to 2147483647", "2147483648",
        CTX("\"le\":2147483647")) },
    { &apus_type_uint8, NULL, "-1",
      P("greater_than_equal", "Input should be greater than or equal to 0", "-1",
        CTX("\"ge\":0")) },
    { &apus_type_uint64, NULL, "18446744073709551615", NULL },
    { &apus_type_uint64, NULL, "18446744073709551616",
      P("less_than_equal", "Input should be less than or equal to 18446744073709551615",
        "18446744073709551616", CTX("\"le\":18446744073709551615")) },
    { &apus_type_int64, NULL, "-9223372036854775808", NULL },
    { &apus_type_int, RULES(BOUND(gt, 3, 3)), "3",
      P("greater_than", "Input should be greater than 3", "3", CTX("\"gt\":3")) },
    { &apus_type_int, RULES(BOUND(ge, 3, 3)), "2",
      P("greater_than_equal", "Input should be greater than or equal to 3", "2", CTX("\"ge\":3")) },
    { &apus_type_int, RULES(BOUND(lt, 3, 3)), "\"3\"",
      P("less_than", "Input should be less than 3", "\"3\"", CTX("\"lt\":3")) },
    { &apus_type_int, RULES(BOUND(le, 3, 3)), "4",
      P("less_than_equal", "Input should be less than or equal to 3", "4", CTX("\"le\":3")) },
    { &apus_type_int, RULES(BOUND(multiple_of, 5, 5)), "12",
      P("multiple_of", "Input should be a multiple of 5", "12", CTX("\"multiple_of\":5")) },
    { &apus_type_int, RULES(.has = APUS_RULE_strict), "\"1\"",
      P("int_type", "Input should be a valid integer", "\"1\"", "") },
    /* floats */
    { &apus_type_double, NULL, "1e3", NULL },
    { &apus_type_double, NULL, "\"1_0.5e1\"", NULL },
    { &apus_type_double, NULL, "\"x\"",
      P("float_parsing", "Input should be a valid number, unable to parse string as a number",
        "\"x\"", "") },
    { &apus_type_double, NULL, "{}", P("float_type", "Input should be a valid number", "{}", "") },
    { &apus_type_double, NULL, "\"inf\"",
      P("finite_number", "Input should be a finite number", "\"inf\"", "") },
    { &apus_type_double, RULES(.has = APUS_RULE_inf_nan), "\"-Infinity\"", NULL },
    { &apus_type_double, RULES(BOUND(gt, 0, 0)), "-0.5",
      P("greater_than", "Input should be greater than 0", "-0.5", CTX("\"gt\":0.0")) },
    { &apus_type_double, RULES(BOUND(ge, 0, 0.5)), "0.25",
      P("greater_than_equal", "Input should be greater than or equal to 0.5", "0.25",
        CTX("\"ge\":0.5")) },
    { &apus_type_double, RULES(BOUND(lt, 0, 1e-7)), "1",
      P("less_than", "Input should be less than 0.0000001", "1", CTX("\"lt\":1e-7")) },
    { &apus_type_double, RULES(BOUND(gt, 0, 1e23)), "1",
      P("greater_than", "Input should be greater than 100000000000000000000000", "1",
        CTX("\"gt\":1e23")) },
    { &apus_type_double, RULES(BOUND(multiple_of, 0, 0.1)), "0.3", NULL },
    { &apus_type_double, RULES(.has = APUS_RULE_strict), "\"1\"",
      P("float_type", "Input should be a valid number", "\"1\"", "") },
    /* bools */
    { &apus_type_bool, NULL, "\"YES\"", NULL },
    { &apus_type_bool, NULL, "0.0", NULL },
    { &apus_type_bool, NULL, "2",
      P("bool_parsing", "Input should be a valid boolean, unable to interpret input", "2", "") },
    { &apus_type_bool, NULL, "null",
      P("bool_type", "Input should be a valid boolean", "null", "") },
    { &apus_type_bool, RULES(.has = APUS_RULE_strict), "1",
      P("bool_type", "Input should be a valid boolean", "1", "") },
    /* text */
    { &apus_type_str, NULL, "1", P("string_type", "Input should be a valid string", "1", "") },
    { &apus_type_str, RULES(.has = APUS_RULE_min_length, .min_length = 1), "\"\"",
      P("string_too_short", "String should have at least 1 character", "\"\"",
        CTX("\"min_length\":1")) },
    { &apus_type_str, RULES(.has = APUS_RULE_max_length, .max_length = 2), "\"äö\"", NULL },
    { &apus_type_str, RULES(.has = APUS_RULE_max_length, .max_length = 2), "\"\\u00e4bc\"",
      P("string_too_long", "String should have at most 2 characters", "\"\\u00e4bc\"",
        CTX("\"max_length\":2")) },
    { &apus_type_str, RULES(.has = APUS_RULE_pattern, .pattern = &lower), "\"A\"",
      P("string_pattern_mismatch", "String should match pattern '^[a-z]+$'", "\"A\"",
        CTX("\"pattern\":\"^[a-z]+$\"")) },
    { &apus_type_cstr, NULL, "\"a\\u0000b\"",
      P("string_unicode",
        "Input should be a valid string, unable to parse raw data as a unicode string",
        "\"a\\u0000b\"", "") },
    { &chars_type, NULL, "\"abc\"", NULL },
    { &chars_type, NULL, "\"abcd\"",
      P("string_too_long", "String should have at most 3 characters", "\"abcd\"",
        CTX("\"max_length\":3")) },
    { &net_type, NULL, "\"vgg\"",
      P("enum", "Input should be 'alexnet', 'resnet' or 'lenet'", "\"vgg\"",
        CTX("\"expected\":\"'alexnet', 'resnet' or 'lenet'\"")) },
    /* moments */
    { &apus_type_time, NULL, "\"2024-02-29T12:00:00Z\"", NULL },
    { &apus_type_time, NULL, "[]",
      P("datetime_type", "Input should be a valid datetime", "[]", "") },
    { &apus_type_date, NULL, "\"2023-02-29\"",
      P("date_from_datetime_parsing",
        "Input should be a valid date or datetime, day value is outside expected range",
        "\"2023-02-29\"", CTX("\"error\":\"day value is outside expected range\"")) },
    { &apus_type_date, NULL, "\"2023-02-28T01:00:00\"",
      P("date_from_datetime_inexact",
        "Datetimes provided to dates should have zero time - e.g. be exact dates",
        "\"2023-02-28T01:00:00\"", "") },
    { &apus_type_date, NULL, "true", P("date_type", "Input should be a valid date", "true", "") },
    { &apus_type_duration, NULL, "{}",
      P("time_delta_type", "Input should be a valid timedelta", "{}", "") },
    /* identifiers */
    { &apus_type_uuid, NULL, "1",
      P("uuid_type", "UUID input should be a string, bytes or UUID object", "1", "") },
    { &apus_type_url, NULL, "\"x\"",
      P("url_parsing", "Input should be a valid URL, relative URL without a base", "\"x\"",
        CTX("\"error\":\"relative URL without a base\"")) },
    { &apus_type_url, NULL, "null",
      P("url_type", "URL input should be a string or URL", "null", "") },
    /* decimals */
    { &apus_type_decimal, NULL, "\"1.x\"",
      P("decimal_parsing", "Input should be a valid decimal", "\"1.x\"", "") },
    { &apus_type_decimal, NULL, "true",
      P("decimal_type", "Decimal input should be an integer, float, string or Decimal object",
        "true", "") },
    { &apus_type_decimal,
      RULES(.has = APUS_RULE_max_digits | APUS_RULE_decimal_places, .max_digits = 4,
            .decimal_places = 2),
      "123",
      P("decimal_whole_digits",
        "Decimal input should have no more than 2 digits before the decimal point", "123",
        CTX("\"whole_digits\":2")) },
    { &apus_type_decimal, RULES(.has = APUS_RULE_max_digits, .max_digits = 3), "12.34",
      P("decimal_max_digits", "Decimal input should have no more than 3 digits in total", "12.34",
        CTX("\"max_digits\":3")) },
    { &apus_type_decimal, RULES(.has = APUS_RULE_decimal_places, .decimal_places = 1), "\"0.25\"",
      P("decimal_max_places", "Decimal input should have no more than 1 decimal place", "\"0.25\"",
        CTX("\"decimal_places\":1")) },
    /* containers */
    { &apus_type_ints, NULL, "{\"a\": 1}",
      P("list_type", "Input should be a valid list", "{\"a\":1}", "") },
    { &apus_type_ints, RULES(.has = APUS_RULE_min_items, .min_items = 1), "[]",
      P("too_short", "List should have at least 1 item after validation, not 0", "[]",
        CTX("\"field_type\":\"List\",\"min_length\":1,\"actual_length\":0")) },
    { &apus_type_ints, RULES(.has = APUS_RULE_max_items, .max_items = 1), "[1,2]",
      P("too_long", "List should have at most 1 item after validation, not 2", "[1,2]",
        CTX("\"field_type\":\"List\",\"max_length\":1,\"actual_length\":2")) },
    { &apus_type_ints, RULES(.has = APUS_RULE_unique), "[1,2,1]",
      P("unique_items", "List items should be unique, items 0 and 2 are equal", "[1,2,1]", "") },
    { &apus_type_ints, RULES(.has = APUS_RULE_set | APUS_RULE_max_items, .max_items = 2),
      "[1,2,1,2,2]", NULL },
    { &apus_type_ints, RULES(.has = APUS_RULE_set | APUS_RULE_min_items, .min_items = 3), "[1,2,1]",
      P("too_short", "Set should have at least 3 items after validation, not 2", "[1,2,1]",
        CTX("\"field_type\":\"Set\",\"min_length\":3,\"actual_length\":2")) },
    { &pair_type, NULL, "[1]",
      P("too_short", "List should have at least 2 items after validation, not 1", "[1]",
        CTX("\"field_type\":\"List\",\"min_length\":2,\"actual_length\":1")) },
    { &scores_type, NULL, "{\"a\":1,\"a\":2}", NULL },
    { &scores_type, NULL, "{\"a\":\"x\",\"a\":2}", NULL }, /* the last one counts */
    { &scores_type, NULL, "[]", P("dict_type", "Input should be a valid dictionary", "[]", "") },
};

/* What is said about json read as a type: "" when nothing is. */
static apus_str complaints(apus_arena *a, const apus_type *type, const apus_rules *rules,
                           const char *json)
{
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems };
    void *at = apus_arena_alloc(a, type->size, type->align);
    assert_non_null(at);
    apus_rc rc = apus_decode_json(&d, type, rules, apus_str_of(json), &body, at);
    assert_int_equal(rc, problems.n ? APUS_INVALID : APUS_OK);
    apus_buf b = apus_buf_in(a);
    apus_str out = APUS_STR("");
    if (problems.n) {
        apus_problems_write(&problems, &b);
        assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
    }
    return out;
}

static void expect(const apus_type *type, const apus_rules *rules, const char *json,
                   const char *problem)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    assert_int_equal(apus_rules_prepare(rules, NULL), APUS_OK);
    apus_str said = complaints(&a, type, rules, json);
    apus_str text = apus_arena_str(&a, said);
    if (!apus_str_eq(text, apus_str_of(problem ? problem : "")))
        fail_msg("%s\n  says   %s\n  not    %s", json, text.ptr, problem ? problem : "(nothing)");
    apus_arena_finish(&a);
}

static void test_each_problem(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect(cases[i].type, cases[i].rules, cases[i].json, cases[i].problem);
}

/* --- objects --- */

struct login {
    apus_str name;
    apus_str password;
    int age;
    double rate;
};

static void check_login(apus_checking *c, void *value)
{
    const struct login *l = value;
    if (l->age == 13)
        apus_wrong(c, "thirteen");
}

static const double default_rate = 1.5;
static const apus_rules long_enough = { .has = APUS_RULE_min_length, .min_length = 8 };
static const apus_field login_fields[] = {
    { APUS_FIELD_NAME("name"), .type = &apus_type_str, .offset = offsetof(struct login, name),
      .flags = APUS_FIELD_required },
    { APUS_FIELD_NAME("password"), .type = &apus_type_str,
      .offset = offsetof(struct login, password), .flags = APUS_FIELD_required | APUS_FIELD_secret,
      .rules = &long_enough },
    { APUS_FIELD_NAME("age"), .type = &apus_type_int, .offset = offsetof(struct login, age),
      .flags = APUS_FIELD_required },
    { APUS_FIELD_NAME("rate"), .type = &apus_type_double, .offset = offsetof(struct login, rate),
      .default_value = &default_rate },
};
#define LOGIN                                                                                      \
    .name = "Login", .size = sizeof(struct login), .align = _Alignof(struct login),                \
    .fields = login_fields, .n_fields = COUNT(login_fields), .check = check_login
static const apus_model login = { LOGIN, .extra = APUS_EXTRA_forbid };
static const apus_type login_type = { .kind = APUS_KIND_model,
                                      .size = sizeof(struct login),
                                      .align = _Alignof(struct login),
                                      .model = &login };
struct logins {
    struct login *ptr;
    size_t len;
};
static const apus_type logins_type = { .kind = APUS_KIND_list,
                                       .size = sizeof(struct logins),
                                       .align = _Alignof(struct logins),
                                       .item = &login_type };

static void test_fields_answer_in_their_order(void **state)
{
    (void)state;
    expect(&login_type, NULL, "{\"zip\":[ 1 ],\"age\":\"x\",\"name\":7,\"password\":\"short\"}",
           "{\"detail\":["
           "{\"type\":\"string_type\",\"loc\":[\"body\",\"name\"],"
           "\"msg\":\"Input should be a valid string\",\"input\":7},"
           "{\"type\":\"string_too_short\",\"loc\":[\"body\",\"password\"],"
           "\"msg\":\"String should have at least 8 characters\",\"ctx\":{\"min_length\":8}},"
           "{\"type\":\"int_parsing\",\"loc\":[\"body\",\"age\"],\"msg\":\"Input should be a valid "
           "integer, unable to parse string as an integer\",\"input\":\"x\"},"
           "{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"zip\"],"
           "\"msg\":\"Extra inputs are not permitted\",\"input\":[1]}]}");
}

static void test_missing_echoes_the_object_without_secrets(void **state)
{
    (void)state;
    expect(&login_type, NULL, "{\"password\":\"correct horse\", \"name\":\"ada\"}",
           "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"age\"],"
           "\"msg\":\"Field required\",\"input\":{\"name\":\"ada\"}}]}");
}

static void test_the_wrong_shape_does_not_tell_secrets(void **state)
{
    (void)state;
    expect(&logins_type, NULL, "{\"name\":\"ada\",\"password\":\"correct horse\"}",
           "{\"detail\":[{\"type\":\"list_type\",\"loc\":[\"body\"],"
           "\"msg\":\"Input should be a valid list\",\"input\":{\"name\":\"ada\"}}]}");
    expect(&login_type, NULL, "[{\"password\":\"correct horse\",\"age\":1}]",
           "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],"
           "\"msg\":\"Input should be a valid dictionary or object to extract fields from\","
           "\"input\":[{\"age\":1}]}]}");
}

static void test_a_rule_that_spans_members(void **state)
{
    (void)state;
    expect(&login_type, NULL, "{\"name\":\"ada\",\"password\":\"correct horse\",\"age\":13}",
           "{\"detail\":[{\"type\":\"value_error\",\"loc\":[\"body\"],"
           "\"msg\":\"Value error, thirteen\",\"input\":{\"name\":\"ada\",\"age\":13},"
           "\"ctx\":{\"error\":{}}}]}");
}

static void test_places_in_lists(void **state)
{
    (void)state;
    expect(&logins_type, NULL,
           "[{\"name\":\"a\",\"password\":\"correct horse\",\"age\":1},"
           "{\"name\":\"b\",\"password\":\"correct horse\",\"age\":null}]",
           "{\"detail\":[{\"type\":\"int_type\",\"loc\":[\"body\",1,\"age\"],"
           "\"msg\":\"Input should be a valid integer\",\"input\":null}]}");
}

static void test_the_last_of_duplicates_counts(void **state)
{
    (void)state;
    expect(&login_type, NULL,
           "{\"age\":\"x\",\"name\":\"a\",\"password\":\"correct horse\",\"age\":1}", NULL);
    expect(&login_type, NULL,
           "{\"age\":1,\"name\":\"a\",\"password\":\"correct horse\",\"age\":[]}",
           "{\"detail\":[{\"type\":\"int_type\",\"loc\":[\"body\",\"age\"],"
           "\"msg\":\"Input should be a valid integer\",\"input\":[]}]}");
}

static void test_a_syntax_error_is_all_that_is_told(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    struct login l;
    apus_problems_init(&problems, &a);
    apus_decoder d = { .arena = &a, .problems = &problems };
    apus_rc rc = apus_decode_json(&d, &login_type, NULL, APUS_STR("{\"name\":7,\"ä\":1 \"age\"}"),
                                  &body, &l);
    assert_int_equal(rc, APUS_SYNTAX);
    assert_int_equal(problems.n, 0);
    assert_string_equal(d.error.message, "Expecting ',' delimiter");
    assert_int_equal(d.error.codepoints, 16);
    assert_int_equal(d.error.offset, 17);
    apus_arena_finish(&a);
}

/* Python's reader refuses integers of more than 4300 digits: 422s stay readable. */
static void test_numbers_too_long_to_read_are_not_echoed(void **state)
{
    (void)state;
    static const struct {
        int digits;
        const char *before, *after;
        bool is_echoed;
    } rows[] = {
        { 4300, "{\"a\":", "}", true },
        { 4301, "{\"a\":", "}", false },
        { 5000, "{\"a\":\"\\\"", "\"}", true }, /* in a text they are letters */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char json[6000], wanted[7000], digits[5001];
        memset(digits, '7', sizeof(digits));
        digits[rows[i].digits] = '\0';
        snprintf(json, sizeof(json), "%s%s%s", rows[i].before, digits, rows[i].after);
        snprintf(wanted, sizeof(wanted),
                 "{\"detail\":[{\"type\":\"list_type\",\"loc\":[\"body\"],"
                 "\"msg\":\"Input should be a valid list\",\"input\":%s}]}",
                 rows[i].is_echoed ? json : "null");
        expect(&apus_type_strs, NULL, json, wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_problem),
        cmocka_unit_test(test_fields_answer_in_their_order),
        cmocka_unit_test(test_missing_echoes_the_object_without_secrets),
        cmocka_unit_test(test_the_wrong_shape_does_not_tell_secrets),
        cmocka_unit_test(test_a_rule_that_spans_members),
        cmocka_unit_test(test_places_in_lists),
        cmocka_unit_test(test_the_last_of_duplicates_counts),
        cmocka_unit_test(test_a_syntax_error_is_all_that_is_told),
        cmocka_unit_test(test_numbers_too_long_to_read_are_not_echoed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
