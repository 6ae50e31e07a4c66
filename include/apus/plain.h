/* apus/plain.h - objects as clients mostly write them, read by code that knows the model.
 *
 * Most clients send all members, in the order that was documented.  A model may have a function
 * (apus_model.plain) that takes them one after the other, from the first on; apusc writes it for
 * models all of whose members may be plain:
 *
 *     static uint32_t order_plain(apus_plain *in, void *object)
 *     {
 *         const apus_field *f = order_fields;
 *         if (!apus_plain_take(in, f, 0, APUS_KIND_str, object))
 *             return 0;
 *         if (!apus_plain_take(in, f, 1, APUS_KIND_double, object))
 *             return 1;
 *         return 2;
 *     }
 *
 * There the names are constants, and nothing is looked up to find out what comes next.  What it
 * leaves, mistakes among it, the decoder reads by the tables of the model, which say all that
 * there is to say: so a model is the same without its function, only slower.
 *
 * MEMORY: texts, lists and what pointers point to come from the arena.  Nothing suspends. */
#ifndef APUS_PLAIN_H
#define APUS_PLAIN_H

#include "apus/arena.h"
#include "apus/json_plain.h"
#include "apus/rules.h"

APUS_API_BEGIN

/* The text of an object, from where its next member begins, the comma included. */
struct apus_plain {
    const char *at, *end;
    apus_arena *arena;
};

/* Flags of fields that may be plain. */
enum {
    APUS_PLAIN_FLAGS = APUS_FIELD_required | APUS_FIELD_pointer | APUS_FIELD_nullable |
                       APUS_FIELD_secret | APUS_FIELD_write_only | APUS_FIELD_omit_null |
                       APUS_FIELD_omit_default | APUS_FIELD_tag | APUS_FIELD_embed
};

/* An integer of `size` bytes: the low bytes of a two's complement number are the narrower
 * number. */
static inline void apus__store_whole(void *at, uint32_t size, uint64_t value)
{
    uint8_t one = (uint8_t)value;
    uint16_t two = (uint16_t)value;
    uint32_t four = (uint32_t)value;
    switch (size) {
    case 1:
        memcpy(at, &one, sizeof(one));
        break;
    case 2:
        memcpy(at, &two, sizeof(two));
        break;
    case 4:
        memcpy(at, &four, sizeof(four));
        break;
    default:
        memcpy(at, &value, sizeof(value));
        break;
    }
}

enum {
    /* of the list that the value stands in, or without a meaning for what is plain */
    APUS__RULES_ELSEWHERE = APUS_RULE_min_items | APUS_RULE_max_items | APUS_RULE_unique |
                            APUS_RULE_set | APUS_RULE_strict | APUS_RULE_inf_nan
};

static inline bool apus__rules_beyond(const apus_rules *r, unsigned known)
{
    return r && r->has & ~(known | APUS__RULES_ELSEWHERE);
}

/* --- scalars: NULL where they are left, as by the functions of json_plain.h --- */

static inline const char *apus__plain_take_str(const char *p, const char *end, apus_arena *a,
                                               const apus_rules *r, apus_str *at)
{
    if (apus__rules_beyond(r, APUS__RULES_TEXT))
        return NULL;
    p = apus_plain_string(p, end, a, at);
    return p && r && r->has & APUS__RULES_TEXT && !apus__text_fits(r, *at) ? NULL : p;
}

static inline const char *apus__plain_take_double(const char *p, const char *end,
                                                  const apus_rules *r, double *at)
{
    double v;
    if (apus__rules_beyond(r, APUS__RULES_NUMBER) || !(p = apus_plain_double(p, end, &v)))
        return NULL;
    *at = v;
    return r && r->has & APUS__RULES_NUMBER && !apus__number_fits(r, v) ? NULL : p;
}

static const struct apus__plain_range {
    int64_t min, max;
    uint32_t size; /* bytes */
} apus__plain_ranges[APUS_KIND_COUNT] = {
    [APUS_KIND_int8] = { INT8_MIN, INT8_MAX, 1 },
    [APUS_KIND_int16] = { INT16_MIN, INT16_MAX, 2 },
    [APUS_KIND_int32] = { INT32_MIN, INT32_MAX, 4 },
    [APUS_KIND_int64] = { INT64_MIN, INT64_MAX, 8 },
    [APUS_KIND_uint8] = { 0, UINT8_MAX, 1 },
    [APUS_KIND_uint16] = { 0, UINT16_MAX, 2 },
    [APUS_KIND_uint32] = { 0, UINT32_MAX, 4 },
    [APUS_KIND_uint64] = { 0, INT64_MAX, 8 },
};

static inline const char *apus__plain_take_whole(const char *p, const char *end, apus_kind kind,
                                                 const apus_rules *r, void *at)
{
    const struct apus__plain_range *range = &apus__plain_ranges[kind];
    int64_t v;
    if (apus__rules_beyond(r, APUS__RULES_NUMBER) || !(p = apus_plain_whole(p, end, &v)) ||
        v < range->min || v > range->max ||
        (r && r->has & APUS__RULES_NUMBER && !apus__whole_fits(r, v)))
        return NULL;
    apus__store_whole(at, range->size, (uint64_t)v);
    return p;
}

static inline const char *apus__plain_take_enum(const char *p, const char *end,
                                                const apus_type *type, const apus_rules *r,
                                                void *at)
{
    const apus_enum *e = type->enumeration;
    apus_str name;
    if (apus__rules_beyond(r, 0) || !(p = apus_plain_text(p, end, &name)))
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

static inline const char *apus__plain_take_bool(const char *p, const char *end, const apus_rules *r,
                                                bool *at)
{
    if (apus__rules_beyond(r, 0) || end - p <= 5)
        return NULL;
    *at = *p == 't';
    if (memcmp(p, "true", 4) == 0)
        return apus__plain_rest(p + 4, end);
    return memcmp(p, "false", 5) == 0 ? apus__plain_rest(p + 5, end) : NULL;
}

/* What stands at `at` counts only if this does not give NULL.  kind is the type's, given apart so
 * that compilers may know it. */
static APUS_INLINE const char *apus__plain_take_scalar(const char *p, const char *end,
                                                       apus_arena *a, apus_kind kind,
                                                       const apus_type *type,
                                                       const apus_rules *rules, void *at)
{
    switch (kind) {
    case APUS_KIND_str:
        return apus__plain_take_str(p, end, a, rules, at);
    case APUS_KIND_double:
        return apus__plain_take_double(p, end, rules, at);
    case APUS_KIND_int8:
    case APUS_KIND_int16:
    case APUS_KIND_int32:
    case APUS_KIND_int64:
    case APUS_KIND_uint8:
    case APUS_KIND_uint16:
    case APUS_KIND_uint32:
    case APUS_KIND_uint64:
        return apus__plain_take_whole(p, end, kind, rules, at);
    case APUS_KIND_enum:
        return apus__plain_take_enum(p, end, type, rules, at);
    case APUS_KIND_bool:
        return apus__plain_take_bool(p, end, rules, at);
    default:
        return NULL;
    }
}

/* A list of a few scalars. */
const char *apus__plain_take_list(const char *p, const char *end, apus_arena *a,
                                  const apus_type *type, const apus_rules *rules, void *at);

/* --- members --- */

static APUS_INLINE const char *apus__plain_take_value(const char *p, const char *end, apus_arena *a,
                                                      apus_kind kind, const apus_field *f, void *at)
{
    if (kind == APUS_KIND_list)
        return apus__plain_take_list(p, end, a, f->type, f->rules, at);
    return apus__plain_take_scalar(p, end, a, kind, f->type, f->rules, at);
}

/* Where a member is NULL: behind it. */
static inline const char *apus__plain_take_null(const char *p, const char *end, const apus_field *f)
{
    return f->flags & APUS_FIELD_nullable && end - p > 4 && memcmp(p, "null", 4) == 0
               ? apus__plain_rest(p + 4, end)
               : NULL;
}

/* A value, or the pointer to one of its own. */
static APUS_INLINE const char *apus__plain_take_field(const char *p, const char *end, apus_arena *a,
                                                      apus_kind kind, const apus_field *f,
                                                      void *object)
{
    char *at = (char *)object + f->offset;
    if (!(f->flags & APUS_FIELD_pointer))
        return apus__plain_take_value(p, end, a, kind, f, at);
    void *value = NULL;
    const char *rest = apus__plain_take_null(p, end, f);
    if (!rest) {
        value = apus_arena_alloc(a, f->type->size, f->type->align);
        rest = value ? apus__plain_take_value(p, end, a, kind, f, value) : NULL;
    }
    if (rest)
        memcpy(at, &value, sizeof(value));
    return rest;
}

/* Takes a member, which is fields[i], if it comes next and its value is plain and keeps the
 * field's rules.  kind is that of its type; its flags are APUS_PLAIN_FLAGS and it has `member`. */
static APUS_INLINE bool apus_plain_take(apus_plain *in, const apus_field *fields, uint32_t i,
                                        apus_kind kind, void *object)
{
    const char *p = apus_plain_member(in->at, in->end, i == 0, fields[i].member);
    if (!p || !(p = apus__plain_take_field(p, in->end, in->arena, kind, &fields[i], object)))
        return false;
    in->at = p;
    return true;
}

APUS_API_END

#endif
