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

APUS__SETTER(time)
{
    (void)type;
    (void)rules;
    apus_time v;
    apus_date date;
    const char *why;
    if (!is_readable(in))
        return apus__complain(d, place, in, "datetime_type", APUS_STR(""),
                              "Input should be a valid datetime");
    if (apus_time_parse(text_of(in), &v, &why)) {
        memcpy(at, &v, sizeof(v));
        return APUS_OK;
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
    (void)rules;
    enum { DAY = 86400 };
    apus_date v;
    apus_time moment;
    const char *why;
    if (!is_readable(in))
        return apus__complain(d, place, in, "date_type", APUS_STR(""),
                              "Input should be a valid date");
    if (apus__has_text(in) && apus_date_parse(in->text, &v, NULL)) {
        memcpy(at, &v, sizeof(v));
        return APUS_OK;
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
    return APUS_OK;
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
