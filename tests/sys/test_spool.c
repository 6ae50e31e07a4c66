/* Bytes in a file that are seen as memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "apus/spool.h"

static void what_is_there_stays(void **state)
{
    apus_spool s;
    (void)state;
    assert_int_equal(apus_spool_open(&s, 10), APUS_OK);
    memcpy(s.ptr, "0123456789", 10);
    for (size_t size = 100; size < 10000000; size *= 10) {
        assert_int_equal(apus_spool_grow(&s, size), APUS_OK);
        assert_int_equal(s.size, size);
        assert_memory_equal(s.ptr, "0123456789", 10);
        s.ptr[size - 1] = 'x';
    }
    assert_int_equal(s.ptr[99], 'x');
    apus_spool_close(&s);
}

/* More than any disk has: a result, and what is there is still there. */
static void no_room_is_told(void **state)
{
    apus_spool s;
    (void)state;
    assert_int_equal(apus_spool_open(&s, 10), APUS_OK);
    memcpy(s.ptr, "0123456789", 10);
    assert_int_equal(apus_spool_grow(&s, SIZE_MAX / 4), APUS_IO);
    assert_int_equal(s.size, 10);
    assert_memory_equal(s.ptr, "0123456789", 10);
    apus_spool_close(&s);
}

static void without_a_folder_there_is_none(void **state)
{
    apus_spool s;
    (void)state;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_int_equal(apus_spool_open(&s, 10), APUS_IO);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_stays),
        cmocka_unit_test(no_room_is_told),
        cmocka_unit_test(without_a_folder_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
