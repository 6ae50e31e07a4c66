/* apus/json_plain.h - JSON as clients mostly write it, by the shortest way.
 *
 * Most members come in the order that was documented, strings have no escapes and
 * numbers few digits.  These functions look for just that at p, where the text goes on
 * until `end`:
 *
 *     not NULL   it was so: *out is filled, and the text goes on there, behind blanks
 *     NULL       it was not, or the text ends here: nothing has happened
 *
 * What they leave, mistakes among it, is read by apus/json_scan.h, whose scanner is put
 * where they ended (apus_scan_move).  So they add no rule to what is accepted, and no
 * message.
 *
 * MEMORY: as each says.  Nothing suspends. */
#ifndef APUS_JSON_PLAIN_H
#define APUS_JSON_PLAIN_H

#include "apus/json_scan.h"
#include "apus/step.h"

APUS_API_BEGIN

/* --- bytes --- */

/* How many of APUS_STEP bytes come before the first that is special in a string: a quote, a
 * backslash, a control character. */
static inline size_t apus__step_plain(apus_step s)
{
    apus_step special = apus_step_or(apus_step_is(s, '"'), apus_step_is(s, '\\'));
    return apus_step_first(apus_step_marks(apus_step_or(special, apus_step_below(s, ' '))));
}

/* Whether they are all ASCII and none of them is special. */
static inline bool apus__step_is_plain_ascii(apus_step s)
{
    apus_step special = apus_step_or(apus_step_is(s, '"'), apus_step_is(s, '\\'));
    special = apus_step_or(special, apus_step_below(s, ' '));
    return apus_step_marks(apus_step_or(special, s)) == 0; /* from 0x80 on the top bit is set */
}

/* The same n bytes, n being small and not known to the compiler. */
static inline bool apus__same_bytes(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    uint32_t v, w;
    if (n >= 8) {
        for (; n > 8; a += 8, b += 8, n -= 8) {
            memcpy(&x, a, 8);
            memcpy(&y, b, 8);
            if (x != y)
                return false;
        }
        memcpy(&x, a + n - 8, 8); /* overlaps what was seen */
        memcpy(&y, b + n - 8, 8);
        return x == y;
    }
    if (n >= 4) {
        memcpy(&v, a, 4);
        memcpy(&w, b, 4);
        if (v != w)
            return false;
        memcpy(&v, a + n - 4, 4);
        memcpy(&w, b + n - 4, 4);
        return v == w;
    }
    for (; n; n--)
        if (a[n - 1] != b[n - 1])
            return false;
    return true;
}

/* --- tokens --- */

/* The scanner goes on at p, which one of these functions gave for its text. */
static inline void apus_scan_move(apus_scan *s, const char *p)
{
    s->at = p;
}

const char *apus__plain_blanks(const char *p, const char *end);

/* Behind the blanks, if there are any. */
static inline const char *apus__plain_rest(const char *p, const char *end)
{
    return APUS_UNLIKELY(p < end && (unsigned char)*p <= ' ') ? apus__plain_blanks(p, end) : p;
}

/* The comma between two values, if another one follows. */
static inline const char *apus_plain_comma(const char *p, const char *end)
{
    if (end - p < 2 || *p != ',')
        return NULL;
    p += 1 + (p[1] == ' ');
    return p == end || (unsigned char)*p <= ' ' || *p == ']' || *p == '}' ? NULL : p;
}

/* The bytes of a member's beginning, `member`, behind which APUS_STEP more may be read. */
static inline bool apus__plain_begins(const char *p, const char *end, apus_str member)
{
    size_t left = (size_t)(end - p);
    if (APUS_UNLIKELY(left < APUS_STEP || member.len > APUS_STEP))
        return left >= member.len && apus__same_bytes(p, member.ptr, member.len);
    unsigned wanted = (1U << member.len) - 1;
    apus_step same = apus_step_same(apus_step_load(p), apus_step_load(member.ptr));
    return (apus_step_marks(same) & wanted) == wanted;
}

/* Within an object: the comma, unless it is the first member, and what `member` says: a name
 * with its quotes and the colon, as in apus_field (apus/model.h). */
static inline const char *apus_plain_member(const char *p, const char *end, bool is_first,
                                            apus_str member)
{
    if (!is_first) {
        if (end - p < 2 || *p != ',')
            return NULL;
        p += 1 + (p[1] == ' ');
    }
    return apus__plain_begins(p, end, member) ? apus__plain_rest(p + member.len, end) : NULL;
}

const char *apus__plain_long_text(const char *p, const char *end, apus_str *out);
const char *apus__plain_long_string(const char *p, const char *end, apus_arena *a, apus_str *out);

/* A string without escapes; *out is a slice of the text. */
static inline const char *apus_plain_text(const char *p, const char *end, apus_str *out)
{
    if (p == end || *p++ != '"')
        return NULL;
    size_t n = end - p > APUS_STEP ? apus__step_plain(apus_step_load(p)) : APUS_STEP;
    if (n == APUS_STEP)
        return apus__plain_long_text(p, end, out);
    *out = (apus_str){ p, n };
    return p[n] == '"' ? apus__plain_rest(p + n + 1, end) : NULL;
}

/* The same, but *out is a copy in the arena with a NUL behind it. */
static inline const char *apus_plain_string(const char *p, const char *end, apus_arena *a,
                                            apus_str *out)
{
    if (p == end || *p++ != '"')
        return NULL;
    if (end - p <= APUS_STEP)
        return apus__plain_long_string(p, end, a, out);
    apus_step s = apus_step_load(p);
    size_t n = apus__step_plain(s);
    if (n == APUS_STEP)
        return apus__plain_long_string(p, end, a, out);
    char *to = p[n] == '"' ? apus_arena_room(a, APUS_STEP) : NULL;
    if (!to)
        return NULL;
    apus_step_store(to, s);
    to[n] = '\0'; /* where the quote was copied to */
    apus_arena_took(a, APUS_STEP, n + 1);
    *out = (apus_str){ to, n };
    return apus__plain_rest(p + n + 1, end);
}

/* So many digits fit in 63 bits, whatever they are. */
enum { APUS__PLAIN_DIGITS_MAX = 18 };

static inline const char *apus__plain_digits(const char *p, const char *end, uint64_t *value)
{
    uint64_t v = *value;
    for (unsigned digit; p < end && (digit = (unsigned char)*p - (unsigned)'0') <= 9; p++)
        v = v * 10 + digit;
    *value = v;
    return p;
}

/* A number of at most 18 digits without point and exponent. */
static inline const char *apus_plain_whole(const char *p, const char *end, int64_t *out)
{
    uint64_t value = 0;
    bool negative = p < end && *p == '-';
    const char *digits = p + negative;
    p = apus__plain_digits(digits, end, &value);
    if (p == digits || (*digits == '0' && p > digits + 1) || p == end ||
        p - digits > APUS__PLAIN_DIGITS_MAX || *p == '.' || (*p | 0x20) == 'e')
        return NULL;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return apus__plain_rest(p, end);
}

/* A whole number up to 2^53 and a power of ten up to 22 are exact as doubles, so one
 * division rounds once, as it should. */
extern const double apus__powers_of_ten[23];

/* A number of at most 18 digits without exponent, whose double one division gives. */
static inline const char *apus_plain_double(const char *p, const char *end, double *out)
{
    uint64_t mantissa = 0;
    bool negative = p < end && *p == '-';
    const char *digits = p + negative, *point = NULL;
    p = apus__plain_digits(digits, end, &mantissa);
    if (p == digits || (*digits == '0' && p > digits + 1) || p == end)
        return NULL;
    if (*p == '.') {
        point = p;
        p = apus__plain_digits(p + 1, end, &mantissa);
        if (p == point + 1 || p == end)
            return NULL;
    }
    if (p - digits > APUS__PLAIN_DIGITS_MAX || (*p | 0x20) == 'e' || mantissa >> 53)
        return NULL;
    double value = (double)(int64_t)mantissa;
    if (point)
        value /= apus__powers_of_ten[p - point - 1];
    *out = negative ? -value : value;
    return apus__plain_rest(p, end);
}

APUS_API_END

#endif
