/* Numbers: integers of every width, floats, bools, decimals. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "apus/text.h"
#include "model/coerce.h"
#include "model/kept.h"
#include "model/scalar.h"

/* --- bounds --- */

/* A bound as a problem's message prints it (Rust's Display: the shortest digits, no
 * ".0", no exponent however long that gets). */
static const char *display(double value, char *to)
{
    char repr[APUS_TEXT_DOUBLE_MAX + 1];
    repr[apus_double_print(value, repr)] = '\0';
    char *digits = repr, *p = to, *e = strchr(repr, 'e');
    int exponent = e ? (int)strtol(e + 1, NULL, 10) : 0, n = 0, before = 0;
    if (*digits == '-')
        *p++ = *digits++;
    char *end = e ? e : digits + strlen(digits),
         *point = memchr(digits, '.', (size_t)(end - digits));
    before = (int)((point ? point : end) - digits) + exponent;
    if (before <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = before; i < 0; i++)
            *p++ = '0';
    }
    char *whole = p;
    for (const char *d = digits; d < end; d++) {
        if (*d == '.')
            continue;
        if (n++ == before && before > 0)
            *p++ = '.';
        *p++ = *d;
    }
    for (; n < before; n++)
        *p++ = '0';
    if (memchr(to, '.', (size_t)(p - to))) {
        while (p > whole && p[-1] == '0')
            p--;
        p -= p > to && p[-1] == '.';
    }
    *p = '\0';
    return to;
}

enum {
    DISPLAY_MAX = 400,
    BOUNDS = APUS_RULE_multiple_of | APUS_RULE_le | APUS_RULE_lt | APUS_RULE_ge | APUS_RULE_gt,
};

static const struct bound {
    uint32_t rule;
    const char *key, *type, *text;
} bounds[] = {
    /* in the order in which they are looked at; the first that fails is told */
    { APUS_RULE_multiple_of, "multiple_of", "multiple_of", "a multiple of" },
    { APUS_RULE_le, "le", "less_than_equal", "less than or equal to" },
    { APUS_RULE_lt, "lt", "less_than", "less than" },
    { APUS_RULE_ge, "ge", "greater_than_equal", "greater than or equal to" },
    { APUS_RULE_gt, "gt", "greater_than", "greater than" },
};

static const apus_bound *bound_of(const apus_rules *r, uint32_t rule)
{
    return rule == APUS_RULE_gt   ? &r->gt
           : rule == APUS_RULE_ge ? &r->ge
           : rule == APUS_RULE_lt ? &r->lt
           : rule == APUS_RULE_le ? &r->le
                                  : &r->multiple_of;
}

static bool number_keeps(uint32_t rule, double v, double bound)
{
    switch (rule) {
    case APUS_RULE_gt:
        return v > bound;
    case APUS_RULE_ge:
        return v >= bound;
    case APUS_RULE_lt:
        return v < bound;
    case APUS_RULE_le:
        return v <= bound;
    default: {
        double rest = fabs(remainder(v, bound));
        return rest <= fabs(v) / 1e9;
    }
    }
}

static apus_rc check_number(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                            const apus_place *place, double v)
{
    if (!(r->has & BOUNDS))
        return APUS_OK;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const struct bound *b = &bounds[i];
        if (!(r->has & b->rule))
            continue;
        double limit = bound_of(r, b->rule)->number;
        if (number_keeps(b->rule, v, limit))
            continue;
        char text[DISPLAY_MAX];
        return apus__complain(d, place, in, b->type, apus__ctx_number(d, b->key, limit),
                              "Input should be %s %s", b->text, display(limit, text));
    }
    return APUS_OK;
}

/* --- integers --- */

static const struct range {
    int64_t min;
    uint64_t max;
} ranges[APUS_KIND_COUNT] = {
    [APUS_KIND_int8] = { INT8_MIN, INT8_MAX },    [APUS_KIND_int16] = { INT16_MIN, INT16_MAX },
    [APUS_KIND_int32] = { INT32_MIN, INT32_MAX }, [APUS_KIND_int64] = { INT64_MIN, INT64_MAX },
    [APUS_KIND_uint8] = { 0, UINT8_MAX },         [APUS_KIND_uint16] = { 0, UINT16_MAX },
    [APUS_KIND_uint32] = { 0, UINT32_MAX },       [APUS_KIND_uint64] = { 0, UINT64_MAX },
};

/* -1, 0 or 1: below, equal to or above a bound. */
static int compare(struct apus__whole v, int64_t bound)
{
    bool below_zero = v.negative && v.magnitude;
    if (v.overflow)
        return below_zero ? -1 : 1;
    if (below_zero != (bound < 0))
        return below_zero ? -1 : 1;
    uint64_t magnitude = bound < 0 ? 0 - (uint64_t)bound : (uint64_t)bound;
    int order = (v.magnitude > magnitude) - (v.magnitude < magnitude);
    return below_zero ? -order : order;
}

static bool whole_keeps(uint32_t rule, struct apus__whole v, int64_t bound)
{
    int order = compare(v, bound);
    switch (rule) {
    case APUS_RULE_gt:
        return order > 0;
    case APUS_RULE_ge:
        return order >= 0;
    case APUS_RULE_lt:
        return order < 0;
    case APUS_RULE_le:
        return order <= 0;
    default:
        return bound == 0 || v.magnitude % (bound < 0 ? 0 - (uint64_t)bound : (uint64_t)bound) == 0;
    }
}

bool apus__whole_keeps(const apus_rules *r, bool negative, uint64_t magnitude)
{
    struct apus__whole v = { .negative = negative, .magnitude = magnitude };
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        uint32_t rule = bounds[i].rule;
        if (r->has & rule && !whole_keeps(rule, v, bound_of(r, rule)->integer))
            return false;
    }
    return true;
}

bool apus__number_keeps(const apus_rules *r, double v)
{
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        uint32_t rule = bounds[i].rule;
        if (r->has & rule && !number_keeps(rule, v, bound_of(r, rule)->number))
            return false;
    }
    return true;
}

/* What no int of this width holds is told as if the width's end were a declared bound. */
static apus_rc check_range(apus_decoder *d, apus_kind kind, const struct apus__input *in,
                           const apus_place *place, struct apus__whole v)
{
    const struct range *r = &ranges[kind];
    bool below_zero = v.negative && v.magnitude;
    if (below_zero && (v.overflow || compare(v, r->min) < 0))
        return apus__complain(d, place, in, "greater_than_equal", apus__ctx_int(d, "ge", r->min),
                              "Input should be greater than or equal to %" PRId64, r->min);
    if (!below_zero && (v.overflow || v.magnitude > r->max)) {
        apus_str ctx = apus_arena_strf(d->arena, "{\"le\":%" PRIu64 "}", r->max);
        return apus__complain(d, place, in, "less_than_equal", ctx,
                              "Input should be less than or equal to %" PRIu64, r->max);
    }
    return APUS_OK;
}

/* Most are: those that are not, and those of over 63 bits, are looked at again. */
static bool is_whole_fine(apus_kind kind, const apus_rules *rules, struct apus__whole v)
{
    if (v.overflow || v.magnitude > INT64_MAX)
        return false;
    int64_t whole = v.negative ? -(int64_t)v.magnitude : (int64_t)v.magnitude;
    return whole >= ranges[kind].min && (whole < 0 || v.magnitude <= ranges[kind].max) &&
           apus__whole_fits(rules, whole);
}

static apus_rc check_whole(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                           const struct apus__input *in, const apus_place *place,
                           struct apus__whole v)
{
    if (is_whole_fine(type->kind, rules, v))
        return APUS_OK;
    for (size_t i = 0; rules->has && i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const struct bound *b = &bounds[i];
        int64_t limit = bound_of(rules, b->rule)->integer;
        if (!(rules->has & b->rule) || whole_keeps(b->rule, v, limit))
            continue;
        return apus__complain(d, place, in, b->type, apus__ctx_int(d, b->key, limit),
                              "Input should be %s %" PRId64, b->text, limit);
    }
    return check_range(d, type->kind, in, place, v);
}

static apus_rc whole_of_number(apus_decoder *d, const struct apus__input *in,
                               const apus_place *place, struct apus__whole *v)
{
    const apus_scan_number *n = &in->number;
    if (n->fits) {
        v->negative = n->integer < 0;
        v->magnitude = n->integer < 0 ? 0 - (uint64_t)n->integer : (uint64_t)n->integer;
        return APUS_OK;
    }
    if (n->is_integer)
        return apus__whole_of_text(n->text, v) == APUS__TOO_MANY_DIGITS
                   ? apus__complain(
                         d, place, in, "int_parsing_size", APUS_STR(""),
                         "Unable to parse input string as an integer, exceeded maximum size")
                   : APUS_OK;
    if (!isfinite(n->number))
        return apus__complain(d, place, in, "finite_number", APUS_STR(""),
                              "Input should be a finite number");
    if (n->number != floor(n->number))
        return apus__complain(
            d, place, in, "int_from_float", APUS_STR(""),
            "Input should be a valid integer, got a number with a fractional part");
    v->negative = n->number < 0;
    v->overflow = fabs(n->number) >= 18446744073709551616.0;
    v->magnitude = v->overflow ? UINT64_MAX : (uint64_t)fabs(n->number);
    return APUS_OK;
}

static apus_rc read_whole(apus_decoder *d, const struct apus__input *in, const apus_place *place,
                          struct apus__whole *v)
{
    *v = (struct apus__whole){ 0 };
    switch (in->token) {
    case APUS__TOKEN_number:
        return whole_of_number(d, in, place, v);
    case APUS__TOKEN_bool:
        v->magnitude = in->truth;
        return APUS_OK;
    case APUS__TOKEN_string:
    case APUS__TOKEN_text:
        switch (apus__whole_of_text(in->text, v)) {
        case APUS__COERCED:
            return APUS_OK;
        case APUS__TOO_MANY_DIGITS:
            return apus__complain(
                d, place, in, "int_parsing_size", APUS_STR(""),
                "Unable to parse input string as an integer, exceeded maximum size");
        case APUS__NOT_A_NUMBER:
            return apus__complain(
                d, place, in, "int_parsing", APUS_STR(""),
                "Input should be a valid integer, unable to parse string as an integer");
        }
        return APUS_OK;
    default:
        return apus__complain(d, place, in, "int_type", APUS_STR(""),
                              "Input should be a valid integer");
    }
}

/* "10MB": in bytes. */
static apus_rc read_byte_size(apus_decoder *d, const struct apus__input *in,
                              const apus_place *place, struct apus__whole *v)
{
    int64_t bytes;
    apus_str unit;
    apus_rc rc = apus_byte_size_parse(in->text, &bytes, &unit);
    *v = (struct apus__whole){ .magnitude = rc ? UINT64_MAX : (uint64_t)bytes,
                               .overflow = rc == APUS_LIMIT };
    if (rc == APUS_NOT_FOUND)
        return apus__complain(d, place, in, "byte_size_unit", apus__ctx_text(d, "unit", unit),
                              "could not interpret byte unit: %.*s", APUS_FMT(unit));
    if (rc == APUS_SYNTAX)
        return apus__complain(d, place, in, "byte_size", APUS_STR(""),
                              "could not parse value and unit from byte string");
    return APUS_OK;
}

APUS__SETTER(int)
{
    struct apus__whole v;
    if (rules->has & APUS_RULE_strict && in->token != APUS__TOKEN_text &&
        (in->token != APUS__TOKEN_number || !in->number.is_integer))
        return apus__complain(d, place, in, "int_type", APUS_STR(""),
                              "Input should be a valid integer");
    apus_rc rc = rules->has & APUS_RULE_byte_size && apus__has_text(in)
                     ? read_byte_size(d, in, place, &v)
                     : read_whole(d, in, place, &v);
    if (rc == APUS_OK)
        rc = check_whole(d, type, rules, in, place, v);
    if (rc == APUS_OK && rules->has & APUS_RULE_one_of)
        rc = apus__check_choice(d, type, rules, in, place, APUS_STR(""),
                                (int64_t)(v.negative ? 0 - v.magnitude : v.magnitude));
    if (rc == APUS_OK)
        apus__store_whole(at, type->size, v.negative ? 0 - v.magnitude : v.magnitude);
    return rc;
}

/* --- floats --- */

APUS__SETTER(number)
{
    double v = 0;
    if (rules->has & APUS_RULE_strict && in->token != APUS__TOKEN_text &&
        in->token != APUS__TOKEN_number)
        return apus__complain(d, place, in, "float_type", APUS_STR(""),
                              "Input should be a valid number");
    switch (in->token) {
    case APUS__TOKEN_number:
        v = in->number.number;
        break;
    case APUS__TOKEN_bool:
        v = in->truth;
        break;
    case APUS__TOKEN_string:
    case APUS__TOKEN_text:
        if (!apus__number_of_text(in->text, &v))
            return apus__complain(
                d, place, in, "float_parsing", APUS_STR(""),
                "Input should be a valid number, unable to parse string as a number");
        break;
    default:
        return apus__complain(d, place, in, "float_type", APUS_STR(""),
                              "Input should be a valid number");
    }
    float narrow = (float)v;
    bool finite = isfinite(v) && (type->kind == APUS_KIND_double || isfinite(narrow));
    if (!finite && !(rules->has & APUS_RULE_inf_nan))
        return apus__complain(d, place, in, "finite_number", APUS_STR(""),
                              "Input should be a finite number");
    apus_rc rc = check_number(d, rules, in, place, v);
    if (rc)
        return rc;
    if (type->kind == APUS_KIND_double)
        memcpy(at, &v, sizeof(v));
    else
        memcpy(at, &narrow, sizeof(narrow));
    return APUS_OK;
}

APUS__SETTER(bool)
{
    (void)type;
    int v = -1;
    bool strict = rules->has & APUS_RULE_strict;
    if (in->token == APUS__TOKEN_bool)
        v = in->truth;
    else if (strict && in->token != APUS__TOKEN_text)
        return apus__complain(d, place, in, "bool_type", APUS_STR(""),
                              "Input should be a valid boolean");
    else if (in->token == APUS__TOKEN_number)
        v = in->number.number == 0 ? 0 : in->number.number == 1 ? 1 : -1;
    else if (apus__has_text(in))
        v = apus__bool_of_text(in->text);
    else
        return apus__complain(d, place, in, "bool_type", APUS_STR(""),
                              "Input should be a valid boolean");
    if (v < 0)
        return apus__complain(d, place, in, "bool_parsing", APUS_STR(""),
                              "Input should be a valid boolean, unable to interpret input");
    *(bool *)at = v;
    return APUS_OK;
}

/* --- decimals --- */

static int count_digits(apus_decimal v)
{
    char text[APUS_TEXT_DECIMAL_MAX + 1];
    v.negative = false;
    v.scale = 0;
    return (int)apus_decimal_print(v, text);
}

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

/* What max_digits leaves in front of the point, where decimal_places of them stand behind it. */
static apus_rc check_whole_digits(apus_decoder *d, const apus_rules *r,
                                  const struct apus__input *in, const apus_place *place, int whole)
{
    int most = r->max_digits > r->decimal_places ? r->max_digits - r->decimal_places : 0;
    if (!(r->has & APUS_RULE_max_digits) || !(r->has & APUS_RULE_decimal_places) || whole <= most)
        return APUS_OK;
    return apus__complain(d, place, in, "decimal_whole_digits",
                          apus__ctx_int(d, "whole_digits", most),
                          "Decimal input should have no more than %d digit%s before the decimal "
                          "point",
                          most, plural((unsigned)most));
}

static apus_rc check_digits(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                            const apus_place *place, apus_decimal v)
{
    int digits = count_digits(v);
    digits = digits < v.scale ? v.scale : digits;
    if (r->has & APUS_RULE_max_digits && digits > r->max_digits)
        return apus__complain(d, place, in, "decimal_max_digits",
                              apus__ctx_int(d, "max_digits", r->max_digits),
                              "Decimal input should have no more than %u digit%s in total",
                              r->max_digits, plural(r->max_digits));
    if (r->has & APUS_RULE_decimal_places && v.scale > r->decimal_places)
        return apus__complain(d, place, in, "decimal_max_places",
                              apus__ctx_int(d, "decimal_places", r->decimal_places),
                              "Decimal input should have no more than %u decimal place%s",
                              r->decimal_places, plural(r->decimal_places));
    return check_whole_digits(d, r, in, place, digits - v.scale);
}

APUS__SETTER(decimal)
{
    (void)type;
    apus_decimal v;
    if (in->token != APUS__TOKEN_number && !apus__has_text(in))
        return apus__complain(
            d, place, in, "decimal_type", APUS_STR(""),
            "Decimal input should be an integer, float, string or Decimal object");
    apus_str text = in->token == APUS__TOKEN_number ? in->number.text : in->text;
    if (!apus_decimal_parse(text, &v, NULL))
        return apus__complain(d, place, in, "decimal_parsing", APUS_STR(""),
                              "Input should be a valid decimal");
    char printed[APUS_TEXT_DECIMAL_MAX + 1];
    double number = 0;
    (void)apus_double_parse((apus_str){ printed, apus_decimal_print(v, printed) }, &number);
    apus_rc rc = check_digits(d, rules, in, place, v);
    if (rc == APUS_OK)
        rc = check_number(d, rules, in, place, number);
    if (rc == APUS_OK)
        memcpy(at, &v, sizeof(v));
    return rc;
}
