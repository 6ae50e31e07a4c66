/* How many connections each address has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "../support/failing.h"
#include "http/addresses.h"

static apus__address of(const char *peer)
{
    return apus__address_of(apus_str_of(peer));
}

static void addresses_are_those_that_somebody_has(void **state)
{
    (void)state;
    assert_int_equal(of("unix"), 0);
    assert_int_equal(of("pipe"), 0);
    assert_true(of("192.0.2.1:1") == of("192.0.2.1:2"));
    assert_true(of("192.0.2.1:1") == of("[::ffff:192.0.2.1]:2"));
    assert_true(of("192.0.2.1:1") != of("192.0.2.2:1"));
    assert_true(of("[2001:db8:0:1::1]:1") == of("[2001:db8:0:1:ffff::]:1"));
    assert_true(of("[2001:db8:0:1::1]:1") != of("[2001:db8:0:2::1]:1"));
    assert_true(of("[::1]:1") != 0);
    assert_true(of("0.0.0.0:1") != 0);
}

/* Against a plain array: added and dropped in an order that fills and empties the table. */
static void counts_are_those_of_an_array(void **state)
{
    enum { ADDRESSES = 300, STEPS = 20000 };
    static uint32_t wanted[ADDRESSES + 1];
    struct failing f = { .fail_at = 0 };
    apus__addresses a = { .alloc = failing_alloc(&f), .seed = 7 };
    uint64_t random = 1;
    (void)state;
    for (int i = 0; i < STEPS; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t at = 1 + (uint32_t)(random >> 33) % ADDRESSES;
        bool adds = (random >> 20 & 3) > (i < STEPS / 2 ? 0u : 2u);
        if (adds) {
            assert_true(apus__addresses_add(&a, at));
            wanted[at]++;
        } else if (wanted[at]) {
            apus__addresses_drop(&a, at);
            wanted[at]--;
        }
        assert_int_equal(apus__addresses_count(&a, at), wanted[at]);
    }
    for (uint32_t at = 1; at <= ADDRESSES; at++) {
        assert_int_equal(apus__addresses_count(&a, at), wanted[at]);
        while (wanted[at]) {
            apus__addresses_drop(&a, at);
            wanted[at]--;
        }
    }
    assert_int_equal(a.n, 0);
    assert_true(a.room <= 1024);
    apus__addresses_finish(&a);
    assert_int_equal(f.held, 0);
}

static void without_memory_nothing_is_counted(void **state)
{
    struct failing f = { .fail_at = 1 };
    apus__addresses a = { .alloc = failing_alloc(&f) };
    (void)state;
    assert_false(apus__addresses_add(&a, 5));
    assert_int_equal(apus__addresses_count(&a, 5), 0);
    assert_true(apus__addresses_add(&a, 5));
    assert_int_equal(apus__addresses_count(&a, 5), 1);
    apus__addresses_finish(&a);
    assert_int_equal(f.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_those_that_somebody_has),
        cmocka_unit_test(counts_are_those_of_an_array),
        cmocka_unit_test(without_memory_nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
