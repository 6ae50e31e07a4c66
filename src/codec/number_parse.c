/* Text to doubles, rounded exactly.
 *
 * Up to 19 digits are collected in an integer, which is enough where it is exact
 * (exact.h).  Everything else goes to the C library's strtod, which rounds exactly too; the text
 * holds no locale's point but '.', which is swapped for the locale's where that differs. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "apus/text.h"
#include "codec/exact.h"

struct parts {
    uint64_t mantissa; /* the first 19 significant digits */
    int exponent;      /* of ten */
    bool exact;        /* no further digits were left out */
    bool negative;
};

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* JSON's grammar: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static bool read_parts(apus_str text, struct parts *out)
{
    enum { DIGITS_MAX = 19, EXPONENT_MAX = 100000 };
    const char *p = text.ptr, *end = p + text.len;
    int digits = 0;
    *out = (struct parts){ .exact = true };
    if (p < end && *p == '-') {
        out->negative = true;
        p++;
    }
    if (!is_digit(p, end) || (*p == '0' && is_digit(p + 1, end)))
        return false;
    bool fraction = false;
    for (; p < end; p++) {
        if (*p == '.' && !fraction && is_digit(p + 1, end)) {
            fraction = true;
            continue;
        }
        if (!is_digit(p, end))
            break;
        if (digits < DIGITS_MAX) {
            out->mantissa = out->mantissa * 10 + (uint64_t)(*p - '0');
            digits += out->mantissa != 0;
            out->exponent -= fraction;
        } else {
            out->exact = out->exact && *p == '0';
            out->exponent += !fraction;
        }
    }
    if (p < end && (*p | 0x20) == 'e') {
        int exponent = 0, sign = 1;
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            sign = *p++ == '-' ? -1 : 1;
        if (!is_digit(p, end))
            return false;
        for (; is_digit(p, end); p++)
            exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*p - '0') : exponent;
        out->exponent += sign * exponent;
    }
    return p == end;
}

static bool slow_parse(apus_str text, double *out)
{
    enum { SHORT = 128 };
    char room[SHORT];
    char *copy = text.len < SHORT ? room : malloc(text.len + 1);
    if (!copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    char *point = strchr(copy, '.');
    if (point)
        *point = *localeconv()->decimal_point;
    *out = strtod(copy, NULL);
    if (copy != room)
        free(copy);
    return true;
}

bool apus_double_parse(apus_str text, double *out)
{
    struct parts p;
    if (!read_parts(text, &p))
        return false;
    if (!p.exact || !apus__double_exact(p.mantissa, p.exponent, out))
        return slow_parse(text, out);
    if (p.negative)
        *out = -*out;
    return true;
}
