/* JSON: what is refused, with Python's words and places, and what limits stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apus/json.h"

static const struct {
    const char *text, *message;
    size_t codepoints;
} refused[] = {
    { "", "Expecting value", 0 },
    { "  ", "Expecting value", 2 },
    { "nul", "Expecting value", 0 },
    { "[1,,2]", "Expecting value", 3 },
    { "[1 2]", "Expecting ',' delimiter", 3 },
    { "[1,]", "Illegal trailing comma before end of array", 2 },
    { "{\"a\":1,}", "Illegal trailing comma before end of object", 6 },
    { "{a:1}", "Expecting property name enclosed in double quotes", 1 },
    { "{\"a\" 1}", "Expecting ':' delimiter", 5 },
    { "{\"\xc3\xa4\":}", "Expecting value", 5 },
    { "\"abc", "Unterminated string starting at", 0 },
    { "[\"a\nb\"]", "Invalid control character at", 3 },
    { "1 2", "Extra data", 2 },
    { "NaN", "Expecting value", 0 },
    { "-Infinity", "Expecting value", 0 },
};

static void test_refusals_in_the_words_of_python(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        apus_json *v;
        apus_json_error e = { 0 };
        apus_rc rc = apus_json_parse(&a, apus_str_of(refused[i].text), NULL, &v, &e);
        if (rc != APUS_SYNTAX || strcmp(e.message, refused[i].message) != 0 ||
            e.codepoints != refused[i].codepoints)
            fail_msg("%s: %d, %s at %zu", refused[i].text, (int)rc, e.message, e.codepoints);
    }
    apus_arena_finish(&a);
}

static apus_rc parse(apus_arena *a, const char *text, apus_json_limits limits)
{
    apus_json *v;
    return apus_json_parse(a, apus_str_of(text), &limits, &v, NULL);
}

static void test_limits(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(parse(&a, "[[1]]", (apus_json_limits){ .depth = 2 }), APUS_OK);
    assert_int_equal(parse(&a, "[[[1]]]", (apus_json_limits){ .depth = 2 }), APUS_LIMIT);
    assert_int_equal(parse(&a, "[1]", (apus_json_limits){ .size = 3 }), APUS_OK);
    assert_int_equal(parse(&a, "[10]", (apus_json_limits){ .size = 3 }), APUS_LIMIT);
    assert_int_equal(parse(&a, "{\"a\":1,\"a\":2}", (apus_json_limits){ .depth = 0 }), APUS_OK);
    assert_int_equal(
        parse(&a, "{\"a\":1,\"a\":2}", (apus_json_limits){ .refuse_duplicate_keys = true }),
        APUS_SYNTAX);
    apus_arena_finish(&a);
}

static void test_text_that_is_not_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"",
    };
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(parse(&a, bad[i], (apus_json_limits){ .depth = 0 }), APUS_SYNTAX);
    apus_arena_finish(&a);
}

/* A quote, an escape or a control character at every place of a long text. */
static void test_strings_of_every_length(void **state)
{
    (void)state;
    enum { LONGEST = 70 };
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 16 << 20);
    for (size_t n = 0; n < LONGEST; n++) {
        for (size_t odd = 0; odd < n; odd++) {
            char text[LONGEST + 2];
            apus_json *v;
            memset(text, 'x', sizeof(text));
            text[0] = text[n + 1] = '"';
            assert_int_equal(apus_json_parse(&a, (apus_str){ text, n + 2 }, NULL, &v, NULL),
                             APUS_OK);
            assert_int_equal(v->text.len, n);
            text[odd + 1] = 0x1f;
            assert_int_equal(apus_json_parse(&a, (apus_str){ text, n + 2 }, NULL, &v, NULL),
                             APUS_SYNTAX);
            text[odd + 1] = '"';
            assert_int_equal(apus_json_parse(&a, (apus_str){ text, n + 2 }, NULL, &v, NULL),
                             APUS_SYNTAX);
            assert_int_equal(apus_json_parse(&a, (apus_str){ text, odd + 2 }, NULL, &v, NULL),
                             APUS_OK);
            assert_int_equal(v->text.len, odd);
        }
    }
    apus_arena_finish(&a);
}

static void test_equality(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } pairs[] = {
        { "1", "1.0", true },
        { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true },
        { "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
        { "[1,2]", "[2,1]", false },
        { "\"1\"", "1", false },
        { "true", "1", false },
        { "123456789012345678901234567890", "123456789012345678901234567890", true },
    };
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        apus_json *x, *y;
        assert_int_equal(apus_json_parse(&a, apus_str_of(pairs[i].a), NULL, &x, NULL), APUS_OK);
        assert_int_equal(apus_json_parse(&a, apus_str_of(pairs[i].b), NULL, &y, NULL), APUS_OK);
        assert_int_equal(apus_json_eq(x, y), pairs[i].equal);
        assert_int_equal(apus_json_eq(y, x), pairs[i].equal);
    }
    apus_arena_finish(&a);
}

/* 120 levels: comparing each one twice would never end. */
static void test_equality_of_deep_objects(void **state)
{
    (void)state;
    enum { DEPTH = 120 };
    apus_arena a;
    apus_json *x, *y;
    apus_str text;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_buf b = apus_buf_in(&a);
    for (int i = 0; i < DEPTH; i++)
        apus_buf_lit(&b, "{\"a\":");
    apus_buf_addc(&b, '1');
    for (int i = 0; i < DEPTH; i++)
        apus_buf_addc(&b, '}');
    assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
    assert_int_equal(apus_json_parse(&a, text, NULL, &x, NULL), APUS_OK);
    assert_int_equal(apus_json_parse(&a, text, NULL, &y, NULL), APUS_OK);
    assert_true(apus_json_eq(x, y));
    apus_arena_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals_in_the_words_of_python),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_text_that_is_not_utf8),
        cmocka_unit_test(test_strings_of_every_length),
        cmocka_unit_test(test_equality),
        cmocka_unit_test(test_equality_of_deep_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
