#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "apus/buf.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "../support/failing.h"

static void utf8_by_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool valid;
    } rows[] = {
        { "", true },
        { "plain ascii, longer than a word", true },
        { "\xc2\x80", true },
        { "\xdf\xbf", true },
        { "\xe0\xa0\x80", true },
        { "\xef\xbf\xbf", true },
        { "\xf0\x90\x80\x80", true },
        { "\xf4\x8f\xbf\xbf", true },
        { "12345678\xc3\xa9", true },
        { "\x80", false },     /* a continuation alone */
        { "\xc0\xaf", false }, /* overlong */
        { "\xc1\xbf", false },
        { "\xe0\x9f\xbf", false },
        { "\xf0\x8f\xbf\xbf", false },
        { "\xed\xa0\x80", false }, /* a surrogate */
        { "\xed\xbf\xbf", false },
        { "\xf4\x90\x80\x80", false }, /* past U+10FFFF */
        { "\xf5\x80\x80\x80", false },
        { "\xe2\x82", false }, /* cut off */
        { "\xe2\x28\xa1", false },
        { "12345678\xff", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(apus_str_is_utf8(apus_str_of(rows[i].bytes)), rows[i].valid);
    assert_int_equal(apus_str_codepoints(APUS_STR("a\xc3\xa9\xf0\x9f\x98\x80")), 3);
}

static void comparing(void **state)
{
    (void)state;
    assert_true(apus_str_eq(APUS_STR("a"), APUS_STR("a")));
    assert_false(apus_str_eq(APUS_STR("a"), APUS_STR("A")));
    assert_true(apus_str_eq((apus_str){ 0 }, APUS_STR("")));
    assert_true(apus_str_eq_nocase(APUS_STR("Content-Type"), APUS_STR("content-type")));
    assert_false(apus_str_eq_nocase(APUS_STR("["), APUS_STR("{"))); /* they differ by 0x20 too */
    assert_true(apus_str_cmp(APUS_STR("a"), APUS_STR("ab")) < 0);
    assert_true(apus_str_cmp(APUS_STR("b"), APUS_STR("ab")) > 0);
    assert_int_equal(apus_str_cmp(APUS_STR("x"), APUS_STR("x")), 0);
    assert_true(apus_str_starts(APUS_STR("abc"), APUS_STR("ab")));
    assert_false(apus_str_starts(APUS_STR("a"), APUS_STR("ab")));
    assert_true(apus_str_ends(APUS_STR("abc"), APUS_STR("bc")));
    assert_false(apus_str_ends(APUS_STR("c"), APUS_STR("bc")));
}

static void cutting(void **state)
{
    (void)state;
    apus_str s = APUS_STR("key=value");
    assert_int_equal(apus_str_find(s, '='), 3);
    assert_true(apus_str_find(s, '!') == SIZE_MAX);
    assert_true(apus_str_eq(apus_str_slice(s, 4, 99), APUS_STR("value")));
    assert_int_equal(apus_str_slice(s, 99, 1).len, 0);
    assert_true(apus_str_eq(apus_str_cut(&s, 4), APUS_STR("key=")));
    assert_true(apus_str_eq(s, APUS_STR("value")));
    assert_true(apus_str_eq(apus_str_trim(APUS_STR(" \t a b\r\n")), APUS_STR("a b")));
    assert_int_equal(apus_str_trim(APUS_STR("  ")).len, 0);
}

static void hashes_depend_on_every_byte_and_the_seed(void **state)
{
    (void)state;
    char text[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t len = 1; len < 36; len++) {
        uint64_t whole = apus_hash(text, len, 1);
        assert_true(whole != apus_hash(text, len, 2));
        assert_true(whole != apus_hash(text, len - 1, 1));
        for (size_t i = 0; i < len; i++) {
            text[i] ^= 1;
            assert_true(whole != apus_hash(text, len, 1));
            text[i] ^= 1;
        }
    }
}

static void a_buffer_remembers_its_failure(void **state)
{
    (void)state;
    struct failing f = { .fail_at = 2 };
    apus_alloc alloc = failing_alloc(&f);
    apus_buf b = apus_buf_with(&alloc);
    for (int i = 0; i < 200; i++)
        apus_buf_addf(&b, "%d,", i); /* past the first allocation's size */
    apus_str out = APUS_STR("untouched");
    assert_int_equal(apus_buf_take(&b, &out), APUS_NOMEM);
    assert_string_equal(out.ptr, "untouched");
    apus_buf_clear(&b);
    apus_buf_lit(&b, "fine again");
    assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
    assert_string_equal(out.ptr, "fine again");
    apus_buf_finish(&b);
    assert_int_equal(f.held, 0);
}

static void a_buffer_keeps_its_limit(void **state)
{
    (void)state;
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    apus_str out;
    b.limit = 5;
    apus_buf_lit(&b, "12345");
    assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
    apus_buf_addc(&b, '6');
    assert_int_equal(apus_buf_take(&b, &out), APUS_LIMIT);
    apus_buf_finish(&b);
}

static void codes_have_texts_and_statuses(void **state)
{
    (void)state;
    apus_err err = { 0 };
    assert_int_equal(apus_err_set(&err, APUS_LIMIT, "body over %d bytes", 5), APUS_LIMIT);
    assert_string_equal(err.msg, "body over 5 bytes");
    assert_int_equal(apus_err_set(NULL, APUS_IO, "nobody listens"), APUS_IO);
    assert_int_equal(apus_rc_status(APUS_NOT_FOUND), 404);
    assert_string_equal(apus_rc_text(APUS_NOMEM), "out of memory");
    assert_int_equal(apus_rc_status((apus_rc)999), 500);
    assert_string_equal(apus_version(), APUS_VERSION);
    assert_int_equal(APUS_VERSION_NUMBER, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_by_the_rfc),
        cmocka_unit_test(comparing),
        cmocka_unit_test(cutting),
        cmocka_unit_test(hashes_depend_on_every_byte_and_the_seed),
        cmocka_unit_test(a_buffer_remembers_its_failure),
        cmocka_unit_test(a_buffer_keeps_its_limit),
        cmocka_unit_test(codes_have_texts_and_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
