/* Objects as clients mostly write them: members in their order, each straight from the text
 * to its place, in one loop.
 *
 * What is taken here is only what the decoder would surely take too; whatever is not plain,
 * or has a kind, a rule or a flag that is not named below, is left to it from its first
 * byte on.  So something new needs nothing here, and nothing here needs to explain a
 * problem. */
#include "apus/json_plain.h"
#include "model/decoder.h"
#include "model/kept.h"
#include "model/scalar.h"

enum {
    /* of the list that the value stands in, or without a meaning for what is plain */
    ELSEWHERE = APUS_RULE_min_items | APUS_RULE_max_items | APUS_RULE_unique | APUS_RULE_set |
                APUS_RULE_strict | APUS_RULE_inf_nan,
    FLAGS = APUS_FIELD_required | APUS_FIELD_pointer | APUS_FIELD_nullable | APUS_FIELD_secret |
            APUS_FIELD_write_only | APUS_FIELD_omit_null | APUS_FIELD_omit_default |
            APUS_FIELD_tag | APUS_FIELD_embed,
};

static inline bool has_other(const apus_rules *r, unsigned known)
{
    return r && r->has & ~(known | ELSEWHERE);
}

/* --- scalars --- */

static inline const char *take_string(const char *p, const char *end, apus_arena *a,
                                      const apus_rules *r, apus_str *at)
{
    if (has_other(r, APUS__RULES_TEXT))
        return NULL;
    p = apus_plain_string(p, end, a, at);
    return p && r && r->has & APUS__RULES_TEXT && !apus__text_fits(r, *at) ? NULL : p;
}

static inline const char *take_double(const char *p, const char *end, const apus_rules *r,
                                      double *at)
{
    double v;
    if (has_other(r, APUS__RULES_NUMBER) || !(p = apus_plain_double(p, end, &v)))
        return NULL;
    *at = v;
    return r && r->has & APUS__RULES_NUMBER && !apus__number_fits(r, v) ? NULL : p;
}

static const struct range {
    int64_t min, max;
} ranges[APUS_KIND_COUNT] = {
    [APUS_KIND_int8] = { INT8_MIN, INT8_MAX },    [APUS_KIND_int16] = { INT16_MIN, INT16_MAX },
    [APUS_KIND_int32] = { INT32_MIN, INT32_MAX }, [APUS_KIND_int64] = { INT64_MIN, INT64_MAX },
    [APUS_KIND_uint8] = { 0, UINT8_MAX },         [APUS_KIND_uint16] = { 0, UINT16_MAX },
    [APUS_KIND_uint32] = { 0, UINT32_MAX },       [APUS_KIND_uint64] = { 0, INT64_MAX },
};

static inline const char *take_whole(const char *p, const char *end, const apus_type *type,
                                     const apus_rules *r, void *at)
{
    const struct range *range = &ranges[type->kind];
    int64_t v;
    if (has_other(r, APUS__RULES_NUMBER) || !(p = apus_plain_whole(p, end, &v)) || v < range->min ||
        v > range->max || (r && r->has & APUS__RULES_NUMBER && !apus__whole_fits(r, v)))
        return NULL;
    apus__store_whole(at, type->size, (uint64_t)v);
    return p;
}

static inline const char *take_enum(const char *p, const char *end, const apus_type *type,
                                    const apus_rules *r, void *at)
{
    const apus_enum *e = type->enumeration;
    apus_str name;
    if (has_other(r, 0) || !(p = apus_plain_text(p, end, &name)))
        return NULL;
    for (uint32_t i = 0; i < e->n_values; i++) {
        const apus_enum_value *v = &e->values[i];
        if (v->name.len == name.len && apus__same_bytes(v->name.ptr, name.ptr, name.len)) {
            apus__store_whole(at, type->size, (uint64_t)v->value);
            return p;
        }
    }
    return NULL;
}

static inline const char *take_bool(const char *p, const char *end, const apus_rules *r, bool *at)
{
    if (has_other(r, 0) || end - p <= 5)
        return NULL;
    *at = *p == 't';
    if (memcmp(p, "true", 4) == 0)
        return apus__plain_rest(p + 4, end);
    return memcmp(p, "false", 5) == 0 ? apus__plain_rest(p + 5, end) : NULL;
}

/* What stands at `at` counts only if this does not give NULL. */
static APUS_INLINE const char *take_scalar(const char *p, const char *end, apus_arena *a,
                                           const apus_type *type, const apus_rules *rules, void *at)
{
    switch (type->kind) {
    case APUS_KIND_str:
        return take_string(p, end, a, rules, at);
    case APUS_KIND_double:
        return take_double(p, end, rules, at);
    case APUS_KIND_int8:
    case APUS_KIND_int16:
    case APUS_KIND_int32:
    case APUS_KIND_int64:
    case APUS_KIND_uint8:
    case APUS_KIND_uint16:
    case APUS_KIND_uint32:
    case APUS_KIND_uint64:
        return take_whole(p, end, type, rules, at);
    case APUS_KIND_enum:
        return take_enum(p, end, type, rules, at);
    case APUS_KIND_bool:
        return take_bool(p, end, rules, at);
    default:
        return NULL;
    }
}

/* --- members --- */

static inline bool count_is_fine(const apus_rules *r, size_t n)
{
    return !r || (!(r->has & (APUS_RULE_unique | APUS_RULE_set)) &&
                  !(r->has & APUS_RULE_min_items && n < r->min_items) &&
                  !(r->has & APUS_RULE_max_items && n > r->max_items));
}

enum { FEW = 8 };

/* From behind the bracket up to the other one, at most FEW.  Most are texts with no rule, which
 * need not be told apart again and again. */
static APUS_INLINE const char *take_items(const char *p, const char *end, apus_arena *a,
                                          const apus_type *item, const apus_rules *rules,
                                          char *items, size_t *n)
{
    bool is_text = item->kind == APUS_KIND_str && !has_other(rules, 0);
    do {
        if (*n == FEW)
            return NULL;
        char *at = items + item->size * (*n)++;
        p = is_text ? apus_plain_string(p, end, a, (apus_str *)(void *)at)
                    : take_scalar(p, end, a, item, rules, at);
    } while (p && p < end && *p == ',' && (p = apus_plain_comma(p, end)));
    return p;
}

/* A list of a few scalars; longer ones are worth the decoder's way of growing. */
static APUS_INLINE const char *take_list(const char *p, const char *end, struct apus__decoding *c,
                                         const apus_type *type, const apus_rules *rules, void *at)
{
    const apus_type *item = type->item;
    size_t n = 0;
    char *items = NULL;
    if (end - p < 2 || *p++ != '[' || type->item_pointer || c->scan.depth == c->scan.depth_max)
        return NULL;
    if (*p != ']') {
        items = apus_arena_alloc(c->d->arena, FEW * item->size, item->align);
        p = items ? take_items(p, end, c->d->arena, item, rules, items, &n) : NULL;
    }
    if (!p || p == end || *p != ']' || !count_is_fine(rules, n))
        return NULL;
    memcpy(at, &items, sizeof(items));
    memcpy((char *)at + sizeof(items), &n, sizeof(n));
    return apus__plain_rest(p + 1, end);
}

static APUS_INLINE const char *take_value(const char *p, const char *end, struct apus__decoding *c,
                                          const apus_field *f, void *at)
{
    if (f->type->kind == APUS_KIND_list)
        return take_list(p, end, c, f->type, f->rules, at);
    return take_scalar(p, end, c->d->arena, f->type, f->rules, at);
}

/* Where a member is NULL: behind it. */
static inline const char *take_null(const char *p, const char *end, const apus_field *f)
{
    return f->flags & APUS_FIELD_nullable && end - p > 4 && memcmp(p, "null", 4) == 0
               ? apus__plain_rest(p + 4, end)
               : NULL;
}

/* A value, or the pointer to one of its own. */
static APUS_INLINE const char *take_member(const char *p, const char *end, struct apus__decoding *c,
                                           const apus_field *f, char *at)
{
    if (!(f->flags & APUS_FIELD_pointer))
        return take_value(p, end, c, f, at);
    void *object = NULL;
    const char *rest = take_null(p, end, f);
    if (!rest) {
        object = apus_arena_alloc(c->d->arena, f->type->size, f->type->align);
        rest = object ? take_value(p, end, c, f, object) : NULL;
    }
    if (rest)
        memcpy(at, &object, sizeof(object));
    return rest;
}

/* Takes fields from *next on, up to `stop`; where the text goes on behind the last of them. */
static APUS_INLINE const char *take_fields(const char *p, const char *end, struct apus__decoding *c,
                                           const apus_model *m, uint32_t *next, uint32_t stop,
                                           bool is_first, char *base)
{
    uint32_t i = *next;
    for (const apus_field *f = m->fields + i; i < stop; i++, f++, is_first = false) {
        if (f->flags & ~(unsigned)FLAGS || f->member.len == 0)
            break;
        char *at = base + f->offset;
        const char *v = apus_plain_member(p, end, is_first, f->member);
        if (!v || !(v = take_member(v, end, c, f, at)))
            break;
        p = v;
    }
    *next = i;
    return p;
}

/* The first field from `next` on that has been sent before. */
static uint32_t find_seen(const uint64_t *seen, uint32_t next, uint32_t n)
{
    while (next < n && !(seen[next / 64] >> next % 64 & 1))
        next++;
    return next;
}

uint32_t apus__plain_members(struct apus__decoding *c, const apus_model *m, uint32_t next,
                             bool is_first, void *base, uint64_t *seen)
{
    uint32_t from = next, stop = find_seen(seen, next, m->n_fields);
    const char *p = take_fields(c->scan.at, c->scan.end, c, m, &next, stop, is_first, base);
    for (; from < next; from++)
        seen[from / 64] |= UINT64_C(1) << from % 64;
    apus_scan_move(&c->scan, p);
    return next;
}

bool apus__plain_object(struct apus__decoding *c, const apus_model *m, void *base,
                        struct apus__taken *taken)
{
    const char *p = c->scan.at, *end = c->scan.end;
    taken->n = 0;
    /* deep enough for it and a list within */
    if (end - p < 2 || *p != '{' || c->scan.depth + 2 > c->scan.depth_max)
        return false;
    p = apus__plain_rest(p + 1, end);
    p = take_fields(p, end, c, m, &taken->n, m->n_fields, true, base);
    taken->rest = p;
    if (taken->n < m->n_fields || p == end || *p != '}')
        return false;
    apus_scan_move(&c->scan, apus__plain_rest(p + 1, end));
    return true;
}

bool apus__plain_value(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                       void *at)
{
    const char *p = take_scalar(c->scan.at, c->scan.end, c->d->arena, type, rules, at);
    if (p)
        apus_scan_move(&c->scan, p);
    return p;
}

/* --- parameters --- */

/* A whole number in digits, few enough for no overflow. */
static bool whole_of(apus_str text, int64_t *out)
{
    bool negative = text.len && text.ptr[0] == '-';
    const char *digits = text.ptr + negative, *end = text.ptr + text.len;
    uint64_t value = 0;
    if (digits == end || end - digits > APUS__PLAIN_DIGITS_MAX ||
        apus__plain_digits(digits, end, &value) != end)
        return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool set_whole(const apus_field *f, apus_str text, int64_t *out)
{
    const struct range *range = &ranges[f->type->kind];
    return !has_other(f->rules, APUS__RULES_NUMBER) && whole_of(text, out) && *out >= range->min &&
           *out <= range->max &&
           (!apus__kept_has(f->rules, APUS__RULES_NUMBER) || apus__whole_fits(f->rules, *out));
}

static bool set_text(apus_arena *a, const apus_field *f, apus_str text, apus_str *out)
{
    if (has_other(f->rules, APUS__RULES_TEXT) || !apus_str_is_utf8(text) ||
        (apus__kept_has(f->rules, APUS__RULES_TEXT) && !apus__text_fits(f->rules, text)))
        return false;
    *out = apus_arena_str(a, text);
    return out->ptr;
}

bool apus__plain_param(apus_decoder *d, const apus_field *f, apus_str text, void *base)
{
    union {
        int64_t whole;
        apus_str text;
    } value;
    const apus_type *type = f->type;
    bool is_text = type->kind == APUS_KIND_str;
    bool is_strict = apus__kept_has(f->rules, APUS_RULE_strict); /* a text is no number then */
    if (f->flags & ~FLAGS || is_strict || (!is_text && !ranges[type->kind].max) ||
        !(is_text ? set_text(d->arena, f, text, &value.text) : set_whole(f, text, &value.whole)))
        return false;
    void *at = (char *)base + f->offset;
    if (f->flags & APUS_FIELD_pointer) {
        void *object = apus_arena_alloc(d->arena, type->size, type->align);
        if (!object)
            return false;
        memcpy(at, &object, sizeof(object));
        at = object;
    }
    if (is_text)
        memcpy(at, &value.text, sizeof(value.text));
    else
        apus__store_whole(at, type->size, (uint64_t)value.whole);
    return true;
}
