/* Moments: RFC 3339 and what pydantic takes beside it: other separators, no seconds, no
 * offset, Unix seconds or milliseconds, a bare date. */
#include "apus/text.h"
#include "codec/calendar.h"

enum { DAY = 86400 };

#define MS_FROM INT64_C(20000000000)  /* a larger number of seconds is one of milliseconds */
#define LAST    INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define FIRST   INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */

static const char *take_fraction(apus_str *s, int32_t *nanos)
{
    int64_t value = 0;
    int digits = 0;
    while (s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        if (++digits > 9)
            return "second fraction value is more than 6 digits long";
        value = value * 10 + (*apus_str_cut(s, 1).ptr - '0');
    }
    if (digits == 0)
        return "second fraction digits missing after `.`";
    for (; digits < 9; digits++)
        value *= 10;
    *nanos = (int32_t)value;
    return NULL;
}

const char *apus__clock_take(apus_str *s, int *seconds, int32_t *nanos)
{
    int hour, minute, second = 0;
    if (s->len < 5)
        return "input is too short";
    if (!apus__digits_take(s, 2, &hour))
        return "invalid character in hour";
    if (*apus_str_cut(s, 1).ptr != ':')
        return "invalid time separator, expected `:`";
    if (!apus__digits_take(s, 2, &minute))
        return "invalid character in minute";
    if (s->len && s->ptr[0] == ':') {
        apus_str_cut(s, 1);
        if (!apus__digits_take(s, 2, &second))
            return "invalid character in second";
        if (s->len && (s->ptr[0] == '.' || s->ptr[0] == ',')) {
            apus_str_cut(s, 1);
            const char *why = take_fraction(s, nanos);
            if (why)
                return why;
        }
    }
    if (hour > 23)
        return "hour value is outside expected range of 0-23";
    if (minute > 59)
        return "minute value is outside expected range of 0-59";
    if (second > 59)
        return "second value is outside expected range of 0-59";
    *seconds = hour * 3600 + minute * 60 + second;
    return NULL;
}

const char *apus__offset_take(apus_str *s, int32_t *offset)
{
    *offset = APUS_TIME_NAIVE;
    if (s->len == 0)
        return NULL;
    char sign = *apus_str_cut(s, 1).ptr;
    if (sign == 'Z' || sign == 'z') {
        *offset = 0;
        return NULL;
    }
    int hours, minutes;
    if (sign != '+' && sign != '-')
        return "invalid timezone sign";
    if (!apus__digits_take(s, 2, &hours))
        return "invalid timezone hour";
    if (s->len && s->ptr[0] == ':')
        apus_str_cut(s, 1);
    if (!apus__digits_take(s, 2, &minutes))
        return "invalid timezone minute";
    if (minutes > 59)
        return "timezone minute value is outside expected range of 0-59";
    if (hours > 23)
        return "timezone offset must be less than 24 hours";
    *offset = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return NULL;
}

static const char *parse_text(apus_str s, apus_time *out)
{
    apus_date date;
    int of_day = 0;
    int32_t nanos = 0, offset = APUS_TIME_NAIVE;
    const char *why = apus__date_take(&s, &date);
    if (why)
        return why;
    if (s.len) { /* a date alone is its midnight */
        char separator = *apus_str_cut(&s, 1).ptr;
        if (!strchr("Tt_ ", separator) || !separator)
            return "invalid datetime separator, expected `T`, `t`, `_` or space";
        why = apus__clock_take(&s, &of_day, &nanos);
        if (!why)
            why = apus__offset_take(&s, &offset);
        if (why)
            return why;
        if (s.len)
            return "unexpected extra characters at the end of the input";
    }
    int64_t shift = offset == APUS_TIME_NAIVE ? 0 : (int64_t)offset * 60;
    *out = (apus_time){ .seconds = apus__days_of(date) * DAY + of_day - shift,
                        .nanos = nanos,
                        .offset = offset };
    return NULL;
}

static bool is_number(apus_str s)
{
    size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
    bool digits = false;
    for (; i < s.len; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            digits = true;
        else if (s.ptr[i] != '.')
            return false;
    }
    return digits;
}

static const char *parse_number(apus_str s, apus_time *out)
{
    double number;
    if (s.ptr[0] == '+')
        apus_str_cut(&s, 1);
    if (!apus_double_parse(s, &number))
        return "input is too short";
    if (number > (double)MS_FROM || number < -(double)MS_FROM)
        number /= 1000;
    if (number < (double)FIRST)
        return "dates before 0000 are not supported as unix timestamps";
    if (number > (double)LAST)
        return "dates after 9999 are not supported as unix timestamps";
    int64_t seconds = (int64_t)number;
    double fraction = number - (double)seconds;
    if (fraction < 0) {
        seconds--;
        fraction += 1;
    }
    int64_t micros = (int64_t)(fraction * 1e6 + 0.5);
    *out = (apus_time){ .seconds = seconds + micros / 1000000,
                        .nanos = (int32_t)(micros % 1000000 * 1000) };
    return NULL;
}

bool apus_time_parse(apus_str text, apus_time *out, const char **why)
{
    apus_str s = apus_str_trim(text);
    const char *reason = is_number(s) ? parse_number(s, out) : parse_text(s, out);
    if (why)
        *why = reason;
    return reason == NULL;
}

size_t apus_time_print(apus_time t, char *to)
{
    int64_t local = t.seconds + (t.offset == APUS_TIME_NAIVE ? 0 : (int64_t)t.offset * 60);
    int64_t days = local / DAY, of_day = local % DAY;
    if (of_day < 0) {
        of_day += DAY;
        days--;
    }
    char *p = to + apus_date_print(apus__date_of_days(days), to);
    *p++ = 'T';
    p = apus__clock_print(p, (int)of_day, t.nanos, t.offset);
    return (size_t)(p - to);
}

int64_t apus_time_ns(apus_time t)
{
    if (t.seconds >= INT64_MAX / APUS_SECOND)
        return INT64_MAX;
    if (t.seconds <= INT64_MIN / APUS_SECOND)
        return INT64_MIN;
    return t.seconds * APUS_SECOND + t.nanos;
}

apus_time apus_time_of_ns(int64_t ns)
{
    int64_t seconds = ns / APUS_SECOND, nanos = ns % APUS_SECOND;
    if (nanos < 0) {
        nanos += APUS_SECOND;
        seconds--;
    }
    return (apus_time){ .seconds = seconds, .nanos = (int32_t)nanos };
}

apus_time apus_time_of_seconds(int64_t seconds)
{
    return (apus_time){ .seconds = seconds };
}
