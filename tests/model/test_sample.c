/* Values made from schemas keep them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apus/sample.h"

#define MEMORY ((size_t)64 << 20)

static apus_json *parse(apus_arena *a, const char *text)
{
    apus_json *v = NULL;
    assert_int_equal(apus_json_parse(a, apus_str_of(text), NULL, &v, NULL), APUS_OK);
    return v;
}

/* The sample of a schema keeps it, with any seed, and the same seed gives the same. */
static void keeps(const char *text)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        apus_arena a;
        apus_arena_init(&a, &apus_alloc_libc, MEMORY);
        const apus_json *document = parse(&a, text);
        apus_schema schema = { .document = document, .root = document };
        apus_json *value = apus_sample(&schema, &a, seed);
        apus_err err = { .msg = "" };
        assert_non_null(value);
        if (apus_schema_check(&schema, &a, value, &err))
            fail_msg("%s\nseed %u: %s", text, (unsigned)seed, err.msg);
        assert_true(apus_json_eq(value, apus_sample(&schema, &a, seed)));
        apus_arena_finish(&a);
    }
}

static void values_keep_their_schema(void **state)
{
    static const char *const schemas[] = {
        "{\"type\":\"integer\"}",
        "{\"type\":\"integer\",\"minimum\":5,\"maximum\":5}",
        "{\"type\":\"integer\",\"exclusiveMinimum\":5,\"maximum\":6}",
        "{\"type\":\"integer\",\"minimum\":10,\"multipleOf\":7}",
        "{\"type\":\"integer\",\"maximum\":-3}",
        "{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":0.1}",
        "{\"type\":\"number\",\"exclusiveMaximum\":-2}",
        "{\"type\":\"number\",\"minimum\":0,\"multipleOf\":0.25}",
        "{\"type\":\"string\",\"minLength\":3,\"maxLength\":4}",
        "{\"type\":\"string\",\"maxLength\":1}",
        "{\"type\":\"string\",\"pattern\":\"^[A-Z]+-[A-Z]+$\"}",
        "{\"type\":\"string\",\"pattern\":\"^(red|green)-\\\\d{3,5}$\"}",
        "{\"type\":\"string\",\"pattern\":\"^\\\\+?[0-9]{2}[^a-z]\\\\w*\\\\.$\"}",
        "{\"type\":\"string\",\"pattern\":\"^(?:[a-f0-9]{2}:){5}[a-f0-9]{2}$\"}",
        "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":3,\"uniqueItems\":true}",
        "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"maxItems\":0}",
        "{\"type\":[\"null\",\"string\"]}",
        "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\",\"minimum\":3}]}",
        "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}",
        "{\"enum\":[\"a\",2,null]}",
        "{\"const\":{\"a\":[1]}}",
        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"},\"minProperties\":1}",
        ("{\"allOf\":[{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":"
         "\"integer\"}}},{\"type\":\"object\",\"required\":[\"b\"],\"properties\":{\"b\":{\"type\":"
         "\"string\"}}}]}"),
        ("{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\"},"
         "\"next\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}}}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
        keeps(schemas[i]);
}

static void what_the_schema_shows_comes_first(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY);
    const apus_json *document =
        parse(&a, "{\"type\":\"string\",\"default\":\"d\",\"examples\":[\"e\",\"f\"]}");
    apus_schema schema = { .document = document, .root = document };
    assert_true(apus_json_eq(apus_sample(&schema, &a, 0), parse(&a, "\"e\"")));
    unsigned others = 0;
    for (uint64_t seed = 1; seed < 20; seed++)
        others += apus_json_eq(apus_sample(&schema, &a, seed), parse(&a, "\"f\""));
    assert_in_range(others, 1, 18);
    apus_arena_finish(&a);
}

/* A model that holds itself, twice, and a circle of references end. */
static void what_holds_itself_ends(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY);
    const apus_json *document = parse(
        &a, "{\"a\":{\"required\":[\"l\",\"r\"],\"properties\":{\"l\":{\"$ref\":\"#/a\"},"
            "\"r\":{\"$ref\":\"#/a\"},\"s\":{\"items\":{\"$ref\":\"#/a\"},\"minItems\":5000}}},"
            "\"b\":{\"$ref\":\"#/b\"}}");
    apus_schema schema = { .document = document, .root = apus_json_get(document, "a") };
    assert_non_null(apus_sample(&schema, &a, 1));
    schema.root = apus_json_get(document, "b");
    assert_int_equal(apus_sample(&schema, &a, 1)->kind, APUS_JSON_null);
    apus_arena_finish(&a);
}

static void patterns_that_are_not_understood_are_refused(void **state)
{
    static const char *const patterns[] = {
        "(?=a)b",
        "(?<n>a)\\1",
        "\\p{L}",
        "[[:alpha:]]",
        "*a",
        "a{3",
        "(a",
        "[a",
        "a{3,1}",
        "((((((((((((((((((((((a",
        "(((((a{100}){100}){100}){100}){100}){100})",
    };
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        apus_buf b = apus_buf_in(&a);
        apus_buf_lit(&b, "before");
        if (apus_sample_pattern(apus_str_of(patterns[i]), 1, &b))
            fail_msg("%s", patterns[i]);
        assert_int_equal(b.len, 6);
    }
    apus_arena_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_schema),
        cmocka_unit_test(what_the_schema_shows_comes_first),
        cmocka_unit_test(what_holds_itself_ends),
        cmocka_unit_test(patterns_that_are_not_understood_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
