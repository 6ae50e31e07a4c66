/* Times of day, as pydantic reads them: HH:MM[:SS[.fraction]][offset], or seconds. */
#include "apus/text.h"
#include "codec/calendar.h"

enum { LAST_SECOND = 86399 };

static char *print_fraction(char *p, int32_t nanos)
{
    if (nanos == 0)
        return p;
    *p++ = '.';
    int digits = nanos % 1000 ? 9 : 6; /* microseconds, as Python has them, or all there is */
    int32_t value = digits == 6 ? nanos / 1000 : nanos;
    for (int i = digits; i-- > 0; value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + digits;
}

char *apus__clock_print(char *p, int seconds, int32_t nanos, int32_t offset)
{
    p = apus__two_digits(p, seconds / 3600);
    *p++ = ':';
    p = apus__two_digits(p, seconds / 60 % 60);
    *p++ = ':';
    p = apus__two_digits(p, seconds % 60);
    p = print_fraction(p, nanos);
    if (offset == 0) {
        *p++ = 'Z';
    } else if (offset != APUS_TIME_NAIVE) {
        int minutes = offset < 0 ? -offset : offset;
        *p++ = offset < 0 ? '-' : '+';
        p = apus__two_digits(p, minutes / 60);
        *p++ = ':';
        p = apus__two_digits(p, minutes % 60);
    }
    return p;
}

static const char *parse_number(double number, apus_clock_time *out)
{
    if (number < 0)
        return "time in seconds should be positive";
    if (number >= LAST_SECOND + 1)
        return "numeric times may not exceed 86,399 seconds";
    int64_t micros = (int64_t)(number * 1e6 + 0.5);
    *out = (apus_clock_time){ .seconds = (int32_t)(micros / 1000000),
                              .nanos = (int32_t)(micros % 1000000 * 1000),
                              .offset = APUS_TIME_NAIVE };
    if (out->seconds > LAST_SECOND)
        return "numeric times may not exceed 86,399 seconds";
    return NULL;
}

static const char *parse(apus_str s, apus_clock_time *out)
{
    double number;
    int seconds = 0;
    *out = (apus_clock_time){ .offset = APUS_TIME_NAIVE };
    if (apus_double_parse(s, &number))
        return parse_number(number, out);
    const char *why = apus__clock_take(&s, &seconds, &out->nanos);
    if (!why)
        why = apus__offset_take(&s, &out->offset);
    if (!why && s.len)
        why = "unexpected extra characters at the end of the input";
    out->seconds = seconds;
    return why;
}

bool apus_clock_time_parse(apus_str text, apus_clock_time *out, const char **why)
{
    apus_clock_time t;
    const char *reason = parse(apus_str_trim(text), &t);
    if (why)
        *why = reason;
    if (!reason)
        *out = t;
    return !reason;
}

bool apus_clock_time_is_valid(apus_clock_time t)
{
    apus_time as_moment = { .nanos = t.nanos, .offset = t.offset };
    return t.seconds >= 0 && t.seconds <= LAST_SECOND && apus_time_is_valid(as_moment);
}

size_t apus_clock_time_print(apus_clock_time t, char *to)
{
    return (size_t)(apus__clock_print(to, t.seconds, t.nanos, t.offset) - to);
}
