/* Two schemas: what one takes and the other does not. */
#include <stdint.h>
#include <string.h>

#include "apus/json_pointer.h"
#include "command.h"
#include "diff.h"

struct diff_pair {
    const apus_json *was, *is;
    diff_direction direction;
    struct diff_pair *next;
};

enum {
    TYPE_null = 1,
    TYPE_boolean = 2,
    TYPE_integer = 4,
    TYPE_number = 8,
    TYPE_string = 16,
    TYPE_array = 32,
    TYPE_object = 64,
    TYPE_any = 127,
};

static const struct {
    const char *name;
    unsigned bit;
} types[] = {
    { "null", TYPE_null },     { "boolean", TYPE_boolean }, { "integer", TYPE_integer },
    { "number", TYPE_number }, { "string", TYPE_string },   { "array", TYPE_array },
    { "object", TYPE_object },
};

/* A schema with "or null" taken apart. */
struct side {
    const apus_json *schema; /* what is said of values that are not null */
    const apus_json *shapes; /* several of them, or NULL */
    unsigned types;
};

/* --- looking --- */

static unsigned bit_of(apus_str name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (apus_str_eq(name, apus_str_of(types[i].name)))
            return types[i].bit | (types[i].bit == TYPE_number ? TYPE_integer : 0);
    }
    return 0;
}

static unsigned types_of(const apus_json *schema)
{
    const apus_json *type = apus_json_get(schema, "type");
    unsigned bits = bit_of(apus_json_text_or(type, APUS_STR("")));
    for (const apus_json *t = diff_first(type); t; t = t->next)
        bits |= bit_of(apus_json_text_or(t, APUS_STR("")));
    if (apus_json_bool_or(apus_json_get(schema, "nullable"), false))
        bits |= TYPE_null;
    if (!bits && apus_json_get(schema, "properties"))
        return TYPE_object;
    return bits ? bits : TYPE_any;
}

/* allOf of one, references, and anyOf with null. */
static struct side look(const apus_json *document, const apus_json *schema)
{
    static const char *const several[] = { "anyOf", "oneOf" };
    struct side s = { .schema = apus_json_resolve(document, schema) };
    const apus_json *all = apus_json_get(s.schema, "allOf");
    bool or_null = apus_json_bool_or(apus_json_get(s.schema, "nullable"), false);
    if (all && all->n == 1)
        s.schema = apus_json_resolve(document, diff_first(all));
    s.types = s.schema ? types_of(s.schema) : TYPE_any;
    for (size_t i = 0; i < 2; i++) {
        const apus_json *list = apus_json_get(s.schema, several[i]), *only = NULL;
        unsigned n = 0, bits = 0;
        for (const apus_json *shape = diff_first(list); shape; shape = shape->next) {
            const apus_json *target = apus_json_resolve(document, shape);
            unsigned own = target ? types_of(target) : TYPE_any;
            bits |= own;
            if (own != TYPE_null) {
                only = target;
                n++;
            }
        }
        if (!list)
            continue;
        s.types = bits;
        if (n == 1)
            s.schema = only;
        else
            s.shapes = list;
    }
    s.types |= or_null ? TYPE_null : 0;
    return s;
}

static const char *words(struct diff *d, unsigned bits)
{
    const char *text = "";
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        bool is_part = bits & types[i].bit;
        if (types[i].bit == TYPE_integer && bits & TYPE_number)
            is_part = false;
        if (is_part)
            text = textf(d->arena, "%s%s%s", text, *text ? ", " : "", types[i].name);
    }
    return text;
}

static const char *shown(struct diff *d, const apus_json *v)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_str text;
    apus_json_write(&b, v);
    if (apus_buf_take(&b, &text))
        return "";
    return textf(d->arena, "%.*s%s", (int)(text.len < 60 ? text.len : 60), text.ptr,
                 text.len < 60 ? "" : "...");
}

/* --- types and values --- */

static void compare_types(struct diff *d, const struct side *was, const struct side *is,
                          diff_direction direction, const char *at)
{
    unsigned gone = was->types & ~is->types, fresh = is->types & ~was->types;
    if (gone)
        diff_say(d, direction == DIFF_request ? DIFF_breaking : DIFF_compatible, at,
                 direction == DIFF_request ? "%s is no longer taken" : "%s no longer comes",
                 words(d, gone));
    if (fresh)
        diff_say(d, direction == DIFF_request ? DIFF_compatible : DIFF_breaking, at,
                 direction == DIFF_request ? "%s is taken as well" : "%s may come as well",
                 words(d, fresh));
}

static bool has_value(const apus_json *list, const apus_json *v)
{
    for (const apus_json *one = diff_first(list); one; one = one->next) {
        if (apus_json_eq(one, v))
            return true;
    }
    return false;
}

/* enum, or const as an enum of one. */
static const apus_json *values_of(struct diff *d, const apus_json *schema)
{
    const apus_json *one = apus_json_get(schema, "const"), *list = apus_json_get(schema, "enum");
    apus_json *wrapped = one ? apus_json_array(d->arena) : NULL;
    apus_json *copy = one ? APUS_NEW(d->arena, apus_json, 1) : NULL;
    if (copy) {
        *copy = *one;
        copy->next = NULL;
        apus_json_add(wrapped, copy);
    }
    return one ? wrapped : list;
}

static void compare_values(struct diff *d, const apus_json *was, const apus_json *is,
                           diff_direction direction, const char *at)
{
    const apus_json *old_values = values_of(d, was), *new_values = values_of(d, is);
    const char *list_at = diff_at(d, at, APUS_STR("enum"));
    bool asks = direction == DIFF_request;
    if (!old_values && new_values)
        diff_say(d, asks ? DIFF_breaking : DIFF_compatible, list_at,
                 "only listed values are %s now", asks ? "taken" : "sent");
    if (old_values && !new_values)
        diff_say(d, asks ? DIFF_compatible : DIFF_breaking, list_at,
                 "values other than the listed ones are %s now", asks ? "taken" : "sent");
    if (!old_values || !new_values)
        return;
    for (const apus_json *v = diff_first(old_values); v; v = v->next) {
        if (!has_value(new_values, v))
            diff_say(d, asks ? DIFF_breaking : DIFF_compatible, list_at,
                     asks ? "%s is no longer taken" : "%s no longer comes", shown(d, v));
    }
    for (const apus_json *v = diff_first(new_values); v; v = v->next) {
        if (!has_value(old_values, v))
            diff_say(d, asks ? DIFF_compatible : DIFF_breaking, list_at,
                     asks ? "%s is taken as well" : "%s may come as well", shown(d, v));
    }
}

/* --- bounds --- */

static const struct {
    const char *key;
    bool is_lower;
} bounds[] = {
    { "minimum", true },        { "exclusiveMinimum", true },  { "minLength", true },
    { "minItems", true },       { "minProperties", true },     { "maximum", false },
    { "maxLength", false },     { "exclusiveMaximum", false }, { "maxItems", false },
    { "maxProperties", false },
};

static bool is_number(const apus_json *v)
{
    return v && (v->kind == APUS_JSON_int || v->kind == APUS_JSON_double);
}

static void compare_bounds(struct diff *d, const apus_json *was, const apus_json *is,
                           diff_direction direction, const char *at)
{
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const apus_json *a = apus_json_get(was, bounds[i].key),
                        *b = apus_json_get(is, bounds[i].key);
        if ((!a && !b) || (a && b && apus_json_eq(a, b)))
            continue;
        const char *key_at = diff_at(d, at, apus_str_of(bounds[i].key));
        if ((a && !is_number(a)) || (b && !is_number(b))) { /* true of 3.0 */
            diff_say(d, DIFF_risky, key_at, "%s is said otherwise", bounds[i].key);
            continue;
        }
        double x = apus_json_double_or(a, 0), y = apus_json_double_or(b, 0);
        bool is_narrower = !a || (b && (bounds[i].is_lower ? y > x : y < x));
        bool asks = direction == DIFF_request;
        diff_say(d,
                 is_narrower ? (asks ? DIFF_breaking : DIFF_compatible)
                             : (asks ? DIFF_compatible : DIFF_risky),
                 key_at, "%s was %s and is %s: %s", bounds[i].key, a ? shown(d, a) : "not set",
                 b ? shown(d, b) : "not set", is_narrower ? "narrower" : "wider");
    }
}

static void compare_texts(struct diff *d, const apus_json *was, const apus_json *is,
                          diff_direction direction, const char *at)
{
    static const char *const keys[] = { "pattern", "format", "multipleOf", "default" };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const apus_json *a = apus_json_get(was, keys[i]), *b = apus_json_get(is, keys[i]);
        if ((!a && !b) || (a && b && apus_json_eq(a, b)))
            continue;
        bool is_rule = strcmp(keys[i], "default") != 0;
        bool asks = direction == DIFF_request;
        diff_severity severity = DIFF_risky;
        if (is_rule && !a)
            severity = asks ? DIFF_breaking : DIFF_compatible;
        else if (is_rule && !b)
            severity = asks ? DIFF_compatible : DIFF_risky;
        diff_say(d, severity, diff_at(d, at, apus_str_of(keys[i])), "%s was %s and is %s", keys[i],
                 a ? shown(d, a) : "not set", b ? shown(d, b) : "not set");
    }
}

/* --- members --- */

static bool is_listed(const apus_json *list, apus_str name)
{
    for (const apus_json *v = diff_first(list); v; v = v->next) {
        if (apus_str_eq(apus_json_text_or(v, APUS_STR("")), name))
            return true;
    }
    return false;
}

static const apus_json *member_of(const apus_json *object, apus_str name)
{
    for (const apus_json *m = diff_first(object); m; m = m->next) {
        if (apus_str_eq(m->name, name))
            return m;
    }
    return NULL;
}

static bool is_closed(const apus_json *schema)
{
    const apus_json *extra = apus_json_get(schema, "additionalProperties");
    return extra && extra->kind == APUS_JSON_false;
}

static void say_gone(struct diff *d, const apus_json *was, const apus_json *is, apus_str name,
                     diff_direction direction, const char *at)
{
    bool was_required = is_listed(apus_json_get(was, "required"), name);
    if (direction == DIFF_answer)
        diff_say(d, was_required ? DIFF_breaking : DIFF_risky, at,
                 was_required ? "%.*s no longer comes, which always came"
                              : "%.*s no longer comes, which could come",
                 APUS_FMT(name));
    else
        diff_say(d, is_closed(is) ? DIFF_breaking : DIFF_risky, at,
                 is_closed(is) ? "%.*s is refused now" : "%.*s is no longer looked at",
                 APUS_FMT(name));
}

static void compare_required(struct diff *d, const apus_json *was, const apus_json *is,
                             apus_str name, diff_direction direction, const char *at)
{
    bool a = is_listed(apus_json_get(was, "required"), name);
    bool b = is_listed(apus_json_get(is, "required"), name);
    if (a == b)
        return;
    bool asks = direction == DIFF_request;
    if (b)
        diff_say(d, asks ? DIFF_breaking : DIFF_compatible, at,
                 asks ? "%.*s must be sent now" : "%.*s always comes now", APUS_FMT(name));
    else
        diff_say(d, asks ? DIFF_compatible : DIFF_breaking, at,
                 asks ? "%.*s may be left out now" : "%.*s may be missing now", APUS_FMT(name));
}

static void compare_members(struct diff *d, const apus_json *was, const apus_json *is,
                            diff_direction direction, const char *at)
{
    const apus_json *old_members = apus_json_get(was, "properties");
    const apus_json *new_members = apus_json_get(is, "properties");
    const char *within = diff_at(d, at, APUS_STR("properties"));
    for (const apus_json *m = diff_first(old_members); m; m = m->next) {
        const apus_json *now = member_of(new_members, m->name);
        const char *m_at = diff_at(d, within, m->name);
        if (!now) {
            say_gone(d, was, is, m->name, direction, m_at);
            continue;
        }
        compare_required(d, was, is, m->name, direction, m_at);
        diff_schemas(d, m, now, direction, m_at);
    }
    for (const apus_json *m = diff_first(new_members); m; m = m->next) {
        if (member_of(old_members, m->name))
            continue;
        bool must = is_listed(apus_json_get(is, "required"), m->name);
        bool breaks = direction == DIFF_request && must;
        diff_say(d, breaks ? DIFF_breaking : DIFF_compatible, diff_at(d, within, m->name),
                 breaks ? "%.*s must be sent, which clients do not know" : "%.*s is new",
                 APUS_FMT(m->name));
    }
    if (is_closed(is) && !is_closed(was))
        diff_say(d, direction == DIFF_request ? DIFF_breaking : DIFF_compatible,
                 diff_at(d, at, APUS_STR("additionalProperties")), "further members are %s now",
                 direction == DIFF_request ? "refused" : "left out");
    const apus_json *a = apus_json_get(was, "additionalProperties");
    const apus_json *b = apus_json_get(is, "additionalProperties");
    if (a && b && a->kind == APUS_JSON_object && b->kind == APUS_JSON_object)
        diff_schemas(d, a, b, direction, diff_at(d, at, APUS_STR("additionalProperties")));
}

/* --- several shapes --- */

/* The shape of a list that stands for the same: the same reference, or else the same text. */
static const apus_json *same_shape(const apus_json *list, const apus_json *shape)
{
    const apus_json *ref = apus_json_get(shape, "$ref");
    for (const apus_json *s = diff_first(list); s; s = s->next) {
        const apus_json *other = apus_json_get(s, "$ref");
        if (ref && other ? apus_json_eq(ref, other) : apus_json_eq(s, shape))
            return s;
    }
    return NULL;
}

static void compare_shapes(struct diff *d, const struct side *was, const struct side *is,
                           diff_direction direction, const char *at)
{
    bool asks = direction == DIFF_request;
    for (const apus_json *s = diff_first(was->shapes); s; s = s->next) {
        const apus_json *now = same_shape(is->shapes, s);
        if (now)
            diff_schemas(d, s, now, direction, at);
        else
            diff_say(d, asks ? DIFF_breaking : DIFF_compatible, at,
                     asks ? "the shape %s is no longer taken" : "the shape %s no longer comes",
                     shown(d, s));
    }
    for (const apus_json *s = diff_first(is->shapes); s; s = s->next) {
        if (!same_shape(was->shapes, s))
            diff_say(d, asks ? DIFF_compatible : DIFF_breaking, at,
                     asks ? "the shape %s is taken as well" : "the shape %s may come as well",
                     shown(d, s));
    }
}

/* --- all of it --- */

/* false: that pair has been compared, or there are too many. */
static bool enter(struct diff *d, const apus_json *was, const apus_json *is,
                  diff_direction direction)
{
    size_t i = (((uintptr_t)was >> 4) ^ ((uintptr_t)is >> 3)) % 256;
    for (struct diff_pair *p = d->pairs[i]; p; p = p->next) {
        if (p->was == was && p->is == is && p->direction == direction)
            return false;
    }
    struct diff_pair *p = APUS_NEW(d->arena, struct diff_pair, 1);
    if (!p || d->work >= DIFF_WORK_MAX || d->depth >= DIFF_DEPTH_MAX) {
        d->work = DIFF_WORK_MAX;
        return false;
    }
    *p = (struct diff_pair){ .was = was, .is = is, .direction = direction, .next = d->pairs[i] };
    d->pairs[i] = p;
    d->work++;
    d->depth++;
    return true;
}

void diff_schemas(struct diff *d, const apus_json *old_schema, const apus_json *new_schema,
                  diff_direction direction, const char *at)
{
    const apus_json *was = apus_json_resolve(d->old_document, old_schema);
    const apus_json *is = apus_json_resolve(d->new_document, new_schema);
    if (!was || !is || !enter(d, was, is, direction))
        return;
    const apus_json *ref = apus_json_get(new_schema, "$ref");
    apus_str to = apus_json_text_or(ref, APUS_STR(""));
    if (to.len > 1) /* where it is written, not where it is used */
        at = textf(d->arena, "%.*s", (int)to.len - 1, to.ptr + 1);
    struct side a = look(d->old_document, was), b = look(d->new_document, is);
    if (a.schema && b.schema) {
        compare_types(d, &a, &b, direction, at);
        if (a.shapes || b.shapes)
            compare_shapes(d, &a, &b, direction, at);
        compare_values(d, a.schema, b.schema, direction, at);
        compare_bounds(d, a.schema, b.schema, direction, at);
        compare_texts(d, a.schema, b.schema, direction, at);
        compare_members(d, a.schema, b.schema, direction, at);
        if (apus_json_get(a.schema, "items") && apus_json_get(b.schema, "items"))
            diff_schemas(d, apus_json_get(a.schema, "items"), apus_json_get(b.schema, "items"),
                         direction, diff_at(d, at, APUS_STR("items")));
        const apus_json *x = apus_json_get(a.schema, "allOf"),
                        *y = apus_json_get(b.schema, "allOf");
        const apus_json *p = x && x->n > 1 ? diff_first(x) : NULL;
        const apus_json *q = y && y->n > 1 ? diff_first(y) : NULL;
        for (size_t i = 0; p && q; p = p->next, q = q->next, i++)
            diff_schemas(d, p, q, direction, textf(d->arena, "%s/allOf/%zu", at, i));
        if (p || q)
            diff_say(d, DIFF_risky, diff_at(d, at, APUS_STR("allOf")),
                     "parts of allOf have come or gone");
    }
    d->depth--;
}
