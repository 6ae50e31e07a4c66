/* Exact decimals: a coefficient of 128 bits in two halves, and how many of its digits
 * stand behind the point.  An exponent in the text moves the point. */
#include "apus/text.h"

enum { DIGITS_MAX = 38 };

/* n = n * 10 + digit; 38 digits always fit. */
static void push_digit(apus_decimal *n, unsigned digit)
{
    uint64_t low_half = (n->low & UINT32_MAX) * 10 + digit;
    uint64_t high_half = (n->low >> 32) * 10 + (low_half >> 32);
    n->low = high_half << 32 | (low_half & UINT32_MAX);
    n->high = n->high * 10 + (high_half >> 32);
}

/* n = n / 10; the remainder. */
static unsigned pop_digit(apus_decimal *n)
{
    uint64_t parts[4] = { n->high >> 32, n->high & UINT32_MAX, n->low >> 32, n->low & UINT32_MAX };
    uint64_t rest = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t value = rest << 32 | parts[i];
        parts[i] = value / 10;
        rest = value % 10;
    }
    n->high = parts[0] << 32 | parts[1];
    n->low = parts[2] << 32 | parts[3];
    return (unsigned)rest;
}

static bool take_exponent(apus_str *s, int *exponent)
{
    int sign = 1, value = 0;
    apus_str_cut(s, 1);
    if (s->len && (s->ptr[0] == '-' || s->ptr[0] == '+'))
        sign = *apus_str_cut(s, 1).ptr == '-' ? -1 : 1;
    if (s->len == 0)
        return false;
    while (s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9' && value < 1000)
        value = value * 10 + (*apus_str_cut(s, 1).ptr - '0');
    *exponent = sign * value;
    return true;
}

/* Moves the point until the scale is 0 .. 38. */
static bool settle(apus_decimal *n, int digits, int scale)
{
    for (; scale < 0; scale++) {
        if (n->high == 0 && n->low == 0)
            continue;
        if (++digits > DIGITS_MAX)
            return false;
        push_digit(n, 0);
    }
    n->scale = (int16_t)scale;
    return scale <= DIGITS_MAX;
}

static bool parse(apus_str s, apus_decimal *n)
{
    int digits = 0, scale = 0, exponent = 0;
    bool point = false, any = false;
    if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        n->negative = *apus_str_cut(&s, 1).ptr == '-';
    for (; s.len; apus_str_cut(&s, 1)) {
        char c = s.ptr[0];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        any = true;
        digits += digits || c != '0';
        if (digits > DIGITS_MAX)
            return false;
        push_digit(n, (unsigned)(c - '0'));
        scale += point;
    }
    if (any && s.len && (s.ptr[0] | 0x20) == 'e' && !take_exponent(&s, &exponent))
        return false;
    return any && s.len == 0 && settle(n, digits, scale - exponent);
}

bool apus_decimal_parse(apus_str text, apus_decimal *out, const char **why)
{
    apus_decimal n = { 0 };
    if (why)
        *why = NULL;
    if (!parse(apus_str_trim(text), &n)) {
        if (why)
            *why = "not a decimal number of at most 38 digits";
        return false;
    }
    *out = n;
    return true;
}

bool apus_decimal_is_valid(apus_decimal n)
{
    return n.scale >= 0 && n.scale <= DIGITS_MAX;
}

size_t apus_decimal_print(apus_decimal n, char *to)
{
    char digits[48];
    size_t at = sizeof(digits), scale = (size_t)n.scale, printed = 0;
    bool negative = n.negative;
    do {
        digits[--at] = (char)('0' + pop_digit(&n));
        if (++printed == scale)
            digits[--at] = '.';
    } while (n.high || n.low || printed <= scale);
    size_t len = sizeof(digits) - at;
    if (negative)
        *to++ = '-';
    memcpy(to, digits + at, len);
    return len + negative;
}

static int cmp_coefficients(apus_decimal a, apus_decimal b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

/* Whole and fractional digits side by side, as text of one layout. */
static int cmp_magnitudes(apus_decimal a, apus_decimal b)
{
    char x[2][APUS_TEXT_DECIMAL_MAX + 1];
    apus_str text[2];
    a.negative = b.negative = false;
    text[0] = (apus_str){ x[0], apus_decimal_print(a, x[0]) };
    text[1] = (apus_str){ x[1], apus_decimal_print(b, x[1]) };
    size_t whole[2];
    for (int i = 0; i < 2; i++) {
        size_t point = apus_str_find(text[i], '.');
        whole[i] = point == SIZE_MAX ? text[i].len : point;
    }
    if (whole[0] != whole[1])
        return whole[0] < whole[1] ? -1 : 1;
    for (size_t i = 0; i < text[0].len || i < text[1].len; i++) {
        char p = i < text[0].len ? text[0].ptr[i] : '0', q = i < text[1].len ? text[1].ptr[i] : '0';
        p = p == '.' ? '0' : p;
        q = q == '.' ? '0' : q;
        if (p != q)
            return p < q ? -1 : 1;
    }
    return 0;
}

int apus_decimal_cmp(apus_decimal a, apus_decimal b)
{
    bool a_zero = !a.high && !a.low, b_zero = !b.high && !b.low;
    if (a_zero && b_zero)
        return 0;
    bool a_below = a.negative && !a_zero, b_below = b.negative && !b_zero;
    if (a_below != b_below)
        return a_below ? -1 : 1;
    int order = a.scale == b.scale ? cmp_coefficients(a, b) : cmp_magnitudes(a, b);
    return a_below ? -order : order;
}
