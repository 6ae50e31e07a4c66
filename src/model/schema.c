/* JSON Schema 2020-12, checked by walking schema and value side by side.
 *
 * Each keyword is a row: its name and the function that says whether a value keeps it.  A
 * schema is read by looking for keywords without a row that would change the answer. */
#include "apus/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/json_pointer.h"
#include "apus/pattern.h"

struct check {
    const apus_schema *schema;
    apus_arena *arena;
    apus_err *err;
    unsigned depth;
};

/* Where in the value we are, for the complaint. */
struct spot {
    const struct spot *up;
    apus_str name;
    size_t index;
    bool is_index;
};

static apus_rc keeps(struct check *c, const apus_json *schema, const apus_json *v,
                     const struct spot *at);

/* --- complaints --- */

static void print_spot(apus_buf *to, const struct spot *at)
{
    if (!at->up)
        return;
    print_spot(to, at->up);
    if (at->is_index)
        apus_buf_addf(to, "/%zu", at->index);
    else
        apus_buf_addf(to, "/%.*s", APUS_FMT(at->name));
}

static apus_rc broken(struct check *c, const struct spot *at, const char *what,
                      const apus_json *keyword)
{
    apus_buf where = apus_buf_in(c->arena), value = apus_buf_in(c->arena);
    apus_str place, text;
    print_spot(&where, at);
    apus_json_write(&value, keyword);
    if (apus_buf_take(&where, &place) || apus_buf_take(&value, &text))
        return APUS_NOMEM;
    return apus_err_set(c->err, APUS_INVALID, "%s: %s %.100s", place.len ? place.ptr : "/", what,
                        text.ptr);
}

/* --- numbers --- */

static bool is_number(const apus_json *v)
{
    return v->kind == APUS_JSON_int || v->kind == APUS_JSON_double || v->kind == APUS_JSON_big;
}

static double number_of(const apus_json *v)
{
    return v->kind == APUS_JSON_big ? strtod(v->text.ptr, NULL) : apus_json_double_or(v, 0);
}

static bool is_whole(const apus_json *v)
{
    return v->kind == APUS_JSON_int || v->kind == APUS_JSON_big ||
           (v->kind == APUS_JSON_double && v->number == floor(v->number) && isfinite(v->number));
}

typedef apus_rc keyword_fn(struct check *c, const apus_json *schema, const apus_json *k,
                           const apus_json *v, const struct spot *at);
#define KEYWORD(name)                                                                              \
    static apus_rc name(struct check *c, const apus_json *schema, const apus_json *k,              \
                        const apus_json *v, const struct spot *at)

KEYWORD(minimum)
{
    (void)schema;
    return is_number(v) && number_of(v) < number_of(k) ? broken(c, at, "is below the minimum", k)
                                                       : APUS_OK;
}

KEYWORD(maximum)
{
    (void)schema;
    return is_number(v) && number_of(v) > number_of(k) ? broken(c, at, "is above the maximum", k)
                                                       : APUS_OK;
}

KEYWORD(exclusive_minimum)
{
    (void)schema;
    return is_number(v) && number_of(v) <= number_of(k) ? broken(c, at, "is not above", k)
                                                        : APUS_OK;
}

KEYWORD(exclusive_maximum)
{
    (void)schema;
    return is_number(v) && number_of(v) >= number_of(k) ? broken(c, at, "is not below", k)
                                                        : APUS_OK;
}

KEYWORD(multiple_of)
{
    (void)schema;
    if (!is_number(v))
        return APUS_OK;
    double ratio = number_of(v) / number_of(k);
    bool fine = isfinite(ratio) ? fabs(ratio - round(ratio)) <= 1e-9 * fabs(ratio)
                                : is_whole(v) && fmod(number_of(v), number_of(k)) == 0;
    return fine ? APUS_OK : broken(c, at, "is not a multiple of", k);
}

/* --- text --- */

KEYWORD(min_length)
{
    (void)schema;
    bool low = v->kind == APUS_JSON_string && (double)apus_str_codepoints(v->text) < number_of(k);
    return low ? broken(c, at, "is shorter than", k) : APUS_OK;
}

KEYWORD(max_length)
{
    (void)schema;
    bool high = v->kind == APUS_JSON_string && (double)apus_str_codepoints(v->text) > number_of(k);
    return high ? broken(c, at, "is longer than", k) : APUS_OK;
}

/* Compiled for this one use; what cannot be compiled was refused when the schema was read. */
static apus_rc search(apus_str pattern, apus_str text, bool *found)
{
    apus_pattern p = { .text = pattern.ptr };
    apus_rc rc = apus_pattern_prepare(&p, NULL);
    if (rc == APUS_OK)
        rc = apus_pattern_match(&p, text);
    apus_pattern_release(&p);
    *found = rc == APUS_OK;
    return rc == APUS_INVALID ? APUS_OK : rc;
}

KEYWORD(pattern)
{
    (void)schema;
    bool found = true;
    apus_rc rc = v->kind == APUS_JSON_string ? search(k->text, v->text, &found) : APUS_OK;
    return rc || found ? rc : broken(c, at, "does not match", k);
}

/* --- any value --- */

static bool has_type(const apus_json *v, apus_str type)
{
    static const char *const names[] = {
        [APUS_JSON_null] = "null",     [APUS_JSON_false] = "boolean", [APUS_JSON_true] = "boolean",
        [APUS_JSON_int] = "number",    [APUS_JSON_double] = "number", [APUS_JSON_big] = "number",
        [APUS_JSON_string] = "string", [APUS_JSON_list] = "array",    [APUS_JSON_object] = "object",
    };
    if (apus_str_eq(type, APUS_STR("integer")))
        return is_whole(v);
    return apus_str_eq(type, apus_str_of(names[v->kind]));
}

KEYWORD(type)
{
    (void)schema;
    bool fine = k->kind == APUS_JSON_string && has_type(v, k->text);
    for (const apus_json *one = k->kind == APUS_JSON_list ? k->first : NULL; one; one = one->next)
        fine = fine || has_type(v, one->text);
    return fine ? APUS_OK : broken(c, at, "is not of type", k);
}

KEYWORD(enumeration)
{
    (void)schema;
    for (const apus_json *one = k->first; one; one = one->next) {
        if (apus_json_eq(one, v))
            return APUS_OK;
    }
    return broken(c, at, "is none of", k);
}

KEYWORD(constant)
{
    (void)schema;
    return apus_json_eq(k, v) ? APUS_OK : broken(c, at, "is not", k);
}

/* --- lists --- */

KEYWORD(min_items)
{
    (void)schema;
    return v->kind == APUS_JSON_list && v->n < number_of(k)
               ? broken(c, at, "has fewer items than", k)
               : APUS_OK;
}

KEYWORD(max_items)
{
    (void)schema;
    return v->kind == APUS_JSON_list && v->n > number_of(k)
               ? broken(c, at, "has more items than", k)
               : APUS_OK;
}

KEYWORD(unique_items)
{
    (void)schema;
    if (v->kind != APUS_JSON_list || k->kind != APUS_JSON_true)
        return APUS_OK;
    for (const apus_json *a = v->first; a; a = a->next) {
        for (const apus_json *b = a->next; b; b = b->next) {
            if (apus_json_eq(a, b))
                return broken(c, at, "has an item twice: uniqueItems", k);
        }
    }
    return APUS_OK;
}

KEYWORD(prefix_items)
{
    (void)schema;
    size_t i = 0;
    const apus_json *item = v->kind == APUS_JSON_list ? v->first : NULL;
    for (const apus_json *s = k->first; s && item; s = s->next, item = item->next, i++) {
        struct spot here = { .up = at, .index = i, .is_index = true };
        apus_rc rc = keeps(c, s, item, &here);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

KEYWORD(items)
{
    const apus_json *prefix = apus_json_get(schema, "prefixItems");
    size_t skip = prefix ? prefix->n : 0, i = 0;
    for (const apus_json *item = v->kind == APUS_JSON_list ? v->first : NULL; item;
         item = item->next, i++) {
        struct spot here = { .up = at, .index = i, .is_index = true };
        apus_rc rc = i < skip ? APUS_OK : keeps(c, k, item, &here);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

/* Whether v keeps the schema, without a complaint. */
static apus_rc fits(struct check *c, const apus_json *schema, const apus_json *v,
                    const struct spot *at, bool *out)
{
    struct check quiet = *c;
    quiet.err = NULL;
    apus_rc rc = keeps(&quiet, schema, v, at);
    *out = rc == APUS_OK;
    return rc == APUS_INVALID ? APUS_OK : rc;
}

KEYWORD(contains)
{
    const apus_json *least = apus_json_get(schema, "minContains");
    const apus_json *most = apus_json_get(schema, "maxContains");
    double n = 0;
    if (v->kind != APUS_JSON_list)
        return APUS_OK;
    for (const apus_json *item = v->first; item; item = item->next) {
        bool yes;
        apus_rc rc = fits(c, k, item, at, &yes);
        if (rc)
            return rc;
        n += yes;
    }
    bool fine = n >= (least ? number_of(least) : 1) && (!most || n <= number_of(most));
    return fine ? APUS_OK : broken(c, at, "does not contain as many as it should of", k);
}

/* --- objects --- */

static const apus_json *member(const apus_json *object, apus_str name)
{
    const apus_json *found = NULL;
    for (const apus_json *m = object->first; m; m = m->next) {
        if (apus_str_eq(m->name, name))
            found = m;
    }
    return found;
}

KEYWORD(min_properties)
{
    (void)schema;
    return v->kind == APUS_JSON_object && v->n < number_of(k)
               ? broken(c, at, "has fewer members than", k)
               : APUS_OK;
}

KEYWORD(max_properties)
{
    (void)schema;
    return v->kind == APUS_JSON_object && v->n > number_of(k)
               ? broken(c, at, "has more members than", k)
               : APUS_OK;
}

KEYWORD(required)
{
    (void)schema;
    for (const apus_json *name = v->kind == APUS_JSON_object ? k->first : NULL; name;
         name = name->next) {
        if (!member(v, name->text))
            return broken(c, at, "lacks", name);
    }
    return APUS_OK;
}

KEYWORD(properties)
{
    (void)schema;
    for (const apus_json *s = v->kind == APUS_JSON_object ? k->first : NULL; s; s = s->next) {
        const apus_json *m = member(v, s->name);
        struct spot here = { .up = at, .name = s->name };
        apus_rc rc = m ? keeps(c, s, m, &here) : APUS_OK;
        if (rc)
            return rc;
    }
    return APUS_OK;
}

KEYWORD(pattern_properties)
{
    (void)schema;
    for (const apus_json *s = v->kind == APUS_JSON_object ? k->first : NULL; s; s = s->next) {
        for (const apus_json *m = v->first; m; m = m->next) {
            bool found;
            struct spot here = { .up = at, .name = m->name };
            apus_rc rc = search(s->name, m->name, &found);
            if (rc == APUS_OK && found)
                rc = keeps(c, s, m, &here);
            if (rc)
                return rc;
        }
    }
    return APUS_OK;
}

/* Whether `properties` or `patternProperties` beside it speak of the name. */
static apus_rc is_named(const apus_json *schema, apus_str name, bool *out)
{
    const apus_json *properties = apus_json_get(schema, "properties");
    const apus_json *patterns = apus_json_get(schema, "patternProperties");
    *out = properties && member(properties, name);
    for (const apus_json *p = patterns ? patterns->first : NULL; p && !*out; p = p->next) {
        apus_rc rc = search(p->name, name, out);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

KEYWORD(additional_properties)
{
    for (const apus_json *m = v->kind == APUS_JSON_object ? v->first : NULL; m; m = m->next) {
        bool named;
        struct spot here = { .up = at, .name = m->name };
        apus_rc rc = is_named(schema, m->name, &named);
        if (rc == APUS_OK && !named)
            rc = keeps(c, k, m, &here);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

KEYWORD(property_names)
{
    (void)schema;
    for (const apus_json *m = v->kind == APUS_JSON_object ? v->first : NULL; m; m = m->next) {
        apus_json name = { .kind = APUS_JSON_string };
        name.text = m->name;
        apus_rc rc = keeps(c, k, &name, at);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

KEYWORD(dependent_required)
{
    for (const apus_json *d = v->kind == APUS_JSON_object ? k->first : NULL; d; d = d->next) {
        apus_rc rc = member(v, d->name) ? required(c, schema, d, v, at) : APUS_OK;
        if (rc)
            return rc;
    }
    return APUS_OK;
}

KEYWORD(dependent_schemas)
{
    (void)schema;
    for (const apus_json *d = v->kind == APUS_JSON_object ? k->first : NULL; d; d = d->next) {
        apus_rc rc = member(v, d->name) ? keeps(c, d, v, at) : APUS_OK;
        if (rc)
            return rc;
    }
    return APUS_OK;
}

/* --- schemas within schemas --- */

KEYWORD(all_of)
{
    (void)schema;
    for (const apus_json *s = k->first; s; s = s->next) {
        apus_rc rc = keeps(c, s, v, at);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

static apus_rc count_fitting(struct check *c, const apus_json *list, const apus_json *v,
                             const struct spot *at, unsigned *n)
{
    *n = 0;
    for (const apus_json *s = list->first; s; s = s->next) {
        bool yes;
        apus_rc rc = fits(c, s, v, at, &yes);
        if (rc)
            return rc;
        *n += yes;
    }
    return APUS_OK;
}

KEYWORD(any_of)
{
    (void)schema;
    unsigned n;
    apus_rc rc = count_fitting(c, k, v, at, &n);
    return rc || n ? rc : broken(c, at, "fits none of anyOf", k);
}

KEYWORD(one_of)
{
    (void)schema;
    unsigned n;
    apus_rc rc = count_fitting(c, k, v, at, &n);
    return rc || n == 1 ? rc : broken(c, at, "does not fit exactly one of oneOf", k);
}

KEYWORD(not_keyword)
{
    (void)schema;
    bool yes;
    apus_rc rc = fits(c, k, v, at, &yes);
    return rc || !yes ? rc : broken(c, at, "fits what it must not", k);
}

KEYWORD(if_keyword)
{
    bool yes;
    apus_rc rc = fits(c, k, v, at, &yes);
    const apus_json *next = apus_json_get(schema, yes ? "then" : "else");
    return rc || !next ? rc : keeps(c, next, v, at);
}

/* "#/a/b", "#" or "#anchor" */
static const apus_json *find_anchor(const apus_json *in, apus_str name)
{
    if (in->kind != APUS_JSON_list && in->kind != APUS_JSON_object)
        return NULL;
    apus_str own = apus_json_text_or(apus_json_get(in, "$anchor"), APUS_STR(""));
    if (own.len && apus_str_eq(own, name))
        return in;
    for (const apus_json *child = in->first; child; child = child->next) {
        const apus_json *found = find_anchor(child, name);
        if (found)
            return found;
    }
    return NULL;
}

static const apus_json *resolve(const apus_json *document, apus_str ref)
{
    if (ref.len == 0 || ref.ptr[0] != '#')
        return NULL;
    if (ref.len == 1 || ref.ptr[1] == '/')
        return apus_json_reference(document, ref);
    return find_anchor(document, apus_str_slice(ref, 1, ref.len));
}

KEYWORD(reference)
{
    (void)schema;
    const apus_json *target = resolve(c->schema->document, k->text);
    return target ? keeps(c, target, v, at) : broken(c, at, "refers to nothing:", k);
}

/* --- the table --- */

static const struct keyword {
    const char *name;
    keyword_fn *fn; /* NULL: says nothing about values, or is read by another */
} keywords[] = {
    { "$ref", reference },
    { "type", type },
    { "enum", enumeration },
    { "const", constant },
    { "minimum", minimum },
    { "maximum", maximum },
    { "exclusiveMinimum", exclusive_minimum },
    { "exclusiveMaximum", exclusive_maximum },
    { "multipleOf", multiple_of },
    { "minLength", min_length },
    { "maxLength", max_length },
    { "pattern", pattern },
    { "minItems", min_items },
    { "maxItems", max_items },
    { "uniqueItems", unique_items },
    { "prefixItems", prefix_items },
    { "items", items },
    { "contains", contains },
    { "minProperties", min_properties },
    { "maxProperties", max_properties },
    { "required", required },
    { "properties", properties },
    { "patternProperties", pattern_properties },
    { "additionalProperties", additional_properties },
    { "propertyNames", property_names },
    { "dependentRequired", dependent_required },
    { "dependentSchemas", dependent_schemas },
    { "allOf", all_of },
    { "anyOf", any_of },
    { "oneOf", one_of },
    { "not", not_keyword },
    { "if", if_keyword },
};

static apus_rc keeps(struct check *c, const apus_json *schema, const apus_json *v,
                     const struct spot *at)
{
    if (schema->kind == APUS_JSON_true)
        return APUS_OK;
    if (schema->kind != APUS_JSON_object)
        return broken(c, at, "is not allowed at all:", schema);
    if (c->depth == APUS_SCHEMA_DEPTH_MAX)
        return apus_err_set(c->err, APUS_LIMIT, "schemas are nested deeper than %d",
                            APUS_SCHEMA_DEPTH_MAX);
    apus_rc rc = APUS_OK;
    c->depth++;
    for (size_t i = 0; rc == APUS_OK && i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        const apus_json *k = apus_json_get(schema, keywords[i].name);
        if (k)
            rc = keywords[i].fn(c, schema, k, v, at);
    }
    c->depth--;
    return rc;
}

apus_rc apus_schema_check(const apus_schema *s, apus_arena *a, const apus_json *value,
                          apus_err *err)
{
    struct check c = { .schema = s, .arena = a, .err = err };
    struct spot top = { .up = NULL };
    return keeps(&c, s->root, value, &top);
}

/* --- reading --- */

/* Keywords that hold schemas, and how. */
enum holds { ONE, LIST, MAP };
static const struct {
    const char *name;
    enum holds holds;
} holders[] = {
    { "items", ONE },
    { "contains", ONE },
    { "additionalProperties", ONE },
    { "propertyNames", ONE },
    { "not", ONE },
    { "if", ONE },
    { "then", ONE },
    { "else", ONE },
    { "prefixItems", LIST },
    { "allOf", LIST },
    { "anyOf", LIST },
    { "oneOf", LIST },
    { "properties", MAP },
    { "patternProperties", MAP },
    { "dependentSchemas", MAP },
    { "$defs", MAP },
    { "definitions", MAP },
};

static apus_rc examine(const apus_json *document, const apus_json *s, unsigned depth,
                       apus_err *err);

static apus_rc examine_held(const apus_json *document, const apus_json *k, enum holds holds,
                            unsigned depth, apus_err *err)
{
    if (holds == ONE)
        return examine(document, k, depth, err);
    apus_rc rc = APUS_OK;
    for (const apus_json *s = k->first; rc == APUS_OK && s; s = s->next)
        rc = examine(document, s, depth, err);
    return rc;
}

static apus_rc examine_pattern(apus_str text, apus_err *err)
{
    apus_pattern p = { .text = text.ptr };
    apus_rc rc = apus_pattern_prepare(&p, err);
    apus_pattern_release(&p);
    return rc == APUS_INVALID ? APUS_UNSUPPORTED : rc;
}

static apus_rc examine_own(const apus_json *document, const apus_json *s, apus_err *err)
{
    static const char *const refused[] = { "unevaluatedItems", "unevaluatedProperties",
                                           "$dynamicRef",      "$recursiveRef",
                                           "dependencies",     "$vocabulary" };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (apus_json_get(s, refused[i]))
            return apus_err_set(err, APUS_UNSUPPORTED, "the keyword %s is not supported",
                                refused[i]);
    }
    const apus_json *ref = apus_json_get(s, "$ref");
    if (ref && (ref->kind != APUS_JSON_string || !resolve(document, ref->text)))
        return apus_err_set(err, APUS_UNSUPPORTED, "a reference leads out of the document");
    /* a schema with its own name changes what references within it mean */
    if (apus_json_get(s, "$id") && s != document)
        return apus_err_set(err, APUS_UNSUPPORTED, "a schema within the document has an $id");
    const apus_json *p = apus_json_get(s, "pattern");
    apus_rc rc = p && p->kind == APUS_JSON_string ? examine_pattern(p->text, err) : APUS_OK;
    const apus_json *names = apus_json_get(s, "patternProperties");
    for (const apus_json *one = names ? names->first : NULL; rc == APUS_OK && one; one = one->next)
        rc = examine_pattern(one->name, err);
    return rc;
}

static apus_rc examine(const apus_json *document, const apus_json *s, unsigned depth, apus_err *err)
{
    if (s->kind == APUS_JSON_true || s->kind == APUS_JSON_false)
        return APUS_OK;
    if (s->kind != APUS_JSON_object)
        return apus_err_set(err, APUS_SYNTAX, "a schema is an object, true or false");
    if (depth == APUS_SCHEMA_DEPTH_MAX)
        return apus_err_set(err, APUS_LIMIT, "schemas are nested deeper than %d",
                            APUS_SCHEMA_DEPTH_MAX);
    apus_rc rc = examine_own(document, s, err);
    for (size_t i = 0; rc == APUS_OK && i < sizeof(holders) / sizeof(holders[0]); i++) {
        const apus_json *k = apus_json_get(s, holders[i].name);
        if (k)
            rc = examine_held(document, k, holders[i].holds, depth + 1, err);
    }
    return rc;
}

apus_rc apus_schema_read(const apus_json *document, const char *pointer, apus_schema *out,
                         apus_err *err)
{
    const apus_json *root = apus_json_pointer(document, apus_str_of(pointer));
    if (!root)
        return apus_err_set(err, APUS_NOT_FOUND, "the document has nothing at %s", pointer);
    apus_rc rc = examine(document, root, 0, err);
    if (rc == APUS_OK)
        *out = (apus_schema){ .document = document, .root = root };
    return rc;
}
