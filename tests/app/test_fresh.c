#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "apus/fresh.h"
#include "apus/text.h"

static void now_is_now(void **state)
{
    (void)state;
    time_t before = time(NULL);
    apus_time now = apus_time_now();
    assert_in_range(now.seconds, before - 1, time(NULL) + 1); /* time(2) may lag by a tick */
    assert_in_range(now.nanos, 0, 999999999);
    assert_int_equal(now.nanos % 1000, 0);
    assert_int_equal(now.offset, 0);
}

static void expect_version(apus_uuid id, char version)
{
    char text[64] = "";
    apus_uuid again;
    assert_int_equal(apus_uuid_print(id, text), 36);
    assert_int_equal(text[14], version);
    assert_non_null(strchr("89ab", text[19]));
    assert_true(apus_uuid_parse(apus_str_of(text), &again, NULL));
    assert_memory_equal(again.bytes, id.bytes, sizeof(id.bytes));
}

static void ids_differ_and_say_their_version(void **state)
{
    (void)state;
    apus_uuid a = apus_uuid4(), b = apus_uuid4(), c = apus_uuid7();
    expect_version(a, '4');
    expect_version(b, '4');
    expect_version(c, '7');
    assert_memory_not_equal(a.bytes, b.bytes, sizeof(a.bytes));
}

static void later_ids_sort_behind(void **state)
{
    (void)state;
    apus_uuid before = apus_uuid7(), after;
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | before.bytes[i];
    assert_in_range(ms / 1000, time(NULL) - 2, time(NULL) + 1);
    do
        after = apus_uuid7();
    while (memcmp(before.bytes, after.bytes, 6) == 0);
    assert_true(memcmp(before.bytes, after.bytes, sizeof(after.bytes)) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_now),
        cmocka_unit_test(ids_differ_and_say_their_version),
        cmocka_unit_test(later_ids_sort_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
