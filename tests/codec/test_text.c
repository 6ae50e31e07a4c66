/* Numbers, moments, identifiers, encodings: text to value and back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "apus/multipart.h"
#include "apus/text.h"
#include "apus/url.h"

static void doubles(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        { 0, "0.0" },
        { -0.0, "-0.0" },
        { 1, "1.0" },
        { 0.1, "0.1" },
        { 1e15, "1000000000000000.0" },
        { 1e16, "1e16" },
        { 1.5e-7, "1.5e-7" },
        { 0.0001, "0.0001" },
        { 0.00001, "1e-5" },
        { 123456.789, "123456.789" },
        { 5e-324, "5e-324" },
        { 1.7976931348623157e308, "1.7976931348623157e308" },
        { 2.0 / 3, "0.6666666666666666" },
        { 9007199254740993.0, "9007199254740992.0" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[APUS_TEXT_DOUBLE_MAX + 1];
        double back;
        size_t len = apus_double_print(rows[i].value, text);
        text[len] = '\0';
        assert_string_equal(text, rows[i].text);
        assert_true(apus_double_parse((apus_str){ text, len }, &back));
        assert_memory_equal(&back, &rows[i].value, sizeof(back));
    }
    static const char *const refused[] = {
        "", "-", "01", "1.", ".5", "1e", "+1", "0x1", "inf", "1 "
    };
    double unused;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(apus_double_parse(apus_str_of(refused[i]), &unused));
    assert_true(apus_double_parse(APUS_STR("123456789012345678901234567890e-10"), &unused));
    assert_true(unused == 12345678901234567890.123456789);
}

static void integers(void **state)
{
    (void)state;
    char text[APUS_TEXT_INT_MAX + 1];
    text[apus_int_print(INT64_MIN, text)] = '\0';
    assert_string_equal(text, "-9223372036854775808");
    text[apus_uint_print(UINT64_MAX, text)] = '\0';
    assert_string_equal(text, "18446744073709551615");
    text[apus_int_print(0, text)] = '\0';
    assert_string_equal(text, "0");
}

static void moments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
        const char *printed; /* NULL: refused */
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z" },
        { "2024-02-29T12:30:00+02:00", 1709202600, "2024-02-29T12:30:00+02:00" },
        { "2024-02-29 12:30", 1709209800, "2024-02-29T12:30:00" },
        { "2024-02-29", 1709164800, "2024-02-29T00:00:00" },
        { "1700000000", 1700000000, "2023-11-14T22:13:20Z" },
        { "1700000000000", 1700000000, "2023-11-14T22:13:20Z" },
        { "0001-01-01T00:00:00Z", -62135596800, "0001-01-01T00:00:00Z" },
        { "9999-12-31T23:59:59Z", 253402300799, "9999-12-31T23:59:59Z" },
        { "2023-02-29T00:00:00Z", 0, NULL },
        { "2024-13-01T00:00:00Z", 0, NULL },
        { "2024-01-01T24:00:00Z", 0, NULL },
        { "2024-01-01T00:00:00+24:00", 0, NULL },
        { "2024-01-01T00:00:00.Z", 0, NULL },
        { "2024-01-01T00:00:00Zx", 0, NULL },
        { "2024-01-01x00:00", 0, NULL },
        { "", 0, NULL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_time t;
        const char *why = NULL;
        char text[APUS_TEXT_TIME_MAX + 1];
        bool fine = apus_time_parse(apus_str_of(rows[i].text), &t, &why);
        assert_int_equal(fine, rows[i].printed != NULL);
        assert_int_equal(why == NULL, fine);
        if (!fine)
            continue;
        assert_int_equal(t.seconds, rows[i].seconds);
        text[apus_time_print(t, text)] = '\0';
        assert_string_equal(text, rows[i].printed);
    }
}

static void durations_and_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } spans[] = {
        { "PT1H30M", "PT1H30M" }, { "90", "PT1M30S" },  { "1 day, 02:03:04.5", "P1DT2H3M4.5S" },
        { "-P1D", "-P1D" },       { "PT0S", "PT0S" },   { "P1X", NULL },
        { "PTT1S", NULL },        { "25:00:00", NULL }, { "", NULL }
    };
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        apus_duration d;
        char text[APUS_TEXT_DURATION_MAX + 1];
        assert_int_equal(apus_duration_parse(apus_str_of(spans[i].text), &d, NULL),
                         spans[i].printed != NULL);
        if (!spans[i].printed)
            continue;
        text[apus_duration_print(d, text)] = '\0';
        assert_string_equal(text, spans[i].printed);
    }
    static const struct {
        const char *text, *printed;
    } decimals[] = { { "10.50", "10.50" },
                     { "-0.001", "-0.001" },
                     { "1e3", "1000" },
                     { "1.5e-2", "0.015" },
                     { "99999999999999999999999999999999999999",
                       "99999999999999999999999999999999999999" },
                     { "1.", "1" },
                     { "", NULL },
                     { "1,5", NULL },
                     { "--1", NULL },
                     { "100000000000000000000000000000000000000", NULL } };
    for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++) {
        apus_decimal d;
        char text[APUS_TEXT_DECIMAL_MAX + 1];
        assert_int_equal(apus_decimal_parse(apus_str_of(decimals[i].text), &d, NULL),
                         decimals[i].printed != NULL);
        if (!decimals[i].printed)
            continue;
        text[apus_decimal_print(d, text)] = '\0';
        assert_string_equal(text, decimals[i].printed);
    }
    apus_decimal a = { 0 }, b = { 0 };
    assert_true(apus_decimal_parse(APUS_STR("1.0"), &a, NULL) &&
                apus_decimal_parse(APUS_STR("1.00"), &b, NULL));
    assert_int_equal(apus_decimal_cmp(a, b), 0);
    assert_true(apus_decimal_parse(APUS_STR("-1.01"), &b, NULL));
    assert_true(apus_decimal_cmp(a, b) > 0 && apus_decimal_cmp(b, a) < 0);
}

static void encodings(void **state)
{
    (void)state;
    apus_arena a;
    apus_str out, rest = APUS_STR("a=1&&b=%20c&d"), name, value;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(apus_url_decode(&a, APUS_STR("a%2Fb+%zz%4"), &out), APUS_OK);
    assert_string_equal(out.ptr, "a/b+%zz%4");
    assert_int_equal(apus_form_decode(&a, APUS_STR("a+b%2B"), &out), APUS_OK);
    assert_string_equal(out.ptr, "a b+");
    assert_true(apus_query_next(&rest, &name, &value) && apus_str_eq(value, APUS_STR("1")));
    assert_true(apus_query_next(&rest, &name, &value) && apus_str_eq(value, APUS_STR("%20c")));
    assert_true(apus_query_next(&rest, &name, &value) && apus_str_eq(name, APUS_STR("d")));
    assert_false(apus_query_next(&rest, &name, &value));
    rest = APUS_STR(" a=1; b=\"2\" ;c; d=");
    assert_true(apus_cookie_next(&rest, &name, &value) && apus_str_eq(value, APUS_STR("1")));
    assert_true(apus_cookie_next(&rest, &name, &value) && apus_str_eq(value, APUS_STR("\"2\"")));
    assert_true(apus_cookie_next(&rest, &name, &value) && apus_str_eq(name, APUS_STR("d")));
    static const char *const cookies[][2] = {
        { "a-b=c/", "a-b=c/" },
        { "a b", "\"a b\"" },
        { "\"", "\"\\\"\"" },
        { "a;b,\\", "\"a\\073b\\054\\\\\"" },
        { "\303\244\n", "\"\\303\\244\\012\"" },
    };
    for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
        apus_buf b = apus_buf_in(&a);
        apus_cookie_write(&b, apus_str_of(cookies[i][0]));
        assert_int_equal(apus_buf_take(&b, &value), APUS_OK);
        assert_string_equal(value.ptr, cookies[i][1]);
        assert_int_equal(apus_cookie_read(&a, value, &out), APUS_OK);
        assert_true(apus_str_eq(out, apus_str_of(cookies[i][0])));
    }
    assert_int_equal(apus_cookie_read(&a, APUS_STR("\"\\x\\400\\08\\\""), &out), APUS_OK);
    assert_true(apus_str_eq(out, APUS_STR("x40008\\")));
    assert_int_equal(apus_cookie_read(&a, APUS_STR("\""), &out), APUS_OK);
    assert_true(apus_str_eq(out, APUS_STR("\"")));
    static const char *const texts[] = { "", "f", "fo", "foo", "foob" };
    static const char *const coded[] = { "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==" };
    for (size_t i = 0; i < 5; i++) {
        apus_buf b = apus_buf_in(&a), c = apus_buf_in(&a);
        apus_base64_write(&b, (apus_bytes){ (const uint8_t *)texts[i], strlen(texts[i]) });
        assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
        assert_string_equal(out.ptr, coded[i]);
        assert_true(apus_base64_read(&c, out));
        assert_int_equal(apus_buf_take(&c, &out), APUS_OK);
        assert_string_equal(out.ptr, texts[i]);
    }
    apus_buf c = apus_buf_in(&a);
    assert_false(apus_base64_read(&c, APUS_STR("Z")));
    assert_false(apus_base64_read(&c, APUS_STR("Zh==")));
    assert_false(apus_base64_read(&c, APUS_STR("Z*==")));
    apus_arena_finish(&a);
}

static void forms(void **state)
{
    (void)state;
    static const char body[] =
        "--x\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1\r\n2\r\n--x\r\n"
        "content-disposition: form-data; name=f; filename=\"t.txt\"\r\nContent-Type: text/plain\r\n"
        "\r\n\r\n--x--\r\n";
    apus_arena a;
    apus_multipart m;
    apus_part p;
    apus_str type = APUS_STR("multipart/form-data; boundary=x"), text = apus_str_of(body);
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(apus_multipart_begin(&m, type, text), APUS_OK);
    assert_int_equal(apus_multipart_next(&m, &a, &p), APUS_OK);
    assert_true(apus_str_eq(p.name, APUS_STR("a\"b")) && apus_str_eq(p.body, APUS_STR("1\r\n2")));
    assert_null(p.filename.ptr);
    assert_int_equal(apus_multipart_next(&m, &a, &p), APUS_OK);
    assert_true(apus_str_eq(p.filename, APUS_STR("t.txt")) && p.body.len == 0);
    assert_true(apus_str_eq(p.content_type, APUS_STR("text/plain")));
    assert_int_equal(apus_multipart_next(&m, &a, &p), APUS_DONE);
    for (size_t cut = 0; cut + 2 < text.len; cut++) { /* the CRLF behind the end may be missing */
        apus_str part = { text.ptr, cut };
        apus_rc rc = apus_multipart_begin(&m, type, part);
        while (rc == APUS_OK)
            rc = apus_multipart_next(&m, &a, &p);
        assert_int_equal(rc, APUS_SYNTAX);
    }
    assert_int_equal(apus_multipart_begin(&m, APUS_STR("multipart/form-data"), text), APUS_SYNTAX);
    assert_int_equal(apus_multipart_begin(&m, APUS_STR("text/plain; boundary=x"), text),
                     APUS_SYNTAX);
    apus_arena_finish(&a);
}

static void clock_times(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed, *why;
    } rows[] = {
        { "09:30", "09:30:00", NULL },
        { "09:30:00.5+02:00", "09:30:00.500000+02:00", NULL },
        { "23:59:59.000000001Z", "23:59:59.000000001Z", NULL },
        { " 10:00:00-0130 ", "10:00:00-01:30", NULL },
        { "3661.5", "01:01:01.500000", NULL },
        { "0", "00:00:00", NULL },
        { "86400", NULL, "numeric times may not exceed 86,399 seconds" },
        { "-1", NULL, "time in seconds should be positive" },
        { "9:30", NULL, "input is too short" },
        { "99:30", NULL, "hour value is outside expected range of 0-23" },
        { "09-30", NULL, "invalid time separator, expected `:`" },
        { "09:3x", NULL, "invalid character in minute" },
        { "09:30:00x", NULL, "invalid timezone sign" },
        { "09:30:00Zx", NULL, "unexpected extra characters at the end of the input" },
        { "", NULL, "input is too short" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_clock_time t;
        const char *why;
        char text[APUS_TEXT_CLOCK_TIME_MAX + 1];
        bool fine = apus_clock_time_parse(apus_str_of(rows[i].text), &t, &why);
        assert_int_equal(fine, rows[i].why == NULL);
        if (!fine) {
            assert_string_equal(why, rows[i].why);
            continue;
        }
        text[apus_clock_time_print(t, text)] = '\0';
        assert_string_equal(text, rows[i].printed);
    }
}

static void networks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *network, *interface; /* as printed; NULL: refused */
    } rows[] = {
        { "10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8" },
        { "10.1.0.0/8", NULL, "10.1.0.0/8" },
        { "10.1.2.3", "10.1.2.3/32", "10.1.2.3/32" },
        { "fe80::/10", "fe80::/10", "fe80::/10" },
        { "::1", "::1/128", "::1/128" },
        { "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0" },
        { "10.0.0.0/33", NULL, NULL },
        { "::/129", NULL, NULL },
        { "10.0.0.0/", NULL, NULL },
        { "10.0.0.0/8x", NULL, NULL },
        { "10.0.0.0/0008", NULL, NULL },
        { "/8", NULL, NULL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_ip_network n;
        apus_ip_interface f;
        char text[APUS_TEXT_IP_NETWORK_MAX + 1];
        bool is_network = apus_ip_network_parse(apus_str_of(rows[i].text), &n);
        bool is_interface = apus_ip_interface_parse(apus_str_of(rows[i].text), &f);
        assert_int_equal(is_network, rows[i].network != NULL);
        assert_int_equal(is_interface, rows[i].interface != NULL);
        if (is_network) {
            text[apus_ip_network_print(n, text)] = '\0';
            assert_string_equal(text, rows[i].network);
        }
        if (is_interface) {
            text[apus_ip_interface_print(f, text)] = '\0';
            assert_string_equal(text, rows[i].interface);
        }
    }
}

static void parts_of_urls_and_mailboxes(void **state)
{
    (void)state;
    static const struct {
        const char *url, *scheme, *host;
    } rows[] = {
        { "https://example.org/a?b#c", "https", "example.org" },
        { "postgres://me:x@db:5432/x", "postgres", "db" },
        { "redis://[::1]:6379", "redis", "[::1]" },
        { "http://a@b@c", "http", "c" },
        { "mailto:ada@example.org", "mailto", "" },
        { "file:///etc", "file", "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_str url = apus_str_of(rows[i].url);
        assert_true(apus_str_eq(apus_url_scheme(url), apus_str_of(rows[i].scheme)));
        assert_true(apus_str_eq(apus_url_host(url), apus_str_of(rows[i].host)));
    }
    apus_name_email m;
    const char *why;
    assert_true(apus_name_email_parse(APUS_STR(" \"Ada L.\" <a@b.org> "), &m, &why));
    assert_true(apus_str_eq(m.name, APUS_STR("Ada L.")));
    assert_true(apus_str_eq(m.email, APUS_STR("a@b.org")));
    assert_true(apus_name_email_parse(APUS_STR("ada@b.org"), &m, &why));
    assert_true(apus_str_eq(m.name, APUS_STR("ada")));
    assert_false(apus_name_email_parse(APUS_STR("Ada <>"), &m, &why));
    assert_false(apus_name_email_parse(APUS_STR("<"), &m, &why));
}

static void byte_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        apus_rc rc;
        int64_t bytes;
    } rows[] = {
        { "512", APUS_OK, 512 },
        { "1.5 GiB", APUS_OK, 1610612736 },
        { " 10MB ", APUS_OK, 10000000 },
        { "16bit", APUS_OK, 2 },
        { "8EB", APUS_OK, INT64_C(8000000000000000000) },
        { "10EB", APUS_LIMIT, 0 },
        { "10 parsecs", APUS_NOT_FOUND, 0 },
        { "MB", APUS_SYNTAX, 0 },
        { "-1", APUS_SYNTAX, 0 },
        { "", APUS_SYNTAX, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t bytes = 0;
        apus_str unit;
        assert_int_equal(apus_byte_size_parse(apus_str_of(rows[i].text), &bytes, &unit),
                         rows[i].rc);
        assert_int_equal(bytes, rows[i].bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles),
        cmocka_unit_test(integers),
        cmocka_unit_test(moments),
        cmocka_unit_test(durations_and_decimals),
        cmocka_unit_test(encodings),
        cmocka_unit_test(forms),
        cmocka_unit_test(clock_times),
        cmocka_unit_test(networks),
        cmocka_unit_test(parts_of_urls_and_mailboxes),
        cmocka_unit_test(byte_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
