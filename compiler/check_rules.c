/* Constraints: do they fit the type, and one another? */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compiler/check_parts.h"

bool is_integer_kind(apus_kind kind)
{
    return kind >= APUS_KIND_int8 && kind <= APUS_KIND_uint64;
}

bool is_number_kind(apus_kind kind)
{
    return is_integer_kind(kind) || kind == APUS_KIND_float || kind == APUS_KIND_double ||
           kind == APUS_KIND_decimal;
}

bool is_text_kind(apus_kind kind)
{
    return kind == APUS_KIND_str || kind == APUS_KIND_cstr || kind == APUS_KIND_chars ||
           kind == APUS_KIND_url || kind == APUS_KIND_email || kind == APUS_KIND_secret;
}

bool holds_items(apus_kind kind)
{
    return kind == APUS_KIND_list || kind == APUS_KIND_counted || kind == APUS_KIND_array ||
           kind == APUS_KIND_map;
}

const ct_type *innermost(const ct_type *t)
{
    while (holds_items(t->kind))
        t = t->item;
    return t;
}

void integer_range(apus_kind kind, int64_t *least, int64_t *greatest)
{
    static const struct {
        int64_t least, greatest;
    } ranges[] = {
        [APUS_KIND_int8] = { INT8_MIN, INT8_MAX },    [APUS_KIND_int16] = { INT16_MIN, INT16_MAX },
        [APUS_KIND_int32] = { INT32_MIN, INT32_MAX }, [APUS_KIND_int64] = { INT64_MIN, INT64_MAX },
        [APUS_KIND_uint8] = { 0, UINT8_MAX },         [APUS_KIND_uint16] = { 0, UINT16_MAX },
        [APUS_KIND_uint32] = { 0, UINT32_MAX },       [APUS_KIND_uint64] = { 0, INT64_MAX },
    };
    *least = ranges[kind].least;
    *greatest = ranges[kind].greatest;
}

/* --- which rule is for which type --- */

typedef enum sort {
    SORT_number,
    SORT_text, /* also apus_bytes, whose length counts bytes */
    SORT_items,
    SORT_decimal,
    SORT_floating,
    SORT_string,
    SORT_moment,
    SORT_zoned,
    SORT_version,
    SORT_url,
    SORT_integer,
    SORT_choice,
} sort;

static const struct {
    const char *key;
    uint32_t bit;
    sort sort;
} rules[] = {
    { "gt", APUS_RULE_gt, SORT_number },
    { "ge", APUS_RULE_ge, SORT_number },
    { "lt", APUS_RULE_lt, SORT_number },
    { "le", APUS_RULE_le, SORT_number },
    { "multiple_of", APUS_RULE_multiple_of, SORT_number },
    { "min_length", APUS_RULE_min_length, SORT_text },
    { "max_length", APUS_RULE_max_length, SORT_text },
    { "pattern", APUS_RULE_pattern, SORT_text },
    { "strip", APUS_RULE_strip, SORT_text },
    { "min_items", APUS_RULE_min_items, SORT_items },
    { "max_items", APUS_RULE_max_items, SORT_items },
    { "unique", APUS_RULE_unique, SORT_items },
    { "set", APUS_RULE_set, SORT_items },
    { "max_digits", APUS_RULE_max_digits, SORT_decimal },
    { "decimal_places", APUS_RULE_decimal_places, SORT_decimal },
    { "inf_nan", APUS_RULE_inf_nan, SORT_floating },
    { "lower", APUS_RULE_lower, SORT_string },
    { "upper", APUS_RULE_upper, SORT_string },
    { "past", APUS_RULE_past, SORT_moment },
    { "future", APUS_RULE_future, SORT_moment },
    { "aware", APUS_RULE_aware, SORT_zoned },
    { "naive", APUS_RULE_naive, SORT_zoned },
    { "version", APUS_RULE_version, SORT_version },
    { "schemes", APUS_RULE_schemes, SORT_url },
    { "host_required", APUS_RULE_host, SORT_url },
    { "byte_size", APUS_RULE_byte_size, SORT_integer },
    { "one_of", APUS_RULE_one_of, SORT_choice },
};

static bool is_string(apus_kind kind)
{
    return kind == APUS_KIND_str || kind == APUS_KIND_cstr || kind == APUS_KIND_chars;
}

static bool is_ip(apus_kind kind)
{
    return kind == APUS_KIND_ip || kind == APUS_KIND_ip_network || kind == APUS_KIND_ip_interface;
}

static bool fits_sort(const ct_type *t, sort s)
{
    apus_kind inner = innermost(t)->kind;
    switch (s) {
    case SORT_number:
        return is_number_kind(inner);
    case SORT_text:
        return is_text_kind(inner) || inner == APUS_KIND_bytes || inner == APUS_KIND_none;
    case SORT_items:
        return holds_items(t->kind);
    case SORT_decimal:
        return inner == APUS_KIND_decimal;
    case SORT_floating:
        return inner == APUS_KIND_float || inner == APUS_KIND_double;
    case SORT_string:
        return is_string(inner);
    case SORT_moment:
        return inner == APUS_KIND_time || inner == APUS_KIND_date;
    case SORT_zoned:
        return inner == APUS_KIND_time || inner == APUS_KIND_clock_time;
    case SORT_version:
        return inner == APUS_KIND_uuid || is_ip(inner);
    case SORT_url:
        return inner == APUS_KIND_url;
    case SORT_integer:
        return is_integer_kind(inner);
    case SORT_choice:
        return is_integer_kind(inner) || is_string(inner);
    }
    return false;
}

static void say_misfit(checker *k, const ct_field *f, const char *key, sort s)
{
    static const char *const wants[] = {
        [SORT_number] = "numbers",
        [SORT_text] = "text",
        [SORT_items] = "lists and maps",
        [SORT_decimal] = "apus_decimal",
        [SORT_floating] = "float and double",
        [SORT_string] = "text",
        [SORT_moment] = "apus_time and apus_date",
        [SORT_zoned] = "apus_time and apus_clock_time",
        [SORT_version] = "apus_uuid and addresses",
        [SORT_url] = "apus_url",
        [SORT_integer] = "integers",
        [SORT_choice] = "text and integers",
    };
    diag *g =
        diag_error(k->diags, value_place(f->rules.options, key, f->place),
                   "%s is for %s, and '%s' is '%s'", key, wants[s], f->c_name, f->type->c_name);
    static const struct {
        const char *key, *instead;
    } advice[] = {
        { "min_length", "min_items" },
        { "max_length", "max_items" },
        { "min_items", "min_length" },
        { "max_items", "max_length" },
    };
    for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
        bool is_other = s == SORT_text ? holds_items(f->type->kind) : is_text_kind(f->type->kind);
        if (is_other && strcmp(key, advice[i].key) == 0)
            diag_note(k->diags, g, NULL, "%s counts what you mean", advice[i].instead);
    }
    if (s == SORT_text && is_number_kind(f->type->kind))
        diag_note(k->diags, g, NULL, "gt, ge, lt and le bound a number");
    if (s == SORT_number && is_text_kind(f->type->kind))
        diag_note(k->diags, g, NULL, "min_length, max_length and pattern bound a text");
}

static bool check_fit(checker *k, const ct_field *f)
{
    bool fits = true;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!(f->rules.has & rules[i].bit) || fits_sort(f->type, rules[i].sort))
            continue;
        say_misfit(k, f, rules[i].key, rules[i].sort);
        fits = false;
    }
    return fits;
}

/* --- bounds --- */

struct bound {
    const char *key, *text;
    uint32_t bit;
    const apus_bound *bound;
    bool is_open; /* gt, lt: the bound itself is out */
};

static void check_whole(checker *k, const ct_field *f, const struct bound *b)
{
    apus_kind kind = innermost(f->type)->kind;
    const ct_value *v = value_get(f->rules.options, b->key);
    int64_t least, greatest;
    if (!(f->rules.has & b->bit) || !is_integer_kind(kind) || !v)
        return;
    integer_range(kind, &least, &greatest);
    if (v->kind == CT_VALUE_double && v->number != floor(v->number)) {
        diag *g = diag_error(k->diags, v->place, "'%s' is a whole number, and %s is not", f->c_name,
                             b->text);
        diag_note(k->diags, g, NULL, "take a double, or a whole bound");
        return;
    }
    if (v->number < (double)least || v->number > (double)greatest * (1 + 1e-15)) {
        if (kind == APUS_KIND_uint64 && v->number > 0 && v->number < 1.9e19)
            return;
        diag *g = diag_error(k->diags, v->place, "%s = %s is past what '%s' can hold", b->key,
                             b->text, innermost(f->type)->c_name);
        diag_note(k->diags, g, NULL, "its values run from %" PRId64 " to %" PRId64, least,
                  greatest);
    }
}

static void check_bounds(checker *k, const ct_field *f)
{
    const ct_rules *r = &f->rules;
    const struct bound low[] = {
        { "gt", r->gt_text, APUS_RULE_gt, &r->gt, true },
        { "ge", r->ge_text, APUS_RULE_ge, &r->ge, false },
    };
    const struct bound high[] = {
        { "lt", r->lt_text, APUS_RULE_lt, &r->lt, true },
        { "le", r->le_text, APUS_RULE_le, &r->le, false },
    };
    for (size_t i = 0; i < 2; i++) {
        check_whole(k, f, &low[i]);
        check_whole(k, f, &high[i]);
        for (size_t j = 0; j < 2; j++) {
            if (!(r->has & low[i].bit) || !(r->has & high[j].bit))
                continue;
            double least = low[i].bound->number, most = high[j].bound->number;
            bool is_open = low[i].is_open || high[j].is_open;
            if (is_open ? least < most : least <= most)
                continue;
            ct_place place = value_place(r->options, high[j].key, f->place);
            ct_place other = value_place(r->options, low[i].key, f->place);
            diag *g = diag_error(k->diags, place, "no number is %s %s and %s %s",
                                 low[i].is_open ? "greater than" : "at least", low[i].text,
                                 high[j].is_open ? "less than" : "at most", high[j].text);
            diag_note(k->diags, g, &other, "the other bound stands here");
        }
    }
    if ((r->has & APUS_RULE_gt) && (r->has & APUS_RULE_ge))
        diag_error(k->diags, value_place(r->options, "ge", f->place),
                   "gt and ge bound '%s' from the same side: one is enough", f->c_name);
    if ((r->has & APUS_RULE_lt) && (r->has & APUS_RULE_le))
        diag_error(k->diags, value_place(r->options, "le", f->place),
                   "lt and le bound '%s' from the same side: one is enough", f->c_name);
    if ((r->has & APUS_RULE_multiple_of) && !(r->multiple_of.number > 0))
        diag_error(k->diags, value_place(r->options, "multiple_of", f->place),
                   "nothing is a multiple of %s but 0", r->multiple_of_text);
}

/* --- lengths --- */

static void check_pair(checker *k, const ct_field *f, const char *low_key, uint32_t low,
                       const char *high_key, uint32_t high)
{
    if (low <= high)
        return;
    ct_place other = value_place(f->rules.options, low_key, f->place);
    diag *g =
        diag_error(k->diags, value_place(f->rules.options, high_key, f->place),
                   "%s = %" PRIu32 " is less than %s = %" PRIu32, high_key, high, low_key, low);
    diag_note(k->diags, g, &other, "the other one stands here");
}

static void check_lengths(checker *k, const ct_field *f)
{
    const ct_rules *r = &f->rules;
    uint32_t both = APUS_RULE_min_length | APUS_RULE_max_length;
    if ((r->has & both) == both)
        check_pair(k, f, "min_length", r->min_length, "max_length", r->max_length);
    both = APUS_RULE_min_items | APUS_RULE_max_items;
    if ((r->has & both) == both)
        check_pair(k, f, "min_items", r->min_items, "max_items", r->max_items);
    both = APUS_RULE_max_digits | APUS_RULE_decimal_places;
    if ((r->has & both) == both)
        check_pair(k, f, "decimal_places", r->decimal_places, "max_digits", r->max_digits);
    const ct_type *inner = innermost(f->type);
    if (inner->kind == APUS_KIND_chars && (r->has & APUS_RULE_min_length) &&
        r->min_length >= inner->n) {
        diag *g = diag_error(k->diags, value_place(r->options, "min_length", f->place),
                             "'%s' has room for %u characters, not for %u", f->c_name, inner->n - 1,
                             r->min_length);
        diag_note(k->diags, g, NULL, "a char[%u] holds %u bytes and a NUL", inner->n, inner->n - 1);
    }
}

/* --- flags --- */

static void check_flags(checker *k, const ct_field *f)
{
    const ct_value *o = f->rules.options;
    bool is_pointer = (f->flags & APUS_FIELD_pointer) || f->type->kind == APUS_KIND_cstr;
    if (value_flag(o, "no_null") && !is_pointer) {
        diag *g = diag_error(k->diags, value_place(o, "no_null", f->place),
                             "'%s' is no pointer, so it is never null", f->c_name);
        diag_note(k->diags, g, NULL, "take no_null out");
    }
    if (value_flag(o, "required") && value_get(o, "default")) {
        ct_place other = value_place(o, "default", f->place);
        diag *g = diag_error(k->diags, value_place(o, "required", f->place),
                             "'%s' is required, so its default is never used", f->c_name);
        diag_note(k->diags, g, &other, "take one of the two out");
    }
    if (value_flag(o, "read_only") && value_flag(o, "write_only"))
        diag_error(k->diags, value_place(o, "write_only", f->place),
                   "'%s' is both read_only and write_only: it would never travel", f->c_name);
    const char *alias = value_text(o, "alias");
    if (alias && !*alias)
        diag_error(k->diags, value_get(o, "alias")->place, "the name of '%s' on the wire is empty",
                   f->c_name);
}

/* --- what excludes one another, and what is not known --- */

static void check_opposites(checker *k, const ct_field *f)
{
    static const struct {
        uint32_t one, other;
        const char *key, *text;
    } opposites[] = {
        { APUS_RULE_past, APUS_RULE_future, "future", "both past and future" },
        { APUS_RULE_aware, APUS_RULE_naive, "naive", "both aware and naive" },
        { APUS_RULE_lower, APUS_RULE_upper, "upper", "both lower and upper" },
    };
    for (size_t i = 0; i < sizeof(opposites) / sizeof(opposites[0]); i++) {
        uint32_t both = opposites[i].one | opposites[i].other;
        if ((f->rules.has & both) == both)
            diag_error(k->diags, value_place(f->rules.options, opposites[i].key, f->place),
                       "nothing is %s: take one out", opposites[i].text);
    }
}

static void check_version(checker *k, const ct_field *f)
{
    apus_kind inner = innermost(f->type)->kind;
    uint8_t v = f->rules.version;
    if (!(f->rules.has & APUS_RULE_version))
        return;
    if (is_ip(inner) ? v == 4 || v == 6 : v >= 1 && v <= 8)
        return;
    diag *g = diag_error(k->diags, value_place(f->rules.options, "version", f->place),
                         "there is no version %u of '%s'", v, innermost(f->type)->c_name);
    diag_note(k->diags, g, NULL,
              is_ip(inner) ? "addresses have version 4 or 6" : "UUIDs have versions 1 to 8");
}

static void check_choices(checker *k, const ct_field *f)
{
    bool of_text = is_string(innermost(f->type)->kind);
    enum { CHOICES_MAX = 255 };
    size_t n = 0;
    const ct_value *list = f->rules.one_of;
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next, n++) {
        if (v->kind != (of_text ? CT_VALUE_string : CT_VALUE_int))
            diag_error(k->diags, v->place, "'%s' is %s, and %s is not one", f->c_name,
                       of_text ? "a text" : "a whole number", value_kind_text(v));
    }
    if (n > CHOICES_MAX) {
        diag *g = diag_error(k->diags, list->place, "one_of takes at most %d values", CHOICES_MAX);
        diag_note(k->diags, g, NULL, "an enum takes more");
    }
}

void check_rules(checker *k, const ct_field *f)
{
    if (!f->rules.options)
        return;
    check_flags(k, f);
    if (!check_fit(k, f))
        return;
    check_bounds(k, f);
    check_lengths(k, f);
    check_pattern(k, f);
    check_opposites(k, f);
    check_version(k, f);
    check_choices(k, f);
}
