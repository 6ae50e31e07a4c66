/* Numbers to text.
 *
 * Doubles print in the fewest digits that read back as the same number.  Those with few
 * decimals are tried first (print_cents); for others, where it is built in, shortest.cc
 * finds the digits.  Otherwise: most numbers that people send are short decimals: m / 10^k
 * with m below 2^53 and k at most 22.  Both are exact as doubles, so their quotient is
 * rounded once, just as a reader would round the decimal; the smallest k for which it gives
 * the number back is the shortest form.  What is not short that way is asked of the C library
 * with 15 digits, then 16 and 17 until it reads back.
 *
 * What stands before the point is taken from the number itself, so that it can be written
 * before its digits are known. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/text.h"
#include "codec/digits.h"
#include "codec/shortest.h"

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

#ifdef APUS_HAVE_SHORTEST

static struct apus__decimal find_digits(double v, bool is_float)
{
    return is_float ? apus__shortest_float((float)v) : apus__shortest_double(v);
}

#else

static bool short_decimal(double v, struct apus__decimal *d)
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
            *d = (struct apus__decimal){ m, -k };
            return true;
        }
    }
    return false;
}

/* D.DDDe+XX, as the C library prints it. */
static struct apus__decimal parse_printed(const char *text)
{
    struct apus__decimal d = { 0, 0 };
    int decimals = 0;
    for (const char *p = text; *p && *p != 'e'; p++) {
        if (*p != '.')
            d.digits = d.digits * 10 + (uint64_t)(*p - '0');
        decimals += p > text + 1;
    }
    d.exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10) - decimals;
    return d;
}

/* v > 0 and finite; is_float: the digits need to tell floats apart, not doubles. */
static struct apus__decimal long_decimal(double v, bool is_float)
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
    return parse_printed(text);
}

static struct apus__decimal find_digits(double v, bool is_float)
{
    struct apus__decimal d;
    return !is_float && short_decimal(v, &d) ? d : long_decimal(v, is_float);
}

#endif

static const uint64_t powers_of_ten[] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
};

enum { DECIMALS_MAX = 16 };

/* Writes DECIMALS_MAX digits of v; gives how many of them there are up to the last that is no
 * zero, and 0 if there is none. */
static inline size_t put_decimals(char *to, uint64_t v)
{
    uint64_t first = apus__digits_eight((uint32_t)(v / EIGHT_DIGITS));
    uint64_t last = apus__digits_eight((uint32_t)(v % EIGHT_DIGITS));
    apus__digits_store(to, first);
    apus__digits_store(to + 8, last);
    return last ? 8 + apus__digits_significant(last) : first ? apus__digits_significant(first) : 0;
}

/* 1 <= whole < 10^16, which is what stands before the point, and d the number itself. */
static inline size_t print_above_one(uint64_t whole, struct apus__decimal d, char *to)
{
    char *p = to + apus_uint_print(whole, to);
    uint64_t decimals = 0;
    if (d.exponent < 0)
        decimals = (d.digits - whole * powers_of_ten[-d.exponent]) *
                   powers_of_ten[DECIMALS_MAX + d.exponent];
    *p++ = '.';
    size_t n = put_decimals(p, decimals);
    return (size_t)(p - to) + (n ? n : 1);
}

/* As one digit before the point and DECIMALS_MAX behind it: d1.d2d3... * 10^exponent. */
static inline struct apus__decimal normalize(struct apus__decimal d)
{
    const uint64_t least = powers_of_ten[DECIMALS_MAX];
    for (d.exponent += DECIMALS_MAX; d.digits < least; d.exponent--)
        d.digits *= 10;
    return d;
}

/* Writes d1, leaves `gap` bytes and writes the others; gives how many they are up to the last
 * that is no zero. */
static inline size_t put_normalized(char *to, size_t gap, uint64_t digits)
{
    const uint64_t one = powers_of_ten[DECIMALS_MAX];
    *to = (char)('0' + digits / one);
    return put_decimals(to + 1 + gap, digits % one);
}

enum { ZEROS_MAX = 3 }; /* behind the point; with more, an exponent is shorter */

/* Numbers below 1: 0.000ddd. */
static inline size_t print_below_one(struct apus__decimal d, char *to)
{
    size_t before = (size_t)(1 - d.exponent);
    memcpy(to, "0.000", 2 + ZEROS_MAX);
    return before + 1 + put_normalized(to + before, 0, d.digits);
}

/* d.ddde-x */
static size_t print_scientific(struct apus__decimal d, char *to)
{
    size_t n = put_normalized(to, 1, d.digits);
    to[1] = '.';
    char *p = to + 1 + (n ? 1 + n : 0);
    *p++ = 'e';
    return (size_t)(p - to) + apus_int_print(d.exponent, p);
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

/* What stands before the point.  Of a float its digits tell, which may be fewer than those of
 * the double that it is; a double and its digits have no whole number between them. */
static inline uint64_t whole_part(double v, bool is_float, struct apus__decimal d)
{
    if (!is_float)
        return (uint64_t)(int64_t)v;
    return d.exponent < 0 ? d.digits / powers_of_ten[-d.exponent]
                          : d.digits * powers_of_ten[d.exponent];
}

_Static_assert(1 + 16 + 1 + DECIMALS_MAX <= APUS_TEXT_DOUBLE_MAX, "a sign, digits, the point");

/* v > 0; in Python's layout: an exponent from 1e16 on and below 1e-4. */
static inline size_t print(double v, bool is_float, char *to)
{
    if (!isfinite(v))
        return 0;
    struct apus__decimal d = find_digits(v, is_float);
    if (v >= 1 && v < 1e16)
        return print_above_one(whole_part(v, is_float, d), d, to);
    d = normalize(d);
    return d.exponent < 0 && d.exponent >= -1 - ZEROS_MAX ? print_below_one(d, to)
                                                          : print_scientific(d, to);
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
        static const char zero[] = { '0', '.', '0' };
        memcpy(to + sign, zero, sizeof(zero));
        return sign + sizeof(zero);
    }
    size_t n = print(v, true, to + sign);
    return n ? sign + n : 0;
}
