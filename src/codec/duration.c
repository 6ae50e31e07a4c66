/* Lengths of time: ISO 8601 ("P1DT2H", "-PT0.5S"), "[D days,] HH:MM:SS[.f]", or seconds. */
#include <math.h>

#include "apus/text.h"
#include "codec/calendar.h"

static const double limit_seconds = 9.2e9; /* what int64_t nanoseconds hold */

static bool take_number(apus_str *s, double *out)
{
    size_t n = 0;
    while (n < s->len && ((s->ptr[n] >= '0' && s->ptr[n] <= '9') || s->ptr[n] == '.'))
        n++;
    apus_str number = apus_str_cut(s, n);
    while (number.len > 1 && number.ptr[0] == '0' && number.ptr[1] != '.')
        apus_str_cut(&number, 1); /* 04.5 is a number here */
    return n && apus_double_parse(number, out);
}

static const char *parse_iso(apus_str s, double *seconds)
{
    static const struct {
        char letter;
        bool in_time;
        double seconds;
    } units[] = {
        { 'Y', false, 365.0 * 86400 },
        { 'M', false, 30.0 * 86400 },
        { 'W', false, 7.0 * 86400 },
        { 'D', false, 86400.0 },
        { 'H', true, 3600.0 },
        { 'M', true, 60.0 },
        { 'S', true, 1.0 },
    };
    bool in_time = false, any = false;
    while (s.len) {
        double number;
        if (s.ptr[0] == 'T' || s.ptr[0] == 't') {
            if (in_time)
                return "`t` character repeated in duration";
            in_time = true;
            apus_str_cut(&s, 1);
            continue;
        }
        if (!take_number(&s, &number))
            return "invalid digit in duration";
        char letter = s.len ? (char)(*apus_str_cut(&s, 1).ptr & ~0x20) : '\0';
        size_t i = 0, n = sizeof(units) / sizeof(units[0]);
        while (i < n && (units[i].letter != letter || units[i].in_time != in_time))
            i++;
        if (i == n)
            return in_time ? "quantity invalid in time part of duration"
                           : "quantity invalid in date part of duration";
        *seconds += number * units[i].seconds;
        any = true;
    }
    return any ? NULL : "input is too short";
}

static const char *take_part(apus_str *s, int limit, double scale, double *seconds)
{
    int value;
    if (!apus__digits_take(s, 2, &value) || value > limit)
        return "invalid digit in duration";
    *seconds += value * scale;
    return NULL;
}

static const char *parse_clock(apus_str s, double *seconds)
{
    const char *why = take_part(&s, 23, 3600, seconds);
    if (!why && (s.len == 0 || *apus_str_cut(&s, 1).ptr != ':'))
        why = "invalid time separator, expected `:`";
    if (!why)
        why = take_part(&s, 59, 60, seconds);
    if (why || s.len == 0)
        return why;
    double rest;
    if (*apus_str_cut(&s, 1).ptr != ':')
        return "invalid time separator, expected `:`";
    apus_str digits = s;
    int whole;
    if (!apus__digits_take(&digits, 2, &whole) || whole > 59 || !take_number(&s, &rest))
        return "invalid character in second";
    *seconds += rest;
    return s.len ? "unexpected extra characters at the end of the input" : NULL;
}

/* "3 days, 04:05:06", "3 days", "1 day 04:05" */
static const char *parse_days(apus_str s, double *seconds)
{
    double days;
    if (!take_number(&s, &days))
        return "invalid digit in duration";
    s = apus_str_trim(s);
    size_t word = 0;
    while (word < s.len && ((s.ptr[word] | 0x20) >= 'a' && (s.ptr[word] | 0x20) <= 'z'))
        word++;
    apus_str unit = apus_str_cut(&s, word);
    if (!apus_str_eq_nocase(unit, APUS_STR("day")) && !apus_str_eq_nocase(unit, APUS_STR("days")) &&
        !apus_str_eq_nocase(unit, APUS_STR("d")))
        return "\"day\" identifier in duration not correctly formatted";
    *seconds += days * 86400;
    if (s.len && s.ptr[0] == ',')
        apus_str_cut(&s, 1);
    s = apus_str_trim(s);
    return s.len ? parse_clock(s, seconds) : NULL;
}

static const char *parse(apus_str s, double *seconds)
{
    double number;
    apus_str copy = s;
    if (s.len == 0)
        return "input is too short";
    if (s.ptr[0] == 'P' || s.ptr[0] == 'p')
        return parse_iso(apus_str_slice(s, 1, s.len), seconds);
    if (take_number(&copy, &number) && copy.len == 0) {
        *seconds = number;
        return NULL;
    }
    return apus_str_find(s, 'd') != SIZE_MAX || apus_str_find(s, 'D') != SIZE_MAX
               ? parse_days(s, seconds)
               : parse_clock(s, seconds);
}

bool apus_duration_parse(apus_str text, apus_duration *out, const char **why)
{
    apus_str s = apus_str_trim(text);
    bool negative = s.len && s.ptr[0] == '-';
    double seconds = 0;
    if (negative || (s.len && s.ptr[0] == '+'))
        apus_str_cut(&s, 1);
    const char *reason = parse(s, &seconds);
    if (!reason && seconds > limit_seconds)
        reason = "a numeric value in the duration is too large";
    if (why)
        *why = reason;
    if (reason)
        return false;
    int64_t whole = (int64_t)seconds;
    int64_t ns = whole * APUS_SECOND + (int64_t)llround((seconds - (double)whole) * 1e9);
    out->ns = negative ? -ns : ns;
    return true;
}

static char *print_unit(char *p, uint64_t value, char letter)
{
    if (value) {
        p += apus_uint_print(value, p);
        *p++ = letter;
    }
    return p;
}

size_t apus_duration_print(apus_duration d, char *to)
{
    char *p = to;
    uint64_t ns = d.ns < 0 ? 0 - (uint64_t)d.ns : (uint64_t)d.ns;
    uint64_t seconds = ns / (uint64_t)APUS_SECOND, fraction = ns % (uint64_t)APUS_SECOND;
    if (d.ns < 0)
        *p++ = '-';
    *p++ = 'P';
    p = print_unit(p, seconds / 86400, 'D');
    if (seconds % 86400 || fraction || ns == 0) {
        *p++ = 'T';
        p = print_unit(p, seconds / 3600 % 24, 'H');
        p = print_unit(p, seconds / 60 % 60, 'M');
        if (seconds % 60 || fraction || ns == 0) {
            p += apus_uint_print(seconds % 60, p);
            if (fraction) {
                *p++ = '.';
                for (uint64_t unit = 100000000; fraction; unit /= 10) {
                    *p++ = (char)('0' + fraction / unit);
                    fraction %= unit;
                }
            }
            *p++ = 'S';
        }
    }
    return (size_t)(p - to);
}
