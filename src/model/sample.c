#include "apus/sample.h"

#include <math.h>

#include "apus/json_pointer.h"

struct sampler {
    const apus_json *document;
    apus_arena *arena;
    uint64_t seed;
    unsigned depth;
    unsigned work; /* values made: references may lead to one schema many times over */
};

enum { DEPTH_FULL = 3, WORK_MAX = 20000 };

static apus_json *make(struct sampler *s, const apus_json *schema);

static const apus_json *first_of(const apus_json *v)
{
    bool holds = v && (v->kind == APUS_JSON_list || v->kind == APUS_JSON_object);
    return holds ? v->first : NULL;
}

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

/* The next choice of n. */
static size_t choose(struct sampler *s, size_t n)
{
    if (s->seed == 0 || n < 2)
        return 0;
    s->seed = s->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)((s->seed >> 33) % n);
}

/* Names of members may hold what no C string does, so that a copy is written and read. */
apus_json *apus_sample_copy(apus_arena *a, const apus_json *value)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json *out = NULL;
    apus_json_write(&b, value);
    if (apus_buf_take(&b, &text) || apus_json_parse(a, text, NULL, &out, NULL))
        return NULL;
    return out;
}

/* The type, or the first of several that is not null. */
static bool has_type(const apus_json *schema, const char *type)
{
    const apus_json *t = apus_json_get(schema, "type");
    for (const apus_json *one = first_of(t); one; one = one->next) {
        if (!apus_str_eq(apus_json_text_or(one, APUS_STR("")), APUS_STR("null"))) {
            t = one;
            break;
        }
    }
    return apus_str_eq(apus_json_text_or(t, APUS_STR("")), apus_str_of(type));
}

/* --- numbers --- */

static double double_of(const apus_json *schema, const char *key, double otherwise)
{
    return apus_json_double_or(apus_json_get(schema, key), otherwise);
}

/* The numbers that a schema admits: from `first` on, `unit` apart, or backwards from it. */
struct numbers {
    double first, unit;
    size_t n; /* how many are worth choosing from */
};

static struct numbers numbers_of(const apus_json *schema, bool is_whole)
{
    double step = double_of(schema, "multipleOf", is_whole ? 1 : 0);
    double least = double_of(schema, "minimum", -INFINITY);
    double above = double_of(schema, "exclusiveMinimum", -INFINITY);
    double most = double_of(schema, "maximum", INFINITY);
    double below = double_of(schema, "exclusiveMaximum", INFINITY);
    double low = fmax(least, above), high = fmin(most, below);
    bool is_grid = step > 0;
    double unit = is_grid ? step : isfinite(high - low) && high > low ? (high - low) / 8 : 1;
    if (!isfinite(low) && !isfinite(high))
        return (struct numbers){ is_grid ? ceil(1 / unit) * unit : 1, unit, 5 };
    if (!isfinite(low)) { /* downwards */
        double first = is_grid ? floor(high / unit) * unit : high;
        first -= first >= below ? unit : 0;
        double plain = is_grid ? ceil(1 / unit) * unit : 1;
        return (struct numbers){ plain < first ? plain : first, -unit, 5 };
    }
    double first = is_grid ? ceil(low / unit - 1e-9) * unit : low;
    first += first <= above ? unit : 0;
    double room = isfinite(high) ? floor((high - first) / unit + 1e-9) : 4;
    room -= first + room * unit >= below ? 1 : 0;
    return (struct numbers){ first, unit, room > 4 ? 5 : room < 0 ? 1 : (size_t)room + 1 };
}

static apus_json *make_number(struct sampler *s, const apus_json *schema)
{
    bool is_whole = has_type(schema, "integer");
    struct numbers numbers = numbers_of(schema, is_whole);
    double v = numbers.first + numbers.unit * (double)choose(s, numbers.n);
    if (is_whole && fabs(v) < 9e18)
        return apus_json_int(s->arena, (int64_t)v);
    return apus_json_number(s->arena, v);
}

/* --- text --- */

static apus_str format_sample(apus_str format)
{
    static const struct {
        const char *format, *text;
    } formats[] = {
        { "date-time", "2024-02-29T12:30:00Z" },
        { "date", "2024-02-29" },
        { "time", "12:30:00" },
        { "duration", "PT90S" },
        { "uuid", "01890a5d-ac96-774b-bcce-b302099a8057" },
        { "uuid4", "0b4f2f6e-6d7c-4b8a-9d3e-2f1c0a9b8e7d" },
        { "uri", "https://example.org/a" },
        { "email", "ada@example.org" },
        { "hostname", "example.org" },
        { "ipvanyaddress", "192.0.2.1" },
        { "ipv4", "192.0.2.1" },
        { "ipv6", "2001:db8::1" },
        { "base64", "YWRh" },
        { "byte", "YWRh" },
        { "password", "correct horse" },
    };
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (apus_str_eq(format, apus_str_of(formats[i].format)))
            return apus_str_of(formats[i].text);
    }
    return APUS_STR("");
}

static apus_json *make_text(struct sampler *s, const apus_json *schema)
{
    static const char *const words[] = { "text", "swift", "lark", "wren", "heron" };
    apus_buf b = apus_buf_in(s->arena);
    apus_str pattern = text_of(schema, "pattern"), text = format_sample(text_of(schema, "format"));
    int64_t least = apus_json_int_or(apus_json_get(schema, "minLength"), 0);
    int64_t most = apus_json_int_or(apus_json_get(schema, "maxLength"), APUS_SAMPLE_LENGTH_MAX);
    if (text.len)
        return apus_json_text(s->arena, text);
    if (pattern.len && apus_sample_pattern(pattern, s->seed, &b))
        return apus_buf_take(&b, &text) ? NULL : apus_json_text(s->arena, text);
    const char *word = words[choose(s, sizeof(words) / sizeof(words[0]))];
    for (int64_t i = 0; i < least && i < APUS_SAMPLE_LENGTH_MAX; i++)
        apus_buf_addc(&b, word[(size_t)i % strlen(word)]);
    if (least < 1)
        apus_buf_add(&b, apus_str_slice(apus_str_of(word), 0, most < 0 ? 0 : (size_t)most));
    return apus_buf_take(&b, &text) ? NULL : apus_json_text(s->arena, text);
}

/* --- lists and objects --- */

static apus_json *make_list(struct sampler *s, const apus_json *schema)
{
    apus_json *list = apus_json_array(s->arena);
    const apus_json *item = apus_json_get(schema, "items");
    int64_t n = apus_json_int_or(apus_json_get(schema, "minItems"), 0);
    int64_t most = apus_json_int_or(apus_json_get(schema, "maxItems"), APUS_SAMPLE_LENGTH_MAX);
    n = n ? n : most < 1 || s->depth >= DEPTH_FULL ? 0 : 1;
    for (const apus_json *p = first_of(apus_json_get(schema, "prefixItems")); p; p = p->next, n--)
        apus_json_add(list, make(s, p));
    bool differ = apus_json_bool_or(apus_json_get(schema, "uniqueItems"), false);
    for (int64_t i = 0; item && i < n && i < APUS_SAMPLE_LENGTH_MAX; i++) {
        const apus_json *first = list ? list->first : NULL;
        bool counts = differ && first && first->kind == APUS_JSON_int;
        apus_json_add(list, counts ? apus_json_int(s->arena, first->integer + i) : make(s, item));
    }
    return list;
}

static bool is_required(const apus_json *schema, apus_str name)
{
    for (const apus_json *r = first_of(apus_json_get(schema, "required")); r; r = r->next) {
        if (apus_str_eq(apus_json_text_or(r, APUS_STR("")), name))
            return true;
    }
    return false;
}

static void add_members(struct sampler *s, apus_json *object, const apus_json *schema)
{
    for (const apus_json *p = first_of(apus_json_get(schema, "properties")); p; p = p->next) {
        if (is_required(schema, p->name) || s->depth <= DEPTH_FULL)
            apus_json_set(s->arena, object, p->name.ptr, make(s, p));
    }
    const apus_json *extra = apus_json_get(schema, "additionalProperties");
    bool is_map = extra && extra->kind == APUS_JSON_object && !apus_json_get(schema, "properties");
    if (is_map && (s->depth <= DEPTH_FULL || apus_json_get(schema, "minProperties")))
        apus_json_set(s->arena, object, "key", make(s, extra));
}

static apus_json *make_object(struct sampler *s, const apus_json *schema)
{
    apus_json *object = apus_json_object(s->arena);
    for (const apus_json *part = first_of(apus_json_get(schema, "allOf")); part;
         part = part->next) {
        apus_json *own = make(s, part), *next;
        for (apus_json *m = own && own->kind == APUS_JSON_object ? own->first : NULL; m; m = next) {
            next = m->next;
            apus_json_set(s->arena, object, m->name.ptr, apus_sample_copy(s->arena, m));
        }
    }
    add_members(s, object, schema);
    return object;
}

/* --- all of it --- */

/* What the schema shows by itself. */
static const apus_json *shown(struct sampler *s, const apus_json *schema)
{
    const apus_json *examples = apus_json_get(schema, "examples");
    const apus_json *values = apus_json_get(schema, "enum");
    size_t n = examples && examples->kind == APUS_JSON_list ? examples->n : 0;
    if (n)
        return apus_json_at(examples, choose(s, n));
    const apus_json *one = apus_json_get(schema, "example");
    one = one ? one : apus_json_get(schema, "const");
    if (one)
        return one;
    if (values && values->n)
        return apus_json_at(values, choose(s, values->n));
    const apus_json *fallback = apus_json_get(schema, "default");
    return fallback && fallback->kind != APUS_JSON_null ? fallback : NULL;
}

static const apus_json *first_shape(struct sampler *s, const apus_json *schema)
{
    static const char *const keys[] = { "anyOf", "oneOf" };
    for (size_t i = 0; i < 2; i++) {
        const apus_json *list = apus_json_get(schema, keys[i]);
        bool has_null = false;
        for (const apus_json *shape = first_of(list); shape; shape = shape->next)
            has_null = has_null || has_type(shape, "null");
        if (!list || !list->n)
            continue;
        /* of a value or nothing, the value */
        const apus_json *shape = apus_json_at(list, has_null ? 0 : choose(s, list->n));
        return has_null && has_type(shape, "null") ? apus_json_at(list, 1) : shape;
    }
    return NULL;
}

static apus_json *make_plain(struct sampler *s, const apus_json *schema)
{
    const apus_json *shape = first_shape(s, schema);
    if (shape && !apus_json_get(schema, "properties"))
        return make(s, shape);
    if (has_type(schema, "integer") || has_type(schema, "number"))
        return make_number(s, schema);
    if (has_type(schema, "boolean"))
        return apus_json_bool(s->arena, choose(s, 2) == 0);
    if (has_type(schema, "array") || apus_json_get(schema, "items"))
        return make_list(s, schema);
    if (has_type(schema, "object") || apus_json_get(schema, "properties") ||
        apus_json_get(schema, "allOf")) {
        const apus_json *all = apus_json_get(schema, "allOf");
        bool is_one = all && all->n == 1 && !apus_json_get(schema, "properties");
        return is_one ? make(s, first_of(all)) : make_object(s, schema);
    }
    return has_type(schema, "null") ? apus_json_null_new(s->arena) : make_text(s, schema);
}

static apus_json *make(struct sampler *s, const apus_json *schema)
{
    schema = apus_json_resolve(s->document, schema);
    if (!schema || schema->kind != APUS_JSON_object || s->depth >= APUS_SAMPLE_DEPTH_MAX ||
        s->work >= WORK_MAX)
        return apus_json_null_new(s->arena);
    s->work++;
    const apus_json *ready = shown(s, schema);
    if (ready)
        return apus_sample_copy(s->arena, ready);
    s->depth++;
    apus_json *value = make_plain(s, schema);
    s->depth--;
    return value;
}

apus_json *apus_sample(const apus_schema *schema, apus_arena *a, uint64_t seed)
{
    struct sampler s = { .document = schema->document, .arena = a, .seed = seed };
    return make(&s, schema->root);
}
