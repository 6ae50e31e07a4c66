#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/date.h"

static void date_lines(void **state)
{
    static const struct {
        int64_t seconds;
        const char *line;
    } rows[] = {
        { 0, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n" },
        { 784111777, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" }, /* RFC 9110's own example */
        { 951782400, "Date: Tue, 29 Feb 2000 00:00:00 GMT\r\n" },
        { 1709251199, "Date: Thu, 29 Feb 2024 23:59:59 GMT\r\n" },
        { 4107542400, "Date: Mon, 01 Mar 2100 00:00:00 GMT\r\n" }, /* no leap day in 2100 */
        { 253402300799, "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[APUS__DATE_LINE_LEN + 1] = "";
        apus__date_line(line, rows[i].seconds);
        assert_string_equal(line, rows[i].line);
    }
}

/* Every day of four centuries, against the C library. */
static void date_lines_agree_with_strftime(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 146097; day++) {
        char line[APUS__DATE_LINE_LEN + 1] = "", expected[64];
        time_t t = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        apus__date_line(line, t);
        gmtime_r(&t, &tm);
        strftime(expected, sizeof(expected), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
        if (strcmp(line, expected) != 0)
            fail_msg("day %ld: %s instead of %s", (long)day, line, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(date_lines),
        cmocka_unit_test(date_lines_agree_with_strftime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
