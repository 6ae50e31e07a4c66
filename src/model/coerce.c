#include "model/coerce.h"

#include <math.h>

#include "apus/text.h"

enum { DIGITS_MAX = 4300 }; /* Python's own limit */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ".", ".0", ".00": what may stand behind a whole number. */
static bool is_zero_tail(apus_str s)
{
    if (s.len == 0)
        return true;
    if (s.ptr[0] != '.' || s.len == 1)
        return false;
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] != '0')
            return false;
    }
    return true;
}

enum apus__coerced apus__whole_of_text(apus_str text, struct apus__whole *out)
{
    apus_str s = apus_str_trim(text);
    size_t digits = 0;
    *out = (struct apus__whole){ 0 };
    if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        out->negative = *apus_str_cut(&s, 1).ptr == '-';
    if (s.len == 0 || !is_digit(s.ptr[0]))
        return APUS__NOT_A_NUMBER;
    while (s.len && (is_digit(s.ptr[0]) || s.ptr[0] == '_')) {
        char c = *apus_str_cut(&s, 1).ptr;
        if (c == '_') {
            if (s.len == 0 || !is_digit(s.ptr[0]))
                return APUS__NOT_A_NUMBER;
            continue;
        }
        unsigned digit = (unsigned)(c - '0');
        digits++;
        if (out->magnitude > (UINT64_MAX - digit) / 10)
            out->overflow = true;
        out->magnitude = out->magnitude * 10 + digit;
    }
    if (!is_zero_tail(s))
        return APUS__NOT_A_NUMBER;
    return digits > DIGITS_MAX ? APUS__TOO_MANY_DIGITS : APUS__COERCED;
}

static bool is_word(apus_str s, const char *word)
{
    return apus_str_eq_nocase(s, apus_str_of(word));
}

/* Into JSON's grammar, digit by digit: no '_', no bare point, no leading zeros. */
static bool normalise(apus_str s, char *to, size_t room, apus_str *out)
{
    size_t n = 0;
    bool any = false, seen_point = false, in_exponent = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (n + 3 >= room)
            return false;
        if (is_digit(c)) {
            bool leading = c == '0' && !seen_point && !in_exponent && n == 0 && i + 1 < s.len &&
                           is_digit(s.ptr[i + 1]);
            any = any || !in_exponent;
            if (!leading)
                to[n++] = c;
        } else if (c == '.' && !seen_point && !in_exponent) {
            seen_point = true;
            if (n == 0)
                to[n++] = '0';
            if (i + 1 < s.len && is_digit(s.ptr[i + 1]))
                to[n++] = '.';
            else if (!any)
                return false;
        } else if ((c | 0x20) == 'e' && any && !in_exponent) {
            in_exponent = true;
            to[n++] = 'e';
            if (i + 1 < s.len && (s.ptr[i + 1] == '+' || s.ptr[i + 1] == '-'))
                to[n++] = s.ptr[++i];
        } else if (c != '_' || i == 0 || i + 1 == s.len || !is_digit(s.ptr[i - 1]) ||
                   !is_digit(s.ptr[i + 1])) {
            return false;
        }
    }
    *out = (apus_str){ to, n };
    return any;
}

bool apus__number_of_text(apus_str text, double *out)
{
    enum { ROOM = 512 };
    char room[ROOM];
    apus_str s = apus_str_trim(text), number;
    bool negative = false;
    if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        negative = *apus_str_cut(&s, 1).ptr == '-';
    double value;
    if (is_word(s, "inf") || is_word(s, "infinity"))
        value = INFINITY;
    else if (is_word(s, "nan"))
        value = NAN;
    else if (!normalise(s, room, sizeof(room), &number) || !apus_double_parse(number, &value))
        return false;
    *out = negative ? -value : value;
    return true;
}

int apus__bool_of_text(apus_str text)
{
    static const char *const yes[] = { "1", "t", "y", "on", "yes", "true" };
    static const char *const no[] = { "0", "f", "n", "off", "no", "false" };
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (is_word(text, yes[i]))
            return 1;
        if (is_word(text, no[i]))
            return 0;
    }
    return -1;
}
