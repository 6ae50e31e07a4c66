#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apus/secret.h"

static bool equal(const char *given, const char *secret)
{
    return apus_equal_secret(apus_str_of(given), apus_str_of(secret));
}

static void only_the_same_text_is_equal(void **state)
{
    (void)state;
    assert_true(equal("", ""));
    assert_true(equal("swordfish", "swordfish"));
    assert_false(equal("swordfish", "swordfisH"));
    assert_false(equal("Swordfish", "swordfish"));
    assert_false(equal("swordfis", "swordfish"));
    assert_false(equal("swordfishes", "swordfish"));
    assert_false(equal("", "swordfish"));
    assert_false(equal("swordfish", ""));
    assert_false(equal("ssssssssss", "s"));
    assert_false(apus_equal_secret((apus_str){ "a\0b", 3 }, (apus_str){ "a\0c", 3 }));
}

static void bits_that_cancel_out_still_differ(void **state)
{
    (void)state;
    assert_false(equal("ab", "ba"));
    assert_false(equal("\x01\x02\x03", "\x02\x01\x03"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_same_text_is_equal),
        cmocka_unit_test(bits_that_cancel_out_still_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
