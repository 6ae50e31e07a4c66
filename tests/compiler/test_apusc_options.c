/* The parser of option text: values, places, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/options.h"
#include "compiler/value.h"

static bool find(void *ctx, const char *name, int64_t *value)
{
    (void)ctx;
    *value = 7;
    return strcmp(name, "SEVEN") == 0;
}

static apus_arena arena;

static ct_value *parse(const char *text, options_error *error)
{
    options_reader r = { .arena = &arena, .text = OPTIONS_expanded, .find = find };
    return options_parse(&r, apus_str_of(text), error);
}

static const ct_value *one(const char *text)
{
    options_error error = { 0 };
    const ct_value *map = parse(text, &error);
    if (!map)
        fail_msg("%s: %s at %zu", text, error.message, error.offset);
    assert_int_equal(value_count(map), 1);
    return map->items;
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        { "0", 0 },
        { "-1", -1 },
        { "0x1F", 31 },
        { "017", 15 },
        { "0b101", 5 },
        { "42UL", 42 },
        { "'a'", 'a' },
        { "(-2147483647-1)", INT32_MIN },
        { "(-9223372036854775807L -1)", INT64_MIN },
        { "(9223372036854775807L)", INT64_MAX },
        { "1 + 2 * 3", 7 },
        { "(1 + 2) * 3", 9 },
        { "1 << 4 | 3", 19 },
        { "10 - 4 - 3", 3 },
        { "~0 & 0xff", 255 },
        { "((unsigned char)5)", 5 },
        { "((unsigned long int)5)", 5 },
        { "SEVEN * 2", 14 },
        { "10 % 4 ^ 1", 3 },
        { "!0 + !5", 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ct_value *v = one(cases[i].text);
        assert_int_equal(v->kind, CT_VALUE_int);
        assert_int_equal(v->integer, cases[i].value);
    }
    const ct_value *big = one("(18446744073709551615UL)");
    assert_int_equal(big->integer, INT64_MAX);
    assert_string_equal(big->text, "18446744073709551615");
    assert_true(big->number > 1.8e19);
}

static void test_floating(void **state)
{
    static const struct {
        const char *text;
        double value;
        const char *printed;
    } cases[] = {
        { "1.5", 1.5, "1.5" },       { ".5f", 0.5, "0.5" }, { "-1.5e3", -1500, "-1.5e+03" },
        { "1e-3L", 0.001, "0.001" }, { "0x1p4", 16, "16" }, { "1.0 / 4", 0.25, "0.25" },
        { "2 * 0.1", 0.2, "0.2" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ct_value *v = one(cases[i].text);
        assert_int_equal(v->kind, CT_VALUE_double);
        assert_true(v->number == cases[i].value);
        assert_string_equal(v->text, cases[i].printed);
    }
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(one("true")->kind, CT_VALUE_bool);
    assert_true(one("true")->truth);
    assert_false(one("false")->truth);
    assert_int_equal(one("(0 == 0)")->kind, CT_VALUE_bool); /* true, in what a macro stands for */
    assert_true(one("(0 == 0)")->truth);
    assert_false(one("(0 != 0)")->truth);
    assert_int_equal(one("null")->kind, CT_VALUE_null);
    assert_int_equal(one("((void *)0)")->kind, CT_VALUE_null);
    assert_string_equal(one("forbid")->text, "forbid");
    const ct_value *seven = one("SEVEN");
    assert_int_equal(seven->integer, 7);
    assert_string_equal(seven->word, "SEVEN");
    assert_string_equal(value_word(seven), "SEVEN");
}

static void test_texts(void **state)
{
    (void)state;
    assert_string_equal(one("\"a\" \"b\"")->text, "ab");
    assert_string_equal(one("\"\\\\d+\\\"\\n\\x41\\102\\u00e9\"")->text, "\\d+\"\nAB\xc3\xa9");
    assert_string_equal(one("\"\"")->text, "");
}

static void test_nesting(void **state)
{
    (void)state;
    options_error error;
    const ct_value *map = parse("\"/x\", responses = {404: conflict, \"409\": {model: x,}, },"
                                " tags = [\"a\", \"b\",], secret",
                                &error);
    assert_non_null(map);
    assert_string_equal(value_unnamed(map, 0)->text, "/x");
    assert_string_equal(value_unnamed(map, 1)->text, "secret");
    assert_null(value_unnamed(map, 2));
    const ct_value *responses = value_get(map, "responses");
    assert_string_equal(value_get(responses, "404")->text, "conflict");
    assert_string_equal(value_get(value_get(responses, "409"), "model")->text, "x");
    assert_int_equal(value_count(value_get(map, "tags")), 2);
    assert_int_equal(value_count(one("[]")), 0);
}

static void test_places(void **state)
{
    (void)state;
    options_error error;
    const ct_value *map = parse("a = 1, tags = [\"x\", 22]", &error);
    const ct_value *tags = value_get(map, "tags");
    assert_int_equal(tags->key_place.column, 8);
    assert_int_equal(tags->place.column, 15);
    assert_int_equal(tags->items->next->place.column, 21);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *message;
        size_t offset;
    } cases[] = {
        { "a = ", "the option 'a' has no value", 0 },
        { "a = 1 b", "expected ',' between options", 6 },
        { "\"abc", "this text has no closing quote", 0 },
        { "\"a\\q\"", "unknown escape '\\q' in a text", 3 },
        { "\"\\0\"", "a text cannot hold the character \\0", 2 },
        { "[1, 2", "expected ',' or ']' in this list", 5 },
        { "{a: 1", "expected ',' or '}' in this map", 5 },
        { "{a 1}", "expected ':' behind the key 'a'", 3 },
        { "{[]: 1}", "a list cannot be a key", 1 },
        { "(1", "this parenthesis is not closed", 0 },
        { "1 / 0", "this divides by zero or overflows", 2 },
        { "9223372036854775807 + 1", "the result does not fit in 64 bits", 20 },
        { "1 << 70", "the result does not fit in 64 bits", 2 },
        { "nobody + 1", "'+' needs numbers, and nobody is none", 0 },
        { "f(1)", "'f' cannot be called here", 1 },
        { "12ab", "'12ab' is not a number", 0 },
        { "@", "expected a value, found '@'", 0 },
        { "\"\xff\"", "this text is not valid UTF-8", 0 },
        { "'ab'", "only plain characters such as 'a' are understood here", 0 },
        { "1.5 % 2", "'%' needs whole numbers", 4 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        options_error error = { 0 };
        assert_null(parse(cases[i].text, &error));
        assert_string_equal(error.message, cases[i].message);
        assert_int_equal(error.offset, cases[i].offset);
    }
}

static void test_limits(void **state)
{
    (void)state;
    options_error error = { 0 };
    char deep[OPTIONS_DEPTH_MAX * 4];
    static const char openings[] = "[(-";
    for (size_t i = 0; i < 3; i++) {
        memset(deep, openings[i], sizeof(deep) - 1);
        deep[sizeof(deep) - 1] = '\0';
        assert_null(parse(deep, &error));
        assert_non_null(strstr(error.message, "more than 64"));
    }
    size_t len = OPTIONS_SIZE_MAX + 1;
    char *longest = apus_arena_alloc(&arena, len + 1, 1);
    assert_non_null(longest);
    memset(longest, ' ', len);
    longest[len] = '\0';
    assert_null(parse(longest, &error));
    longest[len - 1] = '\0';
    assert_non_null(parse(longest, &error));
}

/* What stands in the file: macros, comments, more C behind the parenthesis. */
static void test_as_written(void **state)
{
    (void)state;
    options_reader r = { .arena = &arena, .text = OPTIONS_as_written };
    options_error error = { 0 };
    size_t end = 0;
    static const char text[] =
        "a = INT64_C(5) + X, /* , */ b = MAX(\")\", 2), // c\n c = 3) int f;";
    const ct_value *map = options_parse_to_end(&r, apus_str_of(text), &end, &error);
    assert_non_null(map);
    assert_int_equal(value_count(map), 3);
    assert_int_equal(value_get(map, "c")->integer, 3);
    assert_string_equal(text + end, ") int f;");
}

static int setup(void **state)
{
    (void)state;
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    apus_arena_finish(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_floating),
        cmocka_unit_test(test_words),      cmocka_unit_test(test_texts),
        cmocka_unit_test(test_nesting),    cmocka_unit_test(test_places),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_as_written),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
