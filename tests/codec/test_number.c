/* Numbers: exactly read, shortest printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apus/text.h"

static const struct {
    double value;
    const char *text;
} prints[] = {
    { 0.0, "0.0" },
    { -0.0, "-0.0" },
    { 1.0, "1.0" },
    { 0.1, "0.1" },
    { 1e15, "1000000000000000.0" },
    { 1e16, "1e16" },
    { 1.5e-7, "1.5e-7" },
    { 1e-4, "0.0001" },
    { 1e-5, "1e-5" },
    { 123456.789, "123456.789" },
    { 5e-324, "5e-324" },
    { 1.7976931348623157e308, "1.7976931348623157e308" },
    { 2.2250738585072014e-308, "2.2250738585072014e-308" },
    { 9007199254740993.0, "9007199254740992.0" },
};

static void test_doubles_print_shortest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
        char text[APUS_TEXT_DOUBLE_MAX + 1];
        text[apus_double_print(prints[i].value, text)] = '\0';
        assert_string_equal(text, prints[i].text);
    }
}

static const char *const texts[] = {
    "0.1",
    "1e23",
    "9007199254740993",
    "9007199254740992.9999999999999999999999999999999999",
    "2.2250738585072011e-308", /* once hung PHP */
    "2.4703282292062327e-324", /* just under half of the least: zero */
    "2.4703282292062328e-324", /* just over: the least */
    "1.7976931348623158e308",  /* rounds down to the greatest */
    "8.988465674311580e307",
    "6.631236846766476e-316",
    "0.000000000000000000000000000000000000000000000000000000000000000000001234567890123456789",
    "123456789012345678901234567890123456789012345678901234567890e-30",
};

static void test_doubles_are_read_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double ours, theirs = strtod(texts[i], NULL);
        assert_true(apus_double_parse(apus_str_of(texts[i]), &ours));
        assert_memory_equal(&ours, &theirs, sizeof(ours));
    }
}

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void test_any_double_survives_the_wire(void **state)
{
    (void)state;
    enum { N = 200000, EXPONENT = 0x7ff };
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < N; i++) {
        uint64_t bits = next(&random);
        if ((bits >> 52 & EXPONENT) == EXPONENT)
            continue;
        double value, back;
        char text[APUS_TEXT_DOUBLE_MAX + 1];
        memcpy(&value, &bits, sizeof(value));
        size_t n = apus_double_print(value, text);
        assert_in_range(n, 1, APUS_TEXT_DOUBLE_MAX);
        text[n] = '\0';
        assert_true(apus_double_parse((apus_str){ text, n }, &back));
        assert_memory_equal(&back, &value, sizeof(back));
        double theirs = strtod(text, NULL);
        assert_memory_equal(&theirs, &value, sizeof(theirs));
    }
}

/* How many digits a text has from the first that is no zero to the last. */
static int count_digits(const char *text)
{
    int n = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text == '0' && n)
            zeros++;
        else if (*text >= '1' && *text <= '9') {
            n += 1 + zeros;
            zeros = 0;
        }
    }
    return n;
}

/* No more digits than the C library needs (which, next to powers of two, rounds away from the
 * shortest), and an exponent only where Python
 * writes one; nothing behind the room is touched. */
static void expect_shortest(double v)
{
    char text[APUS_TEXT_DOUBLE_MAX + 1], wanted[40];
    int digits = 1;
    while (snprintf(wanted, sizeof(wanted), "%.*e", digits - 1, v), strtod(wanted, NULL) != v)
        digits++;
    text[APUS_TEXT_DOUBLE_MAX] = '#';
    size_t n = apus_double_print(v, text);
    assert_int_equal(text[APUS_TEXT_DOUBLE_MAX], '#');
    text[n] = '\0';
    if (strtod(text, NULL) != v || count_digits(text) > count_digits(wanted))
        fail_msg("%s is not %s", text, wanted);
    assert_int_equal(strchr(text, 'e') == NULL, v >= 1e-4 && v < 1e16);
}

static void test_every_magnitude_is_laid_out(void **state)
{
    (void)state;
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    double scale = 1e-7;
    for (int exponent = -7; exponent <= 19; exponent++, scale *= 10) {
        for (int i = 0; i < 2000; i++) {
            double v = (double)(next(&random) >> i % 54 >> 10) / 18014398509481984.0;
            if (v > 0) {
                expect_shortest(v * scale);
                expect_shortest((double)(int64_t)(v * 1e5 + 1) / 1e5 * scale);
            }
        }
        expect_shortest(nextafter(scale, 0));
        expect_shortest(nextafter(scale, 1e300));
    }
}

static void test_floats_print_their_own_digits(void **state)
{
    (void)state;
    static const struct {
        float value;
        const char *text;
    } rows[] = {
        { 0.0F, "0.0" },
        { 0.1F, "0.1" },
        { 16777216.0F, "16777216.0" },
        { 123456789.0F, "123456790.0" }, /* is 123456792 */
        { 1e10F, "10000000000.0" },
        { 1234.5678F, "1234.5677" },
        { 3.4028235e38F, "3.4028235e38" },
        { 1e-45F, "1e-45" },
        { 0.00012F, "0.00012" },
        { -2.5F, "-2.5" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[APUS_TEXT_DOUBLE_MAX + 1];
        text[apus_float_print(rows[i].value, text)] = '\0';
        assert_string_equal(text, rows[i].text);
    }
}

/* m / 10^places, with the zeros at its end left out, is its own shortest form. */
static void expect_decimal(uint64_t m, int places)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
    char wanted[64], text[APUS_TEXT_DOUBLE_MAX + 1];
    int n = snprintf(wanted, sizeof(wanted), "-%.*f", places, (double)m / powers[places]);
    if (places == 0)
        n += snprintf(wanted + n, sizeof(wanted) - (size_t)n, ".0");
    while (wanted[n - 1] == '0' && wanted[n - 2] != '.')
        wanted[--n] = '\0';
    text[apus_double_print((double)m / powers[places], text)] = '\0';
    assert_string_equal(text, wanted + 1);
    text[apus_double_print(-(double)m / powers[places], text)] = '\0';
    assert_string_equal(text, wanted);
}

static void test_few_decimals_print_as_they_are(void **state)
{
    (void)state;
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 300000; i++) {
        static const uint64_t limits[] = { 10, 1000, 100000, 100000000, UINT64_C(1000000000000) };
        int places = i % 7;
        uint64_t m = next(&random) % limits[i % 5];
        if (m >= 100) /* below 1e-4 an exponent begins */
            expect_decimal(m, places);
    }
    expect_decimal(999999999999, 4);
    expect_decimal(1000000000000, 4);
    expect_decimal(99999999, 0);
    expect_decimal(100000000, 0);
}

static void test_what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "",    "-",   "+1",   "01",  ".5",  "1.",       "1e",
                                       "1e+", "0x1", "1 ",   " 1",  "NaN", "Infinity", "1_0",
                                       "--1", "1.e", "1e1.", "1,0", "-a" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        double out;
        if (apus_double_parse(apus_str_of(bad[i]), &out))
            fail_msg("%s was read", bad[i]);
    }
}

static void test_integers_at_their_ends(void **state)
{
    (void)state;
    char text[APUS_TEXT_INT_MAX + 1], wanted[32];
    for (uint64_t v = 1; v < UINT64_MAX / 20; v = v * 10 + v % 7) {
        for (uint64_t near = v - 1; near <= v + 1; near++) {
            text[apus_uint_print(near, text)] = '\0';
            snprintf(wanted, sizeof(wanted), "%" PRIu64, near);
            assert_string_equal(text, wanted);
        }
    }
    text[apus_int_print(INT64_MIN, text)] = '\0';
    assert_string_equal(text, "-9223372036854775808");
    text[apus_uint_print(UINT64_MAX, text)] = '\0';
    assert_string_equal(text, "18446744073709551615");
    text[apus_int_print(0, text)] = '\0';
    assert_string_equal(text, "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_print_shortest),
        cmocka_unit_test(test_doubles_are_read_exactly),
        cmocka_unit_test(test_any_double_survives_the_wire),
        cmocka_unit_test(test_every_magnitude_is_laid_out),
        cmocka_unit_test(test_floats_print_their_own_digits),
        cmocka_unit_test(test_few_decimals_print_as_they_are),
        cmocka_unit_test(test_what_is_no_number_is_refused),
        cmocka_unit_test(test_integers_at_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
