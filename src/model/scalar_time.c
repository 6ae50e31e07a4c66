/* Moments, days and lengths of time, from text or from seconds. */
#include "apus/text.h"
#include "model/scalar.h"

static apus_str text_of(const struct apus__input *in)
{
    return in->token == APUS__TOKEN_number ? in->number.text : in->text;
}

static bool is_readable(const struct apus__input *in)
{
    return apus__has_text(in) || in->token == APUS__TOKEN_number;
}

/* --- rules of moments and days --- */

static apus_rc check_zone(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                          const apus_place *place, int32_t offset)
{
    bool naive = offset == APUS_TIME_NAIVE;
    if (r->has & APUS_RULE_aware && naive)
        return apus__complain(d, place, in, "timezone_aware", APUS_STR(""),
                              "Input should have timezone info");
    if (r->has & APUS_RULE_naive && !naive)
        return apus__complain(d, place, in, "timezone_naive", APUS_STR(""),
                              "Input should not have timezone info");
    return APUS_OK;
}

static const struct when {
    const char *past, *future, *subject;
} moments = { "datetime_past", "datetime_future", "Input" },
  days = { "date_past", "date_future", "Date" };

/* side: below 0 is the past, above it the future. */
static apus_rc check_side(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                          const apus_place *place, int side, const struct when *when)
{
    bool past = r->has & APUS_RULE_past;
    if (!(r->has & (APUS_RULE_past | APUS_RULE_future)) || (past ? side < 0 : side > 0))
        return APUS_OK;
    return apus__complain(d, place, in, past ? when->past : when->future, APUS_STR(""),
                          "%s should be in the %s", when->subject, past ? "past" : "future");
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static apus_rc check_moment(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                            const apus_place *place, apus_time v)
{
    apus_rc rc = check_zone(d, r, in, place, v.offset);
    if (rc || !d->now)
        return rc;
    int side = compare(apus_time_ns(v), d->now());
    return check_side(d, r, in, place, side, &moments);
}

static apus_rc check_day(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                         const apus_place *place, apus_date v)
{
    if (!d->now || !(r->has & (APUS_RULE_past | APUS_RULE_future)))
        return APUS_OK;
    char today[APUS_TEXT_TIME_MAX], day[APUS_TEXT_DATE_MAX];
    apus_time_print(apus_time_of_ns(d->now()), today);
    apus_date_print(v, day);
    int side = memcmp(day, today, sizeof(day));
    return check_side(d, r, in, place, side, &days);
}

/* --- kinds --- */

APUS__SETTER(time)
{
    (void)type;
    apus_time v;
    apus_date date;
    const char *why;
    if (!is_readable(in))
        return apus__complain(d, place, in, "datetime_type", APUS_STR(""),
                              "Input should be a valid datetime");
    if (apus_time_parse(text_of(in), &v, &why)) {
        memcpy(at, &v, sizeof(v));
        return rules->has ? check_moment(d, rules, in, place, v) : APUS_OK;
    }
    if (in->token == APUS__TOKEN_number)
        return apus__complain(d, place, in, "datetime_parsing",
                              apus__ctx_text(d, "error", apus_str_of(why)),
                              "Input should be a valid datetime, %s", why);
    /* what is no moment is then tried as a date, and that is whose complaint is told */
    const char *of_date;
    if (!apus_date_parse(in->text, &date, &of_date))
        why = of_date;
    return apus__complain(d, place, in, "datetime_from_date_parsing",
                          apus__ctx_text(d, "error", apus_str_of(why)),
                          "Input should be a valid datetime or date, %s", why);
}

APUS__SETTER(date)
{
    (void)type;
    enum { DAY = 86400 };
    apus_date v;
    apus_time moment;
    const char *why;
    if (!is_readable(in))
        return apus__complain(d, place, in, "date_type", APUS_STR(""),
                              "Input should be a valid date");
    if (apus__has_text(in) && apus_date_parse(in->text, &v, NULL)) {
        memcpy(at, &v, sizeof(v));
        return check_day(d, rules, in, place, v);
    }
    if (!apus_time_parse(text_of(in), &moment, &why))
        return apus__complain(d, place, in, "date_from_datetime_parsing",
                              apus__ctx_text(d, "error", apus_str_of(why)),
                              "Input should be a valid date or datetime, %s", why);
    int64_t shift = moment.offset == APUS_TIME_NAIVE ? 0 : (int64_t)moment.offset * 60;
    int64_t local = moment.seconds + shift;
    if (local % DAY || moment.nanos)
        return apus__complain(
            d, place, in, "date_from_datetime_inexact", APUS_STR(""),
            "Datetimes provided to dates should have zero time - e.g. be exact dates");
    char text[APUS_TEXT_TIME_MAX];
    size_t len = apus_time_print(moment, text);
    (void)len;
    (void)apus_date_parse((apus_str){ text, APUS_TEXT_DATE_MAX }, &v, NULL);
    memcpy(at, &v, sizeof(v));
    return check_day(d, rules, in, place, v);
}

APUS__SETTER(clock_time)
{
    (void)type;
    apus_clock_time v;
    const char *why;
    if (!is_readable(in))
        return apus__complain(d, place, in, "time_type", APUS_STR(""),
                              "Input should be a valid time");
    if (!apus_clock_time_parse(text_of(in), &v, &why))
        return apus__complain(d, place, in, "time_parsing",
                              apus__ctx_text(d, "error", apus_str_of(why)),
                              "Input should be in a valid time format, %s", why);
    memcpy(at, &v, sizeof(v));
    return check_zone(d, rules, in, place, v.offset);
}

APUS__SETTER(duration)
{
    (void)type;
    (void)rules;
    apus_duration v;
    const char *why;
    if (!is_readable(in))
        return apus__complain(d, place, in, "time_delta_type", APUS_STR(""),
                              "Input should be a valid timedelta");
    if (!apus_duration_parse(text_of(in), &v, &why))
        return apus__complain(d, place, in, "time_delta_parsing",
                              apus__ctx_text(d, "error", apus_str_of(why)),
                              "Input should be a valid timedelta, %s", why);
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}
