#include "inputs.h"

#include <string.h>

#include "apus/sample.h"
#include "apus/schema.h"

enum { DEPTH_MAX = 8, LONG_TEXT = 5000 };

const apus_json *inputs_resolve(const apus_json *document, const apus_json *schema)
{
    for (unsigned i = 0; schema && i < DEPTH_MAX; i++) {
        apus_str ref = apus_json_text_or(apus_json_get(schema, "$ref"), APUS_STR(""));
        if (ref.len == 0)
            break;
        schema = apus_json_pointer(document, apus_str_slice(ref, 1, ref.len));
    }
    return schema;
}

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
    for (size_t i = 0; i < 4; i++) {
        const apus_json *bound = apus_json_get(s, bounds[i]);
        for (int step = -1; bound && step <= 1; step++) {
            double v = apus_json_double_or(bound, 0) + step;
            apus_json_add(in->list, has_type(s, "integer") ? apus_json_int(in->arena, (int64_t)v)
                                                           : apus_json_number(in->arena, v));
        }
    }
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

static void add_odd(struct inputs *in)
{
    static const char *const texts[] = {
        "",      " ",        "0",          "-1",   "1.5", "9223372036854775808",
        "1e400", "NaN",      "a/b",        "..",   "%00", "\"",
        "'; --", "<script>", "true",       "null", "[]",  "\xc3\xa9\xf0\x9f\x98\x80",
        "\n",    "\x7f",     "2024-13-40", "0x10", "1_0",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        add_text(in, texts[i]);
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
        apus_json *values = inputs_for(in->arena, in->document, p);
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

apus_json *inputs_for(apus_arena *a, const apus_json *document, const apus_json *schema)
{
    struct inputs in = { .arena = a, .document = document, .list = apus_json_array(a) };
    const apus_json *s = inputs_resolve(document, schema);
    apus_json *good = inputs_good(a, document, schema);
    apus_json_add(in.list, good);
    const apus_json *first = apus_json_at(apus_json_get(s, "anyOf"), 0);
    const apus_json *shape = first ? inputs_resolve(document, first) : s;
    if (!shape)
        return in.list;
    add_bounds(&in, shape);
    add_lengths(&in, shape);
    if (has_type(shape, "object") && good->kind == APUS_JSON_object)
        add_mutations(&in, shape, good);
    add_odd(&in);
    return in.list;
}
