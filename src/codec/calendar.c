/* Days are counted in eras of 400 years that begin on 1 March, so that the leap day
 * is the last of its year. */
#include "codec/calendar.h"

#include "apus/text.h"

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

int apus__days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int64_t apus__days_of(apus_date d)
{
    int64_t year = d.year - (d.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

apus_date apus__date_of_days(int64_t days)
{
    days += DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t of_era = days - era * DAYS_PER_ERA;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    return (apus_date){ .year = (int16_t)(year + era * 400 + (month <= 2)),
                        .month = (uint8_t)month,
                        .day = (uint8_t)day };
}

bool apus__digits_take(apus_str *s, int n, int *out)
{
    int value = 0;
    if (s->len < (size_t)n)
        return false;
    for (int i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9')
            return false;
        value = value * 10 + (s->ptr[i] - '0');
    }
    apus_str_cut(s, (size_t)n);
    *out = value;
    return true;
}

const char *apus__date_take(apus_str *s, apus_date *out)
{
    int year, month, day;
    if (s->len < 10)
        return "input is too short";
    if (!apus__digits_take(s, 4, &year))
        return "invalid character in year";
    if (*apus_str_cut(s, 1).ptr != '-')
        return "invalid date separator, expected `-`";
    if (!apus__digits_take(s, 2, &month))
        return "invalid character in month";
    if (*apus_str_cut(s, 1).ptr != '-')
        return "invalid date separator, expected `-`";
    if (!apus__digits_take(s, 2, &day))
        return "invalid character in day";
    if (month < 1 || month > 12)
        return "month value is outside expected range of 1-12";
    if (year == 0)
        return "year 0 is out of range";
    if (day < 1 || day > apus__days_in_month(year, month))
        return "day value is outside expected range";
    *out = (apus_date){ .year = (int16_t)year, .month = (uint8_t)month, .day = (uint8_t)day };
    return NULL;
}

bool apus_date_parse(apus_str text, apus_date *out, const char **why)
{
    const char *unused;
    const char **reason = why ? why : &unused;
    apus_date date;
    *reason = apus__date_take(&text, &date);
    if (!*reason && text.len)
        *reason = "unexpected extra characters at the end of the input";
    if (*reason)
        return false;
    *out = date;
    return true;
}

bool apus_date_is_valid(apus_date d)
{
    return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= apus__days_in_month(d.year, d.month);
}

size_t apus_date_print(apus_date d, char *to)
{
    char *p = apus__two_digits(to, d.year / 100);
    p = apus__two_digits(p, d.year % 100);
    *p++ = '-';
    p = apus__two_digits(p, d.month);
    *p++ = '-';
    p = apus__two_digits(p, d.day);
    return (size_t)(p - to);
}
