/* What goes out keeps the rules that it is documented with, or does not go out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apus/decode.h"
#include "apus/encode.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const int8_t byte = -3;
static const int64_t whole = INT64_MIN;
static const uint64_t natural = UINT64_MAX;
static const double number = 2.5;
static const float narrow = 0.5F;
static const apus_str text = APUS_STR_INIT("gr\xC3\xBC\xC3\x9F");
static const char *const c_text = "abc";
static const char *const none = NULL;
static apus_pattern letters = { .text = "^[a-z]+$" };
static double numbers[] = { 1, 2, 3 };
static const apus_doubles list = { numbers, 3 };

#define BOUND(rule, whole_, number_)                                                               \
    {                                                                                              \
        .has = APUS_RULE_##rule, .rule = { whole_, number_ }                                       \
    }

static const struct {
    const apus_type *type;
    const void *value;
    apus_rules rules;
    bool kept;
} rows[] = {
    { &apus_type_int8, &byte, BOUND(ge, -3, -3), true },
    { &apus_type_int8, &byte, BOUND(gt, -3, -3), false },
    { &apus_type_int8, &byte, BOUND(lt, -3, -3), false },
    { &apus_type_int8, &byte, BOUND(multiple_of, 2, 2), false },
    { &apus_type_int64, &whole, BOUND(ge, INT64_MIN, -9e18), true },
    { &apus_type_int64, &whole, BOUND(ge, INT64_MIN + 1, -9e18), false },
    { &apus_type_uint64, &natural, BOUND(le, INT64_MAX, 9e18), false },
    { &apus_type_uint64, &natural, BOUND(gt, 0, 0), true },
    { &apus_type_double, &number, BOUND(gt, 0, 2.5), false },
    { &apus_type_double, &number, BOUND(le, 0, 2.5), true },
    { &apus_type_double, &number, BOUND(multiple_of, 0, 0.5), true },
    { &apus_type_float, &narrow, BOUND(ge, 0, 0.6), false },
    { &apus_type_str, &text, { .has = APUS_RULE_max_length, .max_length = 4 }, true },
    { &apus_type_str, &text, { .has = APUS_RULE_max_length, .max_length = 3 }, false },
    { &apus_type_str, &text, { .has = APUS_RULE_min_length, .min_length = 5 }, false },
    { &apus_type_str, &text, { .has = APUS_RULE_pattern, .pattern = &letters }, false },
    { &apus_type_cstr, &c_text, { .has = APUS_RULE_pattern, .pattern = &letters }, true },
    { &apus_type_cstr, &none, { .has = APUS_RULE_min_length, .min_length = 1 }, true },
    { &apus_type_doubles, &list, { .has = APUS_RULE_max_items, .max_items = 2 }, false },
    { &apus_type_doubles, &list, { .has = APUS_RULE_min_items, .min_items = 3 }, true },
    { &apus_type_doubles, &list, BOUND(lt, 0, 3), false }, /* of the items */
    { &apus_type_doubles, &list, BOUND(le, 0, 3), true },
};

static void rules_hold_on_the_way_out(void **state)
{
    (void)state;
    assert_int_equal(
        apus_rules_prepare(&(apus_rules){ .has = APUS_RULE_pattern, .pattern = &letters }, NULL),
        APUS_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const apus_field field = { APUS_FIELD_NAME("it"), .type = rows[i].type,
                                   .rules = &rows[i].rules };
        const apus_model model = { .name = "one",
                                   .size = rows[i].type->size,
                                   .align = rows[i].type->align,
                                   .fields = &field,
                                   .n_fields = 1 };
        apus_buf b = apus_buf_with(&apus_alloc_libc);
        apus_rc rc = apus_encode_model(&b, &model, rows[i].value, APUS_OMIT_nothing);
        if ((rc == APUS_OK) != rows[i].kept)
            print_error("row %zu\n", i);
        assert_int_equal(rc, rows[i].kept ? APUS_OK : APUS_INVALID);
        apus_buf_finish(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rules_hold_on_the_way_out) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
