/* The header Forwarded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apus/forwarded.h>

static void expect(apus_str got, const char *wanted)
{
    if (!apus_str_eq(got, apus_str_of(wanted)))
        fail_msg("\"%.*s\", not \"%s\"", APUS_FMT(got), wanted);
}

static void elements_come_one_by_one(void **state)
{
    (void)state;
    apus_str rest = APUS_STR(" For=192.0.2.60 ;proto=https; by=203.0.113.43;HOST=shop.example ,\t"
                             "for=\"[2001:db8::1]:4711\", for=_hidden;x=y");
    apus_forwarded f;
    assert_int_equal(apus_forwarded_next(&rest, &f), APUS_OK);
    expect(f.client, "192.0.2.60");
    expect(f.proto, "https");
    expect(f.host, "shop.example");
    assert_int_equal(apus_forwarded_next(&rest, &f), APUS_OK);
    expect(f.client, "[2001:db8::1]:4711");
    expect(f.proto, "");
    assert_int_equal(apus_forwarded_next(&rest, &f), APUS_OK);
    expect(f.client, "_hidden");
    assert_int_equal(apus_forwarded_next(&rest, &f), APUS_DONE);
}

static void what_is_no_list_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "for",       "for=",        "=a",     "for=a b",
                                         "for=\"a",   "for=\"a\\\"", ";for=a", "for=a;;",
                                         "for=[::1]", "for = a",     ",for=a" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        apus_str rest = apus_str_of(texts[i]);
        apus_forwarded f;
        apus_rc rc;
        while ((rc = apus_forwarded_next(&rest, &f)) == APUS_OK)
            ;
        if (rc != APUS_SYNTAX)
            fail_msg("\"%s\" was taken", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_come_one_by_one),
        cmocka_unit_test(what_is_no_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
