/* Each test of a step says of each byte what the bytes alone say; once as this machine has it,
 * and once (test_step_plain.c) as any machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apus/step.h"

static unsigned expected(const unsigned char *bytes, int first, int last)
{
    unsigned marks = 0;
    for (int i = 0; i < APUS_STEP; i++)
        marks |= (unsigned)(bytes[i] >= first && bytes[i] <= last) << i;
    return marks;
}

static void tests_see_each_byte(void **state)
{
    (void)state;
    unsigned char bytes[APUS_STEP], copy[APUS_STEP];
    for (int n = 0; n < 4096; n++) {
        for (int i = 0; i < APUS_STEP; i++)
            bytes[i] = (unsigned char)(n * 7 + i * 37 * (n % 11));
        apus_step s = apus_step_load((const char *)bytes), other = s;
        unsigned char c = (unsigned char)n, low = c < 200 ? c : 200;
        assert_int_equal(apus_step_marks(apus_step_is(s, (char)c)), expected(bytes, c, c));
        assert_int_equal(apus_step_marks(apus_step_within(s, low, (unsigned char)(low + 55))),
                         expected(bytes, low, low + 55));
        assert_int_equal(apus_step_marks(apus_step_below(s, (unsigned char)(low + 1))),
                         expected(bytes, 0, low));
        assert_int_equal(apus_step_marks(s), expected(bytes, 0x80, 0xff));
        assert_int_equal(apus_step_marks(apus_step_or(apus_step_is(s, 'a'), apus_step_is(s, 'b'))),
                         expected(bytes, 'a', 'b'));
        apus_step_store((char *)copy, s);
        assert_memory_equal(copy, bytes, APUS_STEP);
        copy[n % APUS_STEP] ^= 1;
        other = apus_step_load((const char *)copy);
        assert_int_equal(apus_step_marks(apus_step_same(s, other)), 0xffff ^ 1U << n % APUS_STEP);
    }
}

static void the_first_mark_is_found(void **state)
{
    (void)state;
    assert_int_equal(apus_step_first(0), APUS_STEP);
    for (unsigned i = 0; i < APUS_STEP; i++)
        assert_int_equal(apus_step_first(0xffffU << i & 0xffff), i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tests_see_each_byte),
        cmocka_unit_test(the_first_mark_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
