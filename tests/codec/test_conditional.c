/* Dates, entity tags, preconditions and ranges (RFC 9110). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apus/conditional.h"
#include "apus/media.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void dates_are_read_in_three_forms(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } rows[] = {
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
        { "Sun Nov  6 08:49:37 1994", 784111777 },
        { "Wed Nov 16 08:49:37 1994", 784975777 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Thu, 29 Feb 2024 12:00:00 GMT", 1709208000 },
        { "Monday, 01-Jan-69 00:00:00 GMT", 3124224000 },
        { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228799 }, /* a leap second */
        { "Thu, 30 Feb 2024 12:00:00 GMT", -1 },
        { "Thu, 00 Jan 2024 12:00:00 GMT", -1 },
        { "Sun, 06 Nov 1994 24:49:37 GMT", -1 },
        { "Sun, 06 Nov 1994 08:60:37 GMT", -1 },
        { "Sun, 06 Nov 1994 08:49:61 GMT", -1 },
        { "Sun, 06 Nov 1994 08:49:37 CET", -1 },
        { "Sun, 06 Nov 1994 08:49:37 GMT ", -1 },
        { "Sun, 06 Xyz 1994 08:49:37 GMT", -1 },
        { "Sun, 6 Nov 1994 08:49:37 GMT", -1 },
        { "Sun, 06 Nov 0000 08:49:37 GMT", -1 },
        { "", -1 },
        { ",", -1 },
        { "Sun,", -1 },
        { "Sun ", -1 },
        { "1994-11-06T08:49:37Z", -1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t seconds = -1;
        bool ok = apus_http_date_parse(apus_str_of(rows[i].text), &seconds);
        assert_int_equal(ok, rows[i].seconds >= 0);
        if (ok)
            assert_int_equal(seconds, rows[i].seconds);
    }
}

static void dates_are_written_as_they_are_read(void **state)
{
    char text[APUS_HTTP_DATE_LEN + 1] = { 0 };
    (void)state;
    apus_http_date_print(784111777, text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    for (int64_t s = -62135596800; s < 253402300800; s += 86399 * 137) {
        int64_t back;
        apus_http_date_print(s, text);
        assert_true(apus_http_date_parse(apus_str_of(text), &back));
        assert_int_equal(back, s);
    }
}

static void tags_are_found_in_lists(void **state)
{
    static const struct {
        const char *list, *tag;
        bool weakly, strongly;
    } rows[] = {
        { "\"a\"", "\"a\"", true, true },       { "\"b\", \"a\"", "\"a\"", true, true },
        { "\"b\",\"a\"", "\"a\"", true, true }, { ", ,\"a\"", "\"a\"", true, true },
        { "W/\"a\"", "\"a\"", true, false },    { "\"a\"", "W/\"a\"", true, false },
        { "\"a,b\"", "\"a\"", false, false },   { "\"a,b\"", "\"a,b\"", true, true },
        { "*", "\"a\"", true, true },           { " * ", "\"a\"", true, true },
        { "", "\"a\"", false, false },          { "a", "\"a\"", false, false },
        { "\"a", "\"a\"", false, false },       { "W/", "\"a\"", false, false },
        { "\"A\"", "\"a\"", false, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_str list = apus_str_of(rows[i].list), tag = apus_str_of(rows[i].tag);
        assert_int_equal(apus_etag_is_in(list, tag), rows[i].weakly);
        assert_int_equal(apus_etag_is_in_strongly(list, tag), rows[i].strongly);
    }
}

#define THEN    "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define AT      784111777

static void conditions_are_weighed_in_order(void **state)
{
    static const struct {
        const char *if_match, *if_unmodified, *if_none, *if_modified;
        unsigned status;
    } rows[] = {
        { "", "", "", "", 200 },
        { "\"t\"", "", "", "", 200 },
        { "\"x\"", "", "", "", 412 },
        { "W/\"t\"", "", "", "", 412 },
        { "", THEN, "", "", 200 },
        { "", EARLIER, "", "", 412 },
        { "\"t\"", EARLIER, "", "", 200 }, /* If-Match goes first */
        { "", "", "\"t\"", "", 304 },
        { "", "", "W/\"t\"", "", 304 },
        { "", "", "\"x\"", "", 200 },
        { "", "", "*", "", 304 },
        { "", "", "", THEN, 304 },
        { "", "", "", EARLIER, 200 },
        { "", "", "", "yesterday", 200 },
        { "", "", "\"x\"", THEN, 200 }, /* If-None-Match goes first */
        { "\"x\"", "", "\"t\"", "", 412 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_conditions c = {
            .if_match = apus_str_of(rows[i].if_match),
            .if_unmodified_since = apus_str_of(rows[i].if_unmodified),
            .if_none_match = apus_str_of(rows[i].if_none),
            .if_modified_since = apus_str_of(rows[i].if_modified),
        };
        assert_int_equal(apus_conditions_status(&c, APUS_STR("\"t\""), AT), rows[i].status);
    }
}

static void ranges_are_those_that_there_are(void **state)
{
    static const struct {
        const char *range, *if_range;
        uint64_t size;
        apus_rc rc;
        size_t n;
        apus_range first, last;
    } rows[] = {
        { "bytes=0-0", "", 10, APUS_OK, 1, { 0, 0 }, { 0, 0 } },
        { "bytes=2-5", "", 10, APUS_OK, 1, { 2, 5 }, { 2, 5 } },
        { "Bytes=2-", "", 10, APUS_OK, 1, { 2, 9 }, { 2, 9 } },
        { "bytes=-3", "", 10, APUS_OK, 1, { 7, 9 }, { 7, 9 } },
        { "bytes=-30", "", 10, APUS_OK, 1, { 0, 9 }, { 0, 9 } },
        { "bytes=5-99999999999999999999999", "", 10, APUS_OK, 1, { 5, 9 }, { 5, 9 } },
        { "bytes=0-1, 8-9", "", 10, APUS_OK, 2, { 0, 1 }, { 8, 9 } },
        { "bytes= 0-1 ,, -1 ", "", 10, APUS_OK, 2, { 0, 1 }, { 9, 9 } },
        { "bytes=0-1,20-30", "", 10, APUS_OK, 1, { 0, 1 }, { 0, 1 } },
        { "bytes=10-", "", 10, APUS_INVALID, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=-0", "", 10, APUS_INVALID, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=0-", "", 0, APUS_INVALID, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=5-4", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=a-b", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=1", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=-", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=1-2x", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "lines=1-2", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=0-9,0-9", "", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } }, /* more than the whole */
        { "bytes=0-0", "\"t\"", 10, APUS_OK, 1, { 0, 0 }, { 0, 0 } },
        { "bytes=0-0", "W/\"t\"", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=0-0", "\"x\"", 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
        { "bytes=0-0", THEN, 10, APUS_OK, 1, { 0, 0 }, { 0, 0 } },
        { "bytes=0-0", EARLIER, 10, APUS_DONE, 0, { 0, 0 }, { 0, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_range r[APUS_RANGES_MAX];
        size_t n = 0;
        apus_conditions c = { .range = apus_str_of(rows[i].range),
                              .if_range = apus_str_of(rows[i].if_range) };
        apus_rc rc = apus_ranges_wanted(&c, APUS_STR("\"t\""), AT, rows[i].size, r, &n);
        assert_int_equal(rc, rows[i].rc);
        if (rc)
            continue;
        assert_int_equal(n, rows[i].n);
        assert_memory_equal(&r[0], &rows[i].first, sizeof(r[0]));
        assert_memory_equal(&r[n - 1], &rows[i].last, sizeof(r[0]));
    }
}

static void too_many_ranges_are_the_whole(void **state)
{
    char text[256] = "bytes=0-0";
    apus_range r[APUS_RANGES_MAX];
    size_t n;
    (void)state;
    for (int i = 1; i < APUS_RANGES_MAX; i++)
        strcat(text, ",0-0");
    apus_conditions c = { .range = apus_str_of(text) };
    assert_int_equal(apus_ranges_wanted(&c, APUS_STR(""), 0, 100, r, &n), APUS_OK);
    assert_int_equal(n, APUS_RANGES_MAX);
    strcat(text, ",0-0");
    c.range = apus_str_of(text);
    assert_int_equal(apus_ranges_wanted(&c, APUS_STR(""), 0, 100, r, &n), APUS_DONE);
}

static void names_have_media_types(void **state)
{
    static const char *const rows[][2] = {
        { "index.html", "text/html; charset=utf-8" },
        { "a/b.PNG", "image/png" },
        { "app.min.js", "text/javascript; charset=utf-8" },
        { "a.png/readme", "application/octet-stream" },
        { "x.", "application/octet-stream" },
        { "", "application/octet-stream" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(apus_media_of_name(apus_str_of(rows[i][0])).ptr, rows[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_in_three_forms),
        cmocka_unit_test(dates_are_written_as_they_are_read),
        cmocka_unit_test(tags_are_found_in_lists),
        cmocka_unit_test(conditions_are_weighed_in_order),
        cmocka_unit_test(ranges_are_those_that_there_are),
        cmocka_unit_test(too_many_ranges_are_the_whole),
        cmocka_unit_test(names_have_media_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
