#include "http/date.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct date {
    int64_t year;
    int month, day; /* both from 1 */
};

/* Days since 1970 to a date of the Gregorian calendar.  The year is taken to begin
 * on 1 March, so that the leap day is its last, and 400 years, after which all
 * repeats, are one era. */
static struct date date_of_days(int64_t days)
{
    enum { ERA = 146097, TO_1970 = 719468 };
    days += TO_1970;
    int64_t era = (days >= 0 ? days : days - (ERA - 1)) / ERA;
    int64_t of_era = days - era * ERA;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int march = (int)((5 * of_year + 2) / 153); /* months since March */
    int month = march < 10 ? march + 3 : march - 9;
    return (struct date){ .year = year + era * 400 + (month <= 2),
                          .month = month,
                          .day = (int)(of_year - (153 * march + 2) / 5 + 1) };
}

void apus__date_line(char out[APUS__DATE_LINE_LEN], int64_t seconds)
{
    static const char week[] = "ThuFriSatSunMonTueWed"; /* 1 January 1970 was a Thursday */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    assert(seconds >= 0);
    int64_t days = seconds / 86400;
    int of_day = (int)(seconds % 86400);
    struct date d = date_of_days(days);
    char line[64];
    int len = snprintf(line, sizeof(line), "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
                       week + days % 7 * 3, d.day, months + (d.month - 1) * 3,
                       (int)(d.year % 10000), of_day / 3600, of_day / 60 % 60, of_day % 60);
    assert(len == APUS__DATE_LINE_LEN);
    (void)len;
    memcpy(out, line, APUS__DATE_LINE_LEN);
}
