#include "inputs.h"

#include <string.h>

#include "apus/json_pointer.h"
#include "apus/sample.h"
#include "apus/schema.h"

enum {
    LONG_TEXT = 5000,
    LONG_LIST = 2000,
    PLACES_MAX = 50, /* of a list with a schema for each place */
    WITHIN_MAX = 3,  /* models within models whose members are attacked one by one */
};

static apus_json *inputs_within(struct inputs *up, const apus_json *schema);

static bool has_type(const apus_json *schema, const char *type)
{
    return apus_str_eq(apus_json_text_or(apus_json_get(schema, "type"), APUS_STR("")),
                       apus_str_of(type));
}

static apus_json *copy(apus_arena *a, const apus_json *v)
{
    apus_json *out = apus_sample_copy(a, v);
    return out ? out : apus_json_null_new(a);
}

apus_json *inputs_good(apus_arena *a, const apus_json *document, const apus_json *schema)
{
    apus_schema s = { .document = document, .root = schema };
    apus_json *value = schema ? apus_sample(&s, a, 0) : NULL;
    return value ? value : apus_json_null_new(a);
}

/* --- its neighbours --- */

static void add_text(struct inputs *in, const char *text)
{
    apus_json_add(in->list, apus_json_text(in->arena, apus_str_of(text)));
}

static void add_repeated(struct inputs *in, int64_t n)
{
    apus_buf b = apus_buf_in(in->arena);
    apus_str text;
    for (int64_t i = 0; i < n && i < LONG_TEXT; i++)
        apus_buf_addc(&b, 'z');
    if (apus_buf_take(&b, &text) == APUS_OK)
        apus_json_add(in->list, apus_json_text(in->arena, text));
}

/* Around each bound, for what counts. */
static void add_bounds(struct inputs *in, const apus_json *s)
{
    static const char *const bounds[] = { "minimum", "maximum", "exclusiveMinimum",
                                          "exclusiveMaximum" };
    const apus_json *step = apus_json_get(s, "multipleOf");
    for (size_t i = 0; i < 4; i++) {
        const apus_json *bound = apus_json_get(s, bounds[i]);
        for (int away = -1; bound && away <= 1; away++) {
            double v = apus_json_double_or(bound, 0) + away;
            apus_json_add(in->list, has_type(s, "integer") ? apus_json_int(in->arena, (int64_t)v)
                                                           : apus_json_number(in->arena, v));
        }
    }
    if (step)
        apus_json_add(in->list, apus_json_number(in->arena, apus_json_double_or(step, 1) * 1.5));
}

static void add_lengths(struct inputs *in, const apus_json *s)
{
    const apus_json *least = apus_json_get(s, "minLength"), *most = apus_json_get(s, "maxLength");
    if (least)
        add_repeated(in, apus_json_int_or(least, 1) - 1);
    if (most) {
        add_repeated(in, apus_json_int_or(most, 1));
        add_repeated(in, apus_json_int_or(most, 1) + 1);
    }
}

/* A good list of places, each with a schema of its own; `at` has `with` instead. */
static apus_json *placed_list(struct inputs *in, const apus_json *places, size_t n, size_t at,
                              const apus_json *with)
{
    apus_json *list = apus_json_array(in->arena);
    for (size_t i = 0; i < n; i++) {
        const apus_json *place = apus_json_at(places, i < places->n ? i : places->n - 1);
        apus_json *good =
            i == at ? copy(in->arena, with) : inputs_good(in->arena, in->document, place);
        apus_json_add(list, good);
    }
    return list;
}

/* One place too few, one too many, and each place with each of its own inputs. */
static void add_placed(struct inputs *in, const apus_json *s, const apus_json *places)
{
    size_t n = places->n, least = (size_t)apus_json_int_or(apus_json_get(s, "minItems"), 0);
    apus_json_add(in->list, placed_list(in, places, n, n, NULL));
    apus_json_add(in->list, placed_list(in, places, n + 1, n + 1, NULL));
    if (least && least <= n)
        apus_json_add(in->list, placed_list(in, places, least - 1, n, NULL));
    for (size_t i = 0; i < n; i++) {
        const apus_json *values = inputs_within(in, apus_json_at(places, i));
        for (const apus_json *v = values->first; v; v = v->next)
            apus_json_add(in->list, placed_list(in, places, n, i, v));
    }
}

/* A list of n good items, the first of them again and again. */
static void add_list(struct inputs *in, const apus_json *s, int64_t n)
{
    apus_json *list = apus_json_array(in->arena);
    apus_json *item = inputs_good(in->arena, in->document, apus_json_get(s, "items"));
    for (int64_t i = 0; i < n && i < LONG_LIST; i++)
        apus_json_add(list, copy(in->arena, item));
    apus_json_add(in->list, list);
}

static void add_lists(struct inputs *in, const apus_json *s)
{
    int64_t least = apus_json_int_or(apus_json_get(s, "minItems"), 0);
    const apus_json *most = apus_json_get(s, "maxItems"), *places = apus_json_get(s, "prefixItems");
    if (places && places->kind == APUS_JSON_list && places->n && places->n <= PLACES_MAX) {
        add_placed(in, s, places);
        return;
    }
    add_list(in, s, 2); /* twice the same */
    add_list(in, s, least > 0 ? least - 1 : 0);
    if (most) {
        add_list(in, s, apus_json_int_or(most, 0));
        add_list(in, s, apus_json_int_or(most, 0) + 1);
    }
    apus_json *values = inputs_within(in, apus_json_get(s, "items"));
    for (const apus_json *v = values ? values->first : NULL; v; v = v->next) {
        apus_json *list = apus_json_array(in->arena);
        apus_json_add(list, copy(in->arena, v));
        apus_json_add(in->list, list);
    }
}

/* Each listed value, and what is like one and is none. */
static void add_listed(struct inputs *in, const apus_json *s)
{
    const apus_json *values = apus_json_get(s, "enum");
    for (size_t i = 0; apus_json_at(values, i); i++)
        apus_json_add(in->list, copy(in->arena, apus_json_at(values, i)));
    if (values)
        add_text(in, "NOT_IN_THE_LIST");
}

static void add_odd(struct inputs *in)
{
    static const char *const texts[] = {
        "",
        " ",
        "0",
        "-1",
        "1.5",
        "9223372036854775808",
        "1e400",
        "NaN",
        "a/b",
        "..",
        "%00",
        "\"",
        "'; --",
        "<script>",
        "true",
        "null",
        "[]",
        "\xc3\xa9\xf0\x9f\x98\x80", /* beyond ASCII, beyond 16 bits */
        "e\xcc\x81\xe2\x80\x8f",    /* a combining mark, a mark of direction */
        "\xef\xbb\xbf",             /* a byte order mark */
        "\n",
        "\x7f",
        "2024-13-40",
        "0x10",
        "1_0",
    };
    static const char *const numbers[] = {
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1e308",
        "5e-324",
        "-0.0",
        "1.0",
        "123456789012345678901234567890",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        add_text(in, texts[i]);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        apus_json *v;
        if (apus_json_parse(in->arena, apus_str_of(numbers[i]), NULL, &v, NULL) == APUS_OK)
            apus_json_add(in->list, v);
    }
    add_repeated(in, LONG_TEXT);
    apus_json_add(in->list, apus_json_null_new(in->arena));
    apus_json_add(in->list, apus_json_bool(in->arena, true));
    apus_json_add(in->list, apus_json_int(in->arena, INT64_MAX));
    apus_json_add(in->list, apus_json_int(in->arena, INT64_MIN));
    apus_json_add(in->list, apus_json_number(in->arena, -0.5));
    apus_json_add(in->list, apus_json_array(in->arena));
    apus_json_add(in->list, apus_json_object(in->arena));
}

/* Each member left out, and each one replaced by each of its own inputs. */
static void add_mutations(struct inputs *in, const apus_json *s, const apus_json *good)
{
    const apus_json *properties = apus_json_get(s, "properties");
    for (const apus_json *p = properties ? properties->first : NULL; p; p = p->next) {
        apus_json *without = apus_json_object(in->arena);
        for (const apus_json *m = good->first; m; m = m->next) {
            if (!apus_str_eq(m->name, p->name))
                apus_json_set(in->arena, without, m->name.ptr, copy(in->arena, m));
        }
        apus_json_add(in->list, without);
        apus_json *values = inputs_within(in, p);
        for (const apus_json *v = values->first; v; v = v->next) {
            apus_json *mutant = copy(in->arena, good);
            apus_json_set(in->arena, mutant, p->name.ptr, copy(in->arena, v));
            apus_json_add(in->list, mutant);
        }
    }
    apus_json *extra = copy(in->arena, good);
    apus_json_set(in->arena, extra, "not_in_the_model", apus_json_int(in->arena, 1));
    apus_json_add(in->list, extra);
}

static void add_shape(struct inputs *in, const apus_json *s)
{
    apus_json *good = inputs_good(in->arena, in->document, s);
    apus_json_add(in->list, good);
    add_listed(in, s);
    add_bounds(in, s);
    add_lengths(in, s);
    if (has_type(s, "array"))
        add_lists(in, s);
    if (good->kind == APUS_JSON_object)
        add_mutations(in, s, good);
}

static apus_json *inputs_within(struct inputs *up, const apus_json *schema)
{
    static const char *const several[] = { "anyOf", "oneOf" };
    struct inputs in = { .arena = up->arena,
                         .document = up->document,
                         .list = apus_json_array(up->arena),
                         .depth = up->depth + 1 };
    const apus_json *s = apus_json_resolve(in.document, schema);
    apus_json_add(in.list, inputs_good(in.arena, in.document, schema));
    if (!s || in.depth > WITHIN_MAX) /* a model may hold itself */
        return in.list;
    bool has_shapes = false;
    for (size_t i = 0; i < 2; i++) {
        const apus_json *shapes = apus_json_get(s, several[i]);
        for (size_t k = 0; apus_json_at(shapes, k); k++) {
            const apus_json *shape = apus_json_resolve(in.document, apus_json_at(shapes, k));
            if (shape)
                add_shape(&in, shape);
            has_shapes = true;
        }
    }
    if (!has_shapes)
        add_shape(&in, s);
    add_odd(&in);
    return in.list;
}

apus_json *inputs_for(apus_arena *a, const apus_json *document, const apus_json *schema)
{
    return inputs_within(&(struct inputs){ .arena = a, .document = document }, schema);
}

/* --- what no coercion saves --- */

/* Whether a reader that converts may take v for that type. */
static bool may_convert(const apus_json *s, const apus_json *v)
{
    bool is_number =
        v->kind == APUS_JSON_int || v->kind == APUS_JSON_double || v->kind == APUS_JSON_big;
    bool is_bool = v->kind == APUS_JSON_true || v->kind == APUS_JSON_false;
    bool is_text = v->kind == APUS_JSON_string;
    bool has_format = apus_json_get(s, "format") != NULL;
    if (has_type(s, "integer") || has_type(s, "number"))
        return is_text || is_bool || (has_type(s, "integer") && v->kind == APUS_JSON_double);
    if (has_type(s, "boolean"))
        return is_text || is_number;
    return has_type(s, "string") && has_format && (is_number || is_text);
}

/* v with all that could be converted replaced by what keeps the schema. */
static apus_json *lenient(apus_arena *a, const apus_json *document, const apus_json *schema,
                          const apus_json *v, unsigned depth)
{
    const apus_json *s = apus_json_resolve(document, schema);
    if (!s || depth > WITHIN_MAX + 2 || apus_json_get(s, "anyOf") || apus_json_get(s, "oneOf") ||
        apus_json_get(s, "allOf") || may_convert(s, v))
        return inputs_good(a, document, schema);
    const apus_json *places = apus_json_get(s, "prefixItems"), *items = apus_json_get(s, "items");
    if (v->kind == APUS_JSON_list && (items || places)) {
        apus_json *list = apus_json_array(a);
        size_t i = 0;
        for (const apus_json *item = v->first; item; item = item->next, i++) {
            const apus_json *place = apus_json_at(places, i);
            apus_json_add(list, lenient(a, document, place ? place : items, item, depth + 1));
        }
        return list;
    }
    const apus_json *properties = apus_json_get(s, "properties");
    if (v->kind != APUS_JSON_object || !properties)
        return copy(a, v);
    apus_json *object = apus_json_object(a);
    for (const apus_json *m = v->first; m; m = m->next) {
        const apus_json *p = apus_json_get(properties, m->name.ptr);
        apus_json_set(a, object, m->name.ptr,
                      p ? lenient(a, document, p, m, depth + 1) : copy(a, m));
    }
    return object;
}

bool inputs_must_refuse(apus_arena *a, const apus_json *document, const apus_json *schema,
                        const apus_json *value)
{
    apus_schema s = { .document = document, .root = schema };
    apus_err err;
    /* what the schema asks for, and a good value keeps, is known only where all of it is read */
    if (!schema || apus_schema_check(&s, a, inputs_good(a, document, schema), &err) != APUS_OK ||
        apus_schema_check(&s, a, value, &err) != APUS_INVALID)
        return false;
    return apus_schema_check(&s, a, lenient(a, document, schema, value, 0), &err) == APUS_INVALID;
}
