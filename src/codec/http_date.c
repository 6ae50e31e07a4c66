/* The dates of HTTP: one form to write, three to read. */
#include <string.h>

#include "apus/conditional.h"
#include "codec/calendar.h"

static const char week_days[] = "ThuFriSatSunMonTueWed"; /* 1 January 1970 was a Thursday */
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static char *put_number(char *to, unsigned n, int digits)
{
    for (int i = digits; i-- > 0; n /= 10)
        to[i] = (char)('0' + n % 10);
    return to + digits;
}

static char *put(char *to, const char *text, size_t n)
{
    memcpy(to, text, n);
    return to + n;
}

void apus_http_date_print(int64_t seconds, char to[APUS_HTTP_DATE_LEN])
{
    int64_t days = seconds / 86400;
    if (seconds % 86400 < 0)
        days--;
    unsigned of_day = (unsigned)(seconds - days * 86400);
    apus_date d = apus__date_of_days(days);
    to = put(to, week_days + (days % 7 + 7) % 7 * 3, 3);
    to = put(to, ", ", 2);
    to = put_number(to, d.day, 2);
    to = put(to, " ", 1);
    to = put(to, month_names + (d.month - 1) * 3, 3);
    to = put(to, " ", 1);
    to = put_number(to, (unsigned)d.year, 4);
    to = put(to, " ", 1);
    to = put_number(to, of_day / 3600, 2);
    to = put(to, ":", 1);
    to = put_number(to, of_day / 60 % 60, 2);
    to = put(to, ":", 1);
    to = put_number(to, of_day % 60, 2);
    put(to, " GMT", 4);
}

/* --- reading --- */

struct moment {
    int year, month, day, hour, minute, second;
};

static bool take(apus_str *s, const char *text)
{
    apus_str t = apus_str_of(text);
    if (s->len < t.len || memcmp(s->ptr, t.ptr, t.len) != 0)
        return false;
    apus_str_cut(s, t.len);
    return true;
}

static bool take_month(apus_str *s, int *month)
{
    for (int i = 0; s->len >= 3 && i < 12; i++) {
        if (memcmp(s->ptr, month_names + i * 3, 3) == 0) {
            apus_str_cut(s, 3);
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool take_clock(apus_str *s, struct moment *m)
{
    return apus__digits_take(s, 2, &m->hour) && take(s, ":") &&
           apus__digits_take(s, 2, &m->minute) && take(s, ":") &&
           apus__digits_take(s, 2, &m->second);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool take_fixed(apus_str s, struct moment *m)
{
    return apus__digits_take(&s, 2, &m->day) && take(&s, " ") && take_month(&s, &m->month) &&
           take(&s, " ") && apus__digits_take(&s, 4, &m->year) && take(&s, " ") &&
           take_clock(&s, m) && take(&s, " GMT") && s.len == 0;
}

/* Sunday, 06-Nov-94 08:49:37 GMT: the century is 19 from 70 on. */
static bool take_old(apus_str s, struct moment *m)
{
    bool fits = apus__digits_take(&s, 2, &m->day) && take(&s, "-") && take_month(&s, &m->month) &&
                take(&s, "-") && apus__digits_take(&s, 2, &m->year) && take(&s, " ") &&
                take_clock(&s, m) && take(&s, " GMT") && s.len == 0;
    m->year += m->year < 70 ? 2000 : 1900;
    return fits;
}

/* Sun Nov  6 08:49:37 1994 */
static bool take_asctime(apus_str s, struct moment *m)
{
    if (!take_month(&s, &m->month) || !take(&s, " "))
        return false;
    bool has_day =
        take(&s, " ") ? apus__digits_take(&s, 1, &m->day) : apus__digits_take(&s, 2, &m->day);
    return has_day && take(&s, " ") && take_clock(&s, m) && take(&s, " ") &&
           apus__digits_take(&s, 4, &m->year) && s.len == 0;
}

bool apus_http_date_parse(apus_str text, int64_t *seconds)
{
    struct moment m = { 0 };
    size_t comma = apus_str_find(text, ',');
    apus_str rest = text;
    bool fits = false;
    if (comma != SIZE_MAX && comma >= 3 && comma <= 9) {
        apus_str_cut(&rest, comma + 1);
        fits = take(&rest, " ") && (take_fixed(rest, &m) || take_old(rest, &m));
    } else if (text.len > 4 && text.ptr[3] == ' ') {
        apus_str_cut(&rest, 4);
        fits = take_asctime(rest, &m);
    }
    if (!fits || m.day < 1 || m.year < 1 || m.day > apus__days_in_month(m.year, m.month) ||
        m.hour > 23 || m.minute > 59 || m.second > 60)
        return false;
    apus_date d = { .year = (int16_t)m.year, .month = (uint8_t)m.month, .day = (uint8_t)m.day };
    int second = m.second < 60 ? m.second : 59; /* a leap second */
    *seconds = apus__days_of(d) * 86400 + m.hour * 3600 + m.minute * 60 + second;
    return true;
}
