/* Objects as clients mostly write them: members in their order, each straight from the text
 * to its place, in one loop.
 *
 * What is taken here is only what the decoder would surely take too; whatever is not plain,
 * or has a kind, a rule or a flag that is not named below, is left to it from its first
 * byte on.  So something new needs nothing here, and nothing here needs to explain a
 * problem. */
#include "apus/plain.h"

#include "model/decoder.h"
#include "model/kept.h"
#include "model/scalar.h"

static inline bool count_is_fine(const apus_rules *r, size_t n)
{
    return !r || (!(r->has & (APUS_RULE_unique | APUS_RULE_set)) &&
                  !(r->has & APUS_RULE_min_items && n < r->min_items) &&
                  !(r->has & APUS_RULE_max_items && n > r->max_items));
}

enum { FEW = 8 };

/* Items from behind the bracket up to the other one, at most FEW. */
static const char *take_items(const char *p, const char *end, apus_arena *a, const apus_type *item,
                              const apus_rules *rules, char *items, size_t *n)
{
    do {
        if (*n == FEW)
            return NULL;
        char *at = items + item->size * (*n)++;
        p = apus__plain_take_scalar(p, end, a, item->kind, item, rules, at);
    } while (p && p < end && *p == ',' && (p = apus_plain_comma(p, end)));
    return p;
}

/* The same for texts without a rule, as most are. */
static APUS_INLINE const char *take_texts(const char *p, const char *end, apus_arena *a,
                                          apus_str *items, size_t *n)
{
    apus_str *at = items;
    do {
        p = apus_plain_string(p, end, a, at++);
    } while (p && p < end && *p == ',' && at < items + FEW && (p = apus_plain_comma(p, end)));
    *n = (size_t)(at - items);
    return p; /* at a comma, where there are more */
}

/* Longer ones are worth the decoder's way of growing. */
const char *apus__plain_take_list(const char *p, const char *end, apus_arena *a,
                                  const apus_type *type, const apus_rules *rules, void *at)
{
    const apus_type *item = type->item;
    size_t n = 0;
    char *items = NULL;
    if (end - p < 2 || *p++ != '[' || type->item_pointer)
        return NULL;
    if (*p != ']') {
        items = apus_arena_alloc(a, FEW * item->size, item->align);
        if (!items)
            return NULL;
        p = item->kind == APUS_KIND_str && !apus__rules_beyond(rules, 0)
                ? take_texts(p, end, a, (apus_str *)(void *)items, &n)
                : take_items(p, end, a, item, rules, items, &n);
    }
    if (!p || p == end || *p != ']' || !count_is_fine(rules, n))
        return NULL;
    memcpy(at, &items, sizeof(items));
    memcpy((char *)at + sizeof(items), &n, sizeof(n));
    return apus__plain_rest(p + 1, end);
}

/* Takes fields from *next on, up to `stop`; where the text goes on behind the last of them. */
static APUS_INLINE const char *take_fields(const char *p, const char *end, apus_arena *a,
                                           const apus_model *m, uint32_t *next, uint32_t stop,
                                           bool is_first, void *base)
{
    uint32_t i = *next;
    for (const apus_field *f = m->fields + i; i < stop; i++, f++, is_first = false) {
        if (f->flags & ~(unsigned)APUS_PLAIN_FLAGS || f->member.len == 0)
            break;
        const char *v = apus_plain_member(p, end, is_first, f->member);
        if (!v || !(v = apus__plain_take_field(v, end, a, f->type->kind, f, base)))
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
    if (c->scan.depth == c->scan.depth_max)
        return next; /* too deep for a list */
    const char *p =
        take_fields(c->scan.at, c->scan.end, c->d->arena, m, &next, stop, is_first, base);
    for (; from < next; from++)
        seen[from / 64] |= UINT64_C(1) << from % 64;
    apus_scan_move(&c->scan, p);
    return next;
}

/* As apus_model.plain does it, by the tables. */
static APUS_NOINLINE uint32_t take_by_tables(apus_plain *in, const apus_model *m, void *base)
{
    uint32_t n = 0;
    in->at = take_fields(in->at, in->end, in->arena, m, &n, m->n_fields, true, base);
    return n;
}

bool apus__plain_object(struct apus__decoding *c, const apus_model *m, void *base,
                        struct apus__taken *taken)
{
    apus_plain in = { c->scan.at, c->scan.end, c->d->arena };
    taken->n = 0;
    /* deep enough for it and a list within */
    if (in.end - in.at < 2 || *in.at != '{' || c->scan.depth + 2 > c->scan.depth_max)
        return false;
    in.at = apus__plain_rest(in.at + 1, in.end);
    taken->n = m->plain ? m->plain(&in, base) : take_by_tables(&in, m, base);
    taken->rest = in.at;
    if (taken->n < m->n_fields || in.at == in.end || *in.at != '}')
        return false;
    apus_scan_move(&c->scan, apus__plain_rest(in.at + 1, in.end));
    return true;
}

bool apus__plain_value(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                       void *at)
{
    const char *p =
        apus__plain_take_scalar(c->scan.at, c->scan.end, c->d->arena, type->kind, type, rules, at);
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
    const struct apus__plain_range *range = &apus__plain_ranges[f->type->kind];
    return !apus__rules_beyond(f->rules, APUS__RULES_NUMBER) && whole_of(text, out) &&
           *out >= range->min && *out <= range->max &&
           (!apus__kept_has(f->rules, APUS__RULES_NUMBER) || apus__whole_fits(f->rules, *out));
}

static bool set_text(apus_arena *a, const apus_field *f, apus_str text, apus_str *out)
{
    if (apus__rules_beyond(f->rules, APUS__RULES_TEXT) || !apus_str_is_utf8(text) ||
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
    if (f->flags & ~APUS_PLAIN_FLAGS || is_strict ||
        (!is_text && !apus__plain_ranges[type->kind].max) ||
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
