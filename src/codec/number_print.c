/* Numbers to text.
 *
 * Doubles print in the fewest digits that read back as the same number.  Those with few
 * decimals are tried first (print_cents); for others, where it is built in, shortest.cc
 * finds them.  Otherwise: most
 * numbers that people send are short decimals: m / 10^k with m below 2^53 and k at
 * most 22.  Both are exact as doubles, so their quotient is rounded once, just as a
 * reader would round the decimal; the smallest k for which it gives the number back
 * is the shortest form.  What is not short that way is asked of the C library with
 * 17 digits, then 16 and so on down while it still reads back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/text.h"
#ifdef APUS_HAVE_SHORTEST
#include "codec/shortest.h"
#endif

static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353"
    "6373839404142434445464748495051525354555657585960616263646566676869707172"
    "737475767778798081828384858687888990919293949596979899";

/* Two digits of v, below 100; four of v, below 10,000; eight. */
static inline void put_two(char *to, uint32_t v)
{
    memcpy(to, pairs + (size_t)v * 2, 2);
}

static inline void put_four(char *to, uint32_t v)
{
    put_two(to, v / 100);
    put_two(to + 2, v % 100);
}

static inline void put_eight(char *to, uint32_t v)
{
    put_four(to, v / 10000);
    put_four(to + 4, v % 10000);
}

/* v below 10^8, without zeros in front. */
static inline char *put_short(char *to, uint32_t v)
{
    if (v < 10) {
        *to = (char)('0' + v);
        return to + 1;
    }
    if (v < 100) {
        put_two(to, v);
        return to + 2;
    }
    if (v < 10000) {
        char *p = put_short(to, v / 100); /* one or two digits */
        put_two(p, v % 100);
        return p + 2;
    }
    char *p = put_short(to, v / 10000); /* one to four */
    put_four(p, v % 10000);
    return p + 4;
}

enum { EIGHT_DIGITS = 100000000 };

size_t apus_uint_print(uint64_t value, char *to)
{
    if (value < EIGHT_DIGITS)
        return (size_t)(put_short(to, (uint32_t)value) - to);
    uint64_t high = value / EIGHT_DIGITS;
    char *p = to;
    if (high < EIGHT_DIGITS) {
        p = put_short(p, (uint32_t)high);
    } else {
        p = put_short(p, (uint32_t)(high / EIGHT_DIGITS));
        put_eight(p, (uint32_t)(high % EIGHT_DIGITS));
        p += 8;
    }
    put_eight(p, (uint32_t)(value % EIGHT_DIGITS));
    return (size_t)(p + 8 - to);
}

size_t apus_int_print(int64_t value, char *to)
{
    if (value >= 0)
        return apus_uint_print((uint64_t)value, to);
    *to = '-';
    return 1 + apus_uint_print(0 - (uint64_t)value, to + 1);
}

/* Digits and where the point stands: 0.d1d2d3... * 10^point. */
struct decimal {
    char digits[40]; /* more than there are, so that copies may be of a fixed size */
    int n, point;
};

#ifdef APUS_HAVE_SHORTEST

static void find_digits(double v, bool is_float, struct decimal *d)
{
    uint64_t digits;
    int exponent;
    if (is_float)
        apus__shortest_float((float)v, &digits, &exponent);
    else
        apus__shortest_double(v, &digits, &exponent);
    d->n = (int)apus_uint_print(digits, d->digits);
    d->point = d->n + exponent;
}

#else

static void strip_zeros(struct decimal *d)
{
    while (d->n > 1 && d->digits[d->n - 1] == '0')
        d->n--;
}

static bool short_decimal(double v, struct decimal *d)
{
    static const double powers[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    const double exact = 9007199254740992.0; /* 2^53 */
    for (int k = 0; k < (int)(sizeof(powers) / sizeof(powers[0])); k++) {
        double scaled = v * powers[k];
        if (scaled >= exact)
            return false;
        uint64_t m = (uint64_t)(scaled + 0.5);
        if ((double)m / powers[k] == v) {
            d->n = (int)apus_uint_print(m, d->digits);
            d->point = d->n - k;
            strip_zeros(d);
            return true;
        }
    }
    return false;
}

static void parse_printed(const char *text, struct decimal *d)
{
    d->n = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text != '.')
            d->digits[d->n++] = *text;
    }
    d->point = (int)strtol(*text ? text + 1 : "0", NULL, 10) + 1;
    strip_zeros(d);
}

/* v > 0 and finite; is_float: the digits need to tell floats apart, not doubles. */
static void long_decimal(double v, bool is_float, struct decimal *d)
{
    char text[40];
    /* numbers below the normal range have fewer digits to tell apart */
    int most = is_float ? 9 : 17, least = v < 2.3e-308 ? 1 : is_float ? 6 : 15;
    for (int digits = least; digits <= most; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, v);
        double back = strtod(text, NULL);
        if (is_float ? (float)back == (float)v : back == v)
            break;
    }
    parse_printed(text, d);
}

static void find_digits(double v, bool is_float, struct decimal *d)
{
    if (is_float || !short_decimal(v, d))
        long_decimal(v, is_float, d);
}

#endif

/* Bytes that are copied of up to 17 digits, all before the point or all behind it. */
enum { FIXED = 17 };
_Static_assert(1 + 17 + 1 + FIXED <= APUS_TEXT_DOUBLE_MAX, "a sign, digits, the point, a copy");

static const char zeros[5] = { '0', '.', '0', '0', '0' };

/* Python's layout: an exponent from 1e16 on and below 1e-4. */
static size_t lay_out(const struct decimal *d, char *to)
{
    char *p = to;
    if (d->point > 16 || d->point < -3) {
        *p++ = d->digits[0];
        if (d->n > 1) {
            *p++ = '.';
            memcpy(p, d->digits + 1, (size_t)d->n - 1);
            p += d->n - 1;
        }
        *p++ = 'e';
        p += apus_int_print(d->point - 1, p);
        return (size_t)(p - to);
    }
    if (d->point <= 0) {
        memcpy(p, zeros, sizeof(zeros));
        p += 2 - d->point;
        memcpy(p, d->digits, FIXED);
        return (size_t)(p + d->n - to);
    }
    int whole = d->point < d->n ? d->point : d->n;
    memcpy(p, d->digits, FIXED);
    p += whole;
    for (int i = whole; i < d->point; i++)
        *p++ = '0';
    *p++ = '.';
    if (d->n > whole) {
        memcpy(p, d->digits + whole, FIXED);
        p += d->n - whole;
    } else {
        *p++ = '0';
    }
    return (size_t)(p - to);
}

/* Few decimals, as prices have them: v = m / 10^4 and m has at most 13 digits.  Two decimals
 * of up to 15 digits are never the same double, so what gives v back is the shortest. */
static inline size_t print_cents(double v, char *to)
{
    enum { ONE = 10000 };
    const double largest = 1e8;
    if (!(v < largest))
        return 0;
    double scaled = v * ONE + 0.5;
    uint64_t m = (uint64_t)(int64_t)scaled;
    if ((double)(int64_t)m / ONE != v)
        return 0;
    char *p = put_short(to, (uint32_t)(m / ONE));
    uint32_t rest = (uint32_t)(m % ONE);
    *p++ = '.';
    put_four(p, rest);
    p += rest % 100 ? rest % 10 ? 4 : 3 : rest % 1000 ? 2 : 1;
    return (size_t)(p - to);
}

/* v > 0. */
static inline size_t print(double v, bool is_float, char *to)
{
    struct decimal d;
    if (!isfinite(v))
        return 0;
    find_digits(v, is_float, &d);
    return lay_out(&d, to);
}

/* Apart, so that the short way needs no room on the stack. */
static APUS_NOINLINE size_t print_double(double v, size_t sign, char *to)
{
    size_t n = print(v, false, to + sign);
    return n ? sign + n : 0;
}

size_t apus_double_print(double value, char *to)
{
    size_t sign = signbit(value) ? 1 : 0;
    *to = '-';
    double v = fabs(value);
    size_t n = print_cents(v, to + sign); /* also of zero */
    return n ? sign + n : print_double(v, sign, to);
}

size_t apus_float_print(float value, char *to)
{
    size_t sign = signbit(value) ? 1 : 0;
    *to = '-';
    double v = fabs((double)value);
    if (v == 0) {
        memcpy(to + sign, zeros, 3);
        return sign + 3;
    }
    size_t n = print(v, true, to + sign);
    return n ? sign + n : 0;
}
