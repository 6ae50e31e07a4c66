/* Parameters are read the short way or the long one, and nobody sees which: each text is read
 * both ways, and the results are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apus/decode.h"

/* A field with hooks that do nothing is not taken by the short way. */
static const apus_hooks no_hooks = { 0 };

struct values {
    int64_t whole;
    int8_t small;
    uint16_t half;
    apus_str text;
    int64_t *pointer;
};

static const apus_rules bounds = { .has = APUS_RULE_ge | APUS_RULE_le,
                                   .ge.integer = -5,
                                   .le.integer = 100 };
static const apus_rules evens = { .has = APUS_RULE_multiple_of, .multiple_of.integer = 2 };
static const apus_rules strict = { .has = APUS_RULE_strict };
static const apus_rules lengths = { .has = APUS_RULE_min_length | APUS_RULE_max_length,
                                    .min_length = 2,
                                    .max_length = 4 };
static const apus_rules trimmed = { .has = APUS_RULE_strip };

static const apus_field fields[] = {
#define FIELD(member, type_, flags_, rules_)                                                       \
    {                                                                                              \
        APUS_FIELD_NAME(#member), .type = &(type_), .offset = offsetof(struct values, member),     \
                                  .flags = (flags_), .rules = (rules_)                             \
    }
    FIELD(whole, apus_type_int64, APUS_FIELD_required, NULL),
    FIELD(whole, apus_type_int64, APUS_FIELD_required, &bounds),
    FIELD(whole, apus_type_int64, 0, &evens),
    FIELD(whole, apus_type_int64, 0, &strict),
    FIELD(small, apus_type_int8, 0, NULL),
    FIELD(half, apus_type_uint16, 0, NULL),
    FIELD(text, apus_type_str, 0, NULL),
    FIELD(text, apus_type_str, APUS_FIELD_secret, &lengths),
    FIELD(text, apus_type_str, 0, &trimmed),
    FIELD(text, apus_type_str, 0, &strict),
    FIELD(pointer, apus_type_int64, APUS_FIELD_pointer | APUS_FIELD_nullable, &bounds),
#undef FIELD
};

static const char *const texts[] = {
    "",
    "0",
    "-0",
    "7",
    "-7",
    "+7",
    " 7",
    "7 ",
    "007",
    "42",
    "100",
    "101",
    "-5",
    "-6",
    "127",
    "128",
    "-128",
    "-129",
    "65535",
    "65536",
    "1e3",
    "1.0",
    "1_000",
    "0x10",
    "-",
    "--1",
    "999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "a",
    "ab",
    "abcd",
    "abcde",
    " abc ",
    "\xc3\xa4\xc3\xb6",
    "\xff",
    "a\xc3",
    "\xed\xa0\x80",
    "sixteen bytes or",
    "more than sixteen bytes",
};

struct outcome {
    apus_rc rc;
    struct values values;
    int64_t pointed;
    apus_str problems;
};

static struct outcome decode(apus_arena *a, const apus_field *f, apus_str text)
{
    struct outcome o = { 0 };
    apus_problems problems;
    apus_place source = { .key = APUS_STR("query") };
    apus_place place = { .up = &source, .key = f->name };
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems };
    o.rc = apus_decode_text(&d, f, text, &place, &o.values);
    if (o.values.pointer)
        o.pointed = *o.values.pointer;
    apus_buf b = apus_buf_in(a);
    apus_problems_write_list(&problems, &b);
    assert_int_equal(apus_buf_take(&b, &o.problems), APUS_OK);
    return o;
}

static void assert_alike(const struct outcome *x, const struct outcome *y)
{
    assert_int_equal(x->rc, y->rc);
    assert_true(apus_str_eq(x->problems, y->problems));
    if (x->rc)
        return;
    assert_int_equal(x->values.whole, y->values.whole);
    assert_int_equal(x->values.small, y->values.small);
    assert_int_equal(x->values.half, y->values.half);
    assert_int_equal(x->pointed, y->pointed);
    assert_int_equal(x->values.text.len, y->values.text.len);
    if (x->values.text.ptr)
        assert_string_equal(x->values.text.ptr, y->values.text.ptr);
}

static void both_ways_say_the_same(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        apus_field hooked = fields[i];
        hooked.flags |= APUS_FIELD_hooked;
        hooked.hooks = &no_hooks;
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
            apus_str text = apus_str_of(texts[k]);
            struct outcome quick = decode(&a, &fields[i], text);
            struct outcome slow = decode(&a, &hooked, text);
            assert_alike(&quick, &slow);
        }
        apus_arena_reset(&a);
    }
    apus_arena_finish(&a);
}

static void a_text_may_hold_a_zero_byte(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    struct outcome o = decode(&a, &fields[6], (apus_str){ "a\0b", 3 });
    assert_int_equal(o.rc, APUS_OK);
    assert_int_equal(o.values.text.len, 3);
    assert_memory_equal(o.values.text.ptr, "a\0b", 4);
    apus_arena_finish(&a);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    apus_arena a, enough;
    apus_problems problems;
    struct values v = { 0 };
    apus_place place = { .key = APUS_STR("pointer") };
    apus_arena_init(&a, &apus_alloc_libc, 0);
    apus_arena_init(&enough, &apus_alloc_libc, 1 << 16);
    apus_problems_init(&problems, &enough);
    apus_decoder d = { .arena = &a, .problems = &problems };
    assert_int_equal(apus_decode_text(&d, &fields[6], APUS_STR("x"), &place, &v), APUS_NOMEM);
    assert_int_equal(apus_decode_text(&d, &fields[10], APUS_STR("7"), &place, &v), APUS_NOMEM);
    assert_int_equal(apus_decode_text(&d, &fields[0], APUS_STR("7"), &place, &v), APUS_OK);
    assert_int_equal(v.whole, 7);
    apus_arena_finish(&a);
    apus_arena_finish(&enough);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_say_the_same),
        cmocka_unit_test(a_text_may_hold_a_zero_byte),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
