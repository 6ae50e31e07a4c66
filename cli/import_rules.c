/* Constraints, defaults, examples and texts of a schema as options of an annotation. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "apus/schema.h"
#include "apus/text.h"
#include "command.h"
#include "import.h"

static const apus_json *get(const import_type *t, const char *key)
{
    const apus_json *v = t->said != t->schema ? apus_json_get(t->said, key) : NULL;
    return v ? v : apus_json_get(t->schema, key);
}

static void drop(importer *im, const import_type *t, const char *key, const char *why)
{
    import_note(im, import_at(im, t->at, apus_str_of(key)), "%s", why);
}

/* The same of what stands outside of the core. */
static void drop_said(importer *im, const import_type *t, const char *key, const char *why)
{
    bool is_outside = t->said != t->schema && apus_json_get(t->said, key);
    import_note(im, import_at(im, is_outside ? t->said_at : t->at, apus_str_of(key)), "%s", why);
}

/* --- numbers --- */

static bool is_number(const apus_json *v)
{
    return v && (v->kind == APUS_JSON_int || v->kind == APUS_JSON_double);
}

static bool say_number(struct c_options *o, const import_type *t, const char *name,
                       const apus_json *v)
{
    double number = apus_json_double_or(v, 0);
    if (t->kind == IMPORT_integer && (number != floor(number) || fabs(number) > 9e18))
        return false;
    if (v->kind == APUS_JSON_int)
        c_option(o, "%s = %lld", name, (long long)v->integer);
    else if (t->kind == IMPORT_integer)
        c_option(o, "%s = %.0f", name, number);
    else
        return c_option_value(o, name, v);
    return true;
}

/* minimum and exclusiveMinimum, or the two of the other end; which of them holds. */
static const apus_json *say_bound(importer *im, struct c_options *o, const import_type *t,
                                  const char *key, const char *strict_key, const char *name,
                                  const char *strict_name)
{
    const apus_json *v = apus_json_get(t->schema, key), *x = apus_json_get(t->schema, strict_key);
    bool is_flag = x && (x->kind == APUS_JSON_true || x->kind == APUS_JSON_false); /* 3.0 */
    bool is_strict = is_flag ? x->kind == APUS_JSON_true : is_number(x);
    const apus_json *bound = is_strict && !is_flag ? x : v;
    if (v && is_strict && !is_flag)
        drop(im, t, key, "one bound at each end: the exclusive one is kept");
    if (!bound)
        return NULL;
    if (!is_number(bound) || !say_number(o, t, is_strict ? strict_name : name, bound)) {
        drop(im, t, bound == x ? strict_key : key, "no bound that a number of C can have");
        return NULL;
    }
    return bound;
}

static void say_numbers(importer *im, struct c_options *o, const import_type *t)
{
    struct c_options both = { .b = apus_buf_in(im->arena) };
    const apus_json *low = say_bound(im, &both, t, "minimum", "exclusiveMinimum", "ge", "gt");
    const apus_json *high = say_bound(im, &both, t, "maximum", "exclusiveMaximum", "le", "lt");
    const apus_json *step = apus_json_get(t->schema, "multipleOf");
    apus_str text;
    if (low && high && apus_json_double_or(low, 0) > apus_json_double_or(high, 0)) {
        drop(im, t, "minimum", "no number is within these bounds");
        drop(im, t, "maximum", "no number is within these bounds");
    } else if (both.b.len && apus_buf_take(&both.b, &text) == APUS_OK) {
        c_option(o, "%s", text.ptr);
    }
    if (step && (!is_number(step) || apus_json_double_or(step, 0) <= 0 ||
                 !say_number(o, t, "multiple_of", step)))
        drop(im, t, "multipleOf", "no step that a number of C can have");
}

/* --- lengths --- */

static bool is_count(const apus_json *v)
{
    int64_t n = apus_json_int_or(v, -1);
    return n >= 0 && n <= INT32_MAX;
}

static void say_counts(importer *im, struct c_options *o, const import_type *t, const char *least,
                       const char *most, const char *what)
{
    const apus_json *low = apus_json_get(t->schema, least), *high = apus_json_get(t->schema, most);
    bool is_empty = low && high && apus_json_int_or(low, 0) > apus_json_int_or(high, 0);
    const struct {
        const char *key, *name;
        const apus_json *v;
    } ends[] = { { least, "min", low }, { most, "max", high } };
    for (size_t i = 0; i < 2; i++) {
        if (!ends[i].v)
            continue;
        if (!is_count(ends[i].v) || is_empty)
            drop(im, t, ends[i].key, "no count that can be kept");
        else
            c_option(o, "%s_%s = %lld", ends[i].name, what,
                     (long long)apus_json_int_or(ends[i].v, 0));
    }
}

/* Whether the run time's patterns know it. */
static bool pattern_compiles(importer *im, const apus_json *pattern)
{
    apus_json *schema = apus_json_object(im->arena);
    apus_schema read;
    apus_err err;
    apus_json_set(im->arena, schema, "pattern", apus_json_text(im->arena, pattern->text));
    return apus_schema_read(schema, "", &read, &err) == APUS_OK;
}

static void say_pattern(importer *im, struct c_options *o, const import_type *t)
{
    const apus_json *pattern = apus_json_get(t->schema, "pattern");
    if (!pattern)
        return;
    if (pattern->kind == APUS_JSON_string && pattern->text.len && pattern_compiles(im, pattern))
        c_option_text(o, "pattern", pattern->text);
    else
        drop(im, t, "pattern", "a pattern that does not compile here");
}

/* --- values --- */

static bool reads_as(const char *type, apus_str text)
{
    union {
        apus_time time;
        apus_date date;
        apus_duration duration;
        apus_uuid uuid;
        apus_decimal decimal;
    } to;
    const char *why;
    if (strcmp(type, "apus_time") == 0)
        return apus_time_parse(text, &to.time, &why);
    if (strcmp(type, "apus_date") == 0)
        return apus_date_parse(text, &to.date, &why);
    if (strcmp(type, "apus_duration") == 0)
        return apus_duration_parse(text, &to.duration, &why);
    if (strcmp(type, "apus_uuid") == 0)
        return apus_uuid_parse(text, &to.uuid, &why);
    return false;
}

/* true and false in a value without a type would reach apusc as numbers. */
static bool holds_bool(const apus_json *v)
{
    if (v->kind == APUS_JSON_true || v->kind == APUS_JSON_false)
        return true;
    if (v->kind != APUS_JSON_list && v->kind != APUS_JSON_object)
        return false;
    for (const apus_json *child = import_first(v); child; child = child->next) {
        if (holds_bool(child))
            return true;
    }
    return false;
}

/* Whether apusc would take v as a value of the type. */
bool import_value_fits(importer *im, const import_type *t, const apus_json *v)
{
    apus_schema schema = { .document = im->document, .root = t->schema };
    apus_schema read;
    apus_err err;
    bool fine = apus_schema_read(t->schema, "", &read, &err) != APUS_SYNTAX &&
                apus_schema_check(&schema, im->arena, v, &err) == APUS_OK;
    switch (t->kind) {
    case IMPORT_tuple: /* structs have no default and no example beside them */
        return false;
    case IMPORT_integer:
        return fine && v->kind == APUS_JSON_int &&
               (strcmp(t->text, "int32_t") != 0 ||
                (v->integer >= INT32_MIN && v->integer <= INT32_MAX));
    case IMPORT_other:
        return fine && v->kind == APUS_JSON_string && reads_as(t->text, v->text);
    case IMPORT_text:
        return fine && v->kind == APUS_JSON_string && strcmp(t->text, "apus_str") == 0;
    case IMPORT_bool:
    case IMPORT_number:
    case IMPORT_enum:
        return fine;
    case IMPORT_list:
        for (const apus_json *item = import_first(v); fine && item; item = item->next)
            fine = import_value_fits(im, t->item, item);
        return fine;
    case IMPORT_map:
        return fine && v->n == 0;
    case IMPORT_model:
    case IMPORT_any:
        return fine && !holds_bool(v);
    }
    return false;
}

static bool is_default_possible(const import_type *t, const apus_json *v)
{
    bool is_plain = t->kind != IMPORT_model && t->kind != IMPORT_any;
    return is_plain && (t->kind != IMPORT_list || v->n == 0 || t->item->kind != IMPORT_model);
}

bool import_has_default(importer *im, const import_type *t)
{
    const apus_json *v = get(t, "default");
    return v && v->kind != APUS_JSON_null && is_default_possible(t, v) &&
           import_value_fits(im, t, v);
}

static void say_default(importer *im, struct c_options *o, const import_type *t)
{
    const apus_json *v = get(t, "default");
    if (!v || (v->kind == APUS_JSON_null && t->is_nullable))
        return;
    if (!import_has_default(im, t) || !c_option_value(o, "default", v))
        drop_said(im, t, "default", "a default that C cannot give");
}

static void say_examples(importer *im, struct c_options *o, const import_type *t)
{
    const apus_json *one = get(t, "example"), *several = get(t, "examples");
    bool has_list = several && several->kind == APUS_JSON_list;
    if (several && !has_list)
        drop_said(im, t, "examples", "examples that are no list");
    if (one && (has_list || !import_value_fits(im, t, one) || !c_option_value(o, "example", one)))
        drop_said(im, t, "example", "an example that is not kept");
    bool fine = has_list && several->n > 0;
    for (const apus_json *v = fine ? import_first(several) : NULL; v; v = v->next)
        fine = fine && import_value_fits(im, t, v);
    if (has_list && (!fine || !c_option_value(o, "examples", several)))
        drop_said(im, t, "examples", "an example that breaks its own rules, or that C cannot say");
}

/* --- texts --- */

/* pet_id -> "Pet Id", as apusc makes titles. */
static bool is_own_title(const char *name, apus_str title)
{
    bool inside = false;
    size_t i = 0;
    for (; name[i] && i < title.len; i++) {
        unsigned char c = (unsigned char)name[i];
        char want = (char)(c == '_' ? ' ' : inside ? tolower(c) : toupper(c));
        if (title.ptr[i] != want)
            return false;
        inside = isalpha(c);
    }
    return !name[i] && i == title.len;
}

static void say_texts(struct c_options *o, const import_type *t, const char *name)
{
    const apus_json *title = apus_json_get(t->said, "title");
    bool is_named =
        t->kind == IMPORT_model || (t->kind == IMPORT_enum && !apus_json_get(t->said, "enum") &&
                                    !apus_json_get(t->said, "const"));
    if (!title && t->said != t->schema && !is_named)
        title = apus_json_get(t->schema, "title");
    if (title && title->kind == APUS_JSON_string &&
        (is_named ? t->said != t->schema : !is_own_title(name, title->text)))
        c_option_text(o, "title", title->text);
    if (apus_json_bool_or(get(t, "deprecated"), false))
        c_option(o, "deprecated");
    if (t->format)
        c_option_text(o, "format", apus_str_of(t->format));
}

/* --- all of it --- */

static void say_constraints(importer *im, struct c_options *o, const import_type *t)
{
    if (t->kind == IMPORT_integer || t->kind == IMPORT_number)
        say_numbers(im, o, t);
    if (t->kind == IMPORT_text)
        say_counts(im, o, t, "minLength", "maxLength", "length");
    if (t->kind == IMPORT_text && strcmp(t->text, "apus_str") == 0)
        say_pattern(im, o, t);
    if (t->kind == IMPORT_list) {
        say_counts(im, o, t, "minItems", "maxItems", "items");
        if (apus_json_bool_or(apus_json_get(t->schema, "uniqueItems"), false))
            c_option(o, "unique");
    }
    if (t->kind == IMPORT_map)
        say_counts(im, o, t, "minProperties", "maxProperties", "items");
    if (t->item) {
        /* a rule of an inner list would be one of the outer list as well */
        if (t->item->kind != IMPORT_list && t->item->kind != IMPORT_map)
            say_constraints(im, o, t->item);
        if (t->item->format && !t->format)
            c_option_text(o, "format", apus_str_of(t->item->format));
    }
}

static const char *const everywhere[] = { "title",    "description", "default",  "example",
                                          "examples", "deprecated",  "readOnly", "writeOnly",
                                          "type",     "format",      "nullable", "$ref",
                                          "anyOf",    "oneOf",       "allOf",    NULL };

/* What is known of a schema of this kind; the rest is noted. */
static void note_rest(importer *im, const import_type *t)
{
    static const struct {
        import_kind kind;
        const char *key;
    } keys[] = {
        { IMPORT_integer, "minimum" },
        { IMPORT_integer, "maximum" },
        { IMPORT_integer, "exclusiveMinimum" },
        { IMPORT_integer, "exclusiveMaximum" },
        { IMPORT_integer, "multipleOf" },
        { IMPORT_number, "minimum" },
        { IMPORT_number, "maximum" },
        { IMPORT_number, "exclusiveMinimum" },
        { IMPORT_number, "exclusiveMaximum" },
        { IMPORT_number, "multipleOf" },
        { IMPORT_text, "minLength" },
        { IMPORT_text, "maxLength" },
        { IMPORT_text, "pattern" },
        { IMPORT_tuple, "prefixItems" },
        { IMPORT_tuple, "items" },
        { IMPORT_tuple, "minItems" },
        { IMPORT_tuple, "maxItems" },
        { IMPORT_list, "items" },
        { IMPORT_list, "minItems" },
        { IMPORT_list, "maxItems" },
        { IMPORT_list, "uniqueItems" },
        { IMPORT_map, "additionalProperties" },
        { IMPORT_map, "minProperties" },
        { IMPORT_map, "maxProperties" },
        { IMPORT_map, "properties" },
        { IMPORT_integer, "enum" },
        { IMPORT_integer, "const" },
        { IMPORT_number, "enum" },
        { IMPORT_number, "const" },
        { IMPORT_bool, "enum" },
        { IMPORT_bool, "const" },
    };
    const char *known[sizeof(everywhere) / sizeof(everywhere[0]) + sizeof(keys) / sizeof(keys[0])];
    size_t n = 0;
    for (; everywhere[n]; n++)
        known[n] = everywhere[n];
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].kind == t->kind)
            known[n++] = keys[i].key;
    }
    known[n] = NULL;
    if (t->schema && t->kind != IMPORT_model && t->kind != IMPORT_enum && t->kind != IMPORT_any)
        import_note_rest(im, t->schema, t->at, known);
    if (t->kind == IMPORT_text && strcmp(t->text, "apus_str") != 0 &&
        apus_json_get(t->schema, "pattern"))
        drop(im, t, "pattern", "text of that format has no pattern of its own");
    if (t->item)
        note_rest(im, t->item);
    if (t->item && (t->item->kind == IMPORT_list || t->item->kind == IMPORT_map)) {
        static const char *const counts[] = { "minItems", "maxItems", "uniqueItems",
                                              "minProperties", "maxProperties" };
        for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
            if (apus_json_get(t->item->schema, counts[i]))
                drop(im, t->item, counts[i], "a list within a list has no rules of its own");
        }
    }
}

void import_rules(importer *im, struct c_options *o, const import_type *t, const char *name)
{
    say_constraints(im, o, t);
    say_default(im, o, t);
    say_examples(im, o, t);
    say_texts(o, t, name);
    note_rest(im, t);
}
