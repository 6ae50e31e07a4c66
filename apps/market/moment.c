#include "market/moment.h"

#include <stdio.h>

#include "market/bar.h"

/* Exactly n digits off the front of *s. */
static bool take_digits(apus_str *s, size_t n, int *out)
{
    if (s->len < n)
        return false;
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s->ptr[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    apus_str_cut(s, n);
    *out = value;
    return true;
}

static bool take_char(apus_str *s, char c)
{
    if (s->len == 0 || *s->ptr != c)
        return false;
    apus_str_cut(s, 1);
    return true;
}

/* Days since 1970-01-01 of a day of the Gregorian calendar: years are counted from March,
 * so that the leap day is a year's last and months follow a fixed pattern of 153 days in 5. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(apus_str *s, int64_t *ms)
{
    int year, month, day;
    if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &month) ||
        !take_char(s, '-') || !take_digits(s, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return false;
    *ms = days_of(year, month, day) * MARKET_DAY;
    return true;
}

/* ".", then one to nine digits; what is finer than a millisecond is cut. */
static bool take_fraction(apus_str *s, int64_t *ms)
{
    int64_t unit = 100;
    size_t n = 0;
    for (int digit; n < 9 && take_digits(s, 1, &digit); n++, unit /= 10)
        *ms += digit * unit;
    return n > 0;
}

static bool take_clock(apus_str *s, int64_t *ms)
{
    int hour, minute, second = 0;
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute))
        return false;
    if (take_char(s, ':')) {
        if (!take_digits(s, 2, &second))
            return false;
        if (take_char(s, '.') && !take_fraction(s, ms))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *ms += hour * MARKET_HOUR + minute * MARKET_MINUTE + second * MARKET_SECOND;
    return true;
}

static bool take_offset(apus_str *s, int64_t *ms)
{
    if (s->len == 0 || take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    int hour, minute;
    if (!sign || !take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *ms -= sign * (hour * MARKET_HOUR + minute * MARKET_MINUTE);
    return true;
}

static bool parse_unix(apus_str text, int64_t *ms)
{
    int64_t value = 0;
    if (text.len == 0 || text.len > 14)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
    }
    *ms = text.len > 11 ? value : value * MARKET_SECOND;
    return true;
}

bool market_moment_parse(apus_str text, int64_t *ms)
{
    int64_t at = 0;
    if (text.len < 5 || text.ptr[4] != '-')
        return parse_unix(text, ms);
    if (!take_date(&text, &at))
        return false;
    if (text.len > 0) {
        if (!take_char(&text, 'T') && !take_char(&text, ' ') && !take_char(&text, 't'))
            return false;
        if (!take_clock(&text, &at) || !take_offset(&text, &at) || text.len > 0)
            return false;
    }
    *ms = at;
    return true;
}

const char *market_moment_print(int64_t ms, char to[MARKET_MOMENT_MAX])
{
    int64_t days = ms / MARKET_DAY, rest = ms % MARKET_DAY;
    if (rest < 0) {
        days--;
        rest += MARKET_DAY;
    }
    /* The inverse of days_of. */
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    int day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    int year = (int)(year_of_era + era * 400 + (month <= 2));
    int seconds = (int)(rest / MARKET_SECOND), millis = (int)(rest % MARKET_SECOND);
    char text[80];
    int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                     seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (millis)
        n += snprintf(text + n, sizeof text - (size_t)n, ".%03d", millis);
    snprintf(text + n, sizeof text - (size_t)n, "Z");
    memcpy(to, text, MARKET_MOMENT_MAX - 1);
    to[MARKET_MOMENT_MAX - 1] = 0;
    return to;
}
