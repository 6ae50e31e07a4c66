/* Which type of C a schema is. */
#include <string.h>

#include "apus/json_pointer.h"
#include "command.h"
#include "import.h"

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

static bool is_text(apus_str text, const char *word)
{
    return apus_str_eq(text, apus_str_of(word));
}

/* --- limits --- */

bool import_enter(importer *im, const char *at)
{
    if (im->work < IMPORT_WORK_MAX && im->depth < IMPORT_DEPTH_MAX) {
        im->work++;
        im->depth++;
        return true;
    }
    if (!im->is_tangled)
        import_note(im, at,
                    im->work == IMPORT_WORK_MAX ? "more schemas than an import looks at"
                                                : "schemas are nested too deep");
    im->is_tangled = true;
    return false;
}

void import_leave(importer *im)
{
    im->depth--;
}

/* --- references --- */

const apus_json *import_resolve(importer *im, const apus_json *v, const char **at)
{
    for (unsigned i = 0; v && i < IMPORT_REFS_MAX; i++) {
        const apus_json *ref = apus_json_get(v, "$ref");
        if (!ref)
            return v;
        apus_str to = apus_json_text_or(ref, APUS_STR(""));
        const apus_json *target = apus_json_reference(im->document, to);
        if (!target) {
            import_note(im, import_at(im, *at, APUS_STR("$ref")), "%.*s leads to nothing here",
                        (int)(to.len < 200 ? to.len : 200), to.ptr);
            return NULL;
        }
        *at = textf(im->arena, "%.*s", (int)to.len - 1, to.ptr + 1);
        v = target;
    }
    import_note(im, *at, "references lead in a circle");
    return NULL;
}

/* The name of a component, where that is what stands at `at`. */
static apus_str component_name(const char *at)
{
    static const char in[] = "/components/schemas/";
    size_t len = sizeof(in) - 1;
    if (strncmp(at, in, len) != 0 || strchr(at + len, '/'))
        return APUS_STR("");
    return apus_str_of(at + len);
}

/* --- null --- */

static bool is_null(const apus_json *schema)
{
    return is_text(text_of(schema, "type"), "null");
}

/* The other shape of [x, null]; NULL where there are more, or no null. */
static const apus_json *beside_null(const apus_json *list, size_t *index)
{
    if (!list || list->kind != APUS_JSON_list || list->n != 2)
        return NULL;
    const apus_json *a = apus_json_at(list, 0), *b = apus_json_at(list, 1);
    *index = is_null(a);
    return is_null(a) == is_null(b) ? NULL : *index ? b : a;
}

static const apus_json *type_beside_null(importer *im, const apus_json *schema)
{
    const apus_json *type = apus_json_get(schema, "type");
    if (!type || type->kind != APUS_JSON_list)
        return NULL;
    apus_json *plain = apus_json_object(im->arena);
    const apus_json *other = NULL;
    for (const apus_json *t = import_first(type); t; t = t->next) {
        if (is_text(apus_json_text_or(t, APUS_STR("")), "null"))
            continue;
        if (other || type->n > 2)
            return NULL;
        other = t;
    }
    for (const apus_json *m = other ? import_first(schema) : NULL; m; m = m->next) {
        apus_json *copy = APUS_NEW(im->arena, apus_json, 1);
        if (!copy)
            return NULL;
        *copy = is_text(m->name, "type") ? *other : *m;
        copy->name = m->name;
        copy->next = NULL;
        apus_json_add(plain, copy);
    }
    return other ? plain : NULL;
}

const apus_json *import_core(importer *im, const apus_json *schema, const char **at,
                             bool *is_nullable)
{
    static const char *const wrappers[] = { "anyOf", "oneOf" };
    for (size_t i = 0; i < 2; i++) {
        size_t index = 0;
        const apus_json *other = beside_null(apus_json_get(schema, wrappers[i]), &index);
        if (!other)
            continue;
        *is_nullable = true;
        *at = import_at_index(im, import_at(im, *at, apus_str_of(wrappers[i])), index);
        return other;
    }
    const apus_json *plain = type_beside_null(im, schema);
    const apus_json *types = apus_json_get(schema, "type");
    bool has_null = types && types->kind == APUS_JSON_list && types->n == 2 && plain;
    *is_nullable =
        *is_nullable || has_null || apus_json_bool_or(apus_json_get(schema, "nullable"), false);
    return plain ? plain : schema;
}

/* --- scalars --- */

static const struct {
    const char *type, *format, *text;
    import_kind kind;
    bool says_format; /* the type documents it by itself */
} scalars[] = {
    { "boolean", "", "bool", IMPORT_bool, true },
    { "integer", "int32", "int32_t", IMPORT_integer, false },
    { "integer", "", "int64_t", IMPORT_integer, false },
    { "number", "float", "float", IMPORT_number, false },
    { "number", "", "double", IMPORT_number, false },
    { "string", "date-time", "apus_time", IMPORT_other, true },
    { "string", "date", "apus_date", IMPORT_other, true },
    { "string", "duration", "apus_duration", IMPORT_other, true },
    { "string", "uuid", "apus_uuid", IMPORT_other, true },
    { "string", "uri", "apus_url", IMPORT_text, true },
    { "string", "email", "apus_email", IMPORT_text, true },
    { "string", "ipvanyaddress", "apus_ip", IMPORT_other, true },
    { "string", "base64", "apus_bytes", IMPORT_other, true },
    { "string", "byte", "apus_bytes", IMPORT_other, false },
    { "string", "", "apus_str", IMPORT_text, false },
};

static bool take_scalar(const apus_json *schema, apus_str type, import_type *out)
{
    apus_str format = text_of(schema, "format");
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        bool is_default = scalars[i].format[0] == '\0';
        if (!is_text(type, scalars[i].type) || (!is_default && !is_text(format, scalars[i].format)))
            continue;
        out->kind = scalars[i].kind;
        out->text = scalars[i].text;
        out->is_secret = is_text(format, "password");
        if (format.len && !scalars[i].says_format && !out->is_secret)
            out->format = format.ptr;
        return true;
    }
    return false;
}

/* What apusc documents an apus_decimal as. */
static bool is_decimal(const apus_json *schema)
{
    const apus_json *any = apus_json_get(schema, "anyOf");
    if (!any || any->n != 2)
        return false;
    const apus_json *text = apus_json_at(any, 1);
    return is_text(text_of(apus_json_at(any, 0), "type"), "number") &&
           is_text(text_of(text, "type"), "string") &&
           apus_str_starts(text_of(text, "pattern"), APUS_STR("^(?!^[-+.]*$)"));
}

/* --- lists and maps --- */

static const import_type *keep(importer *im, import_type type)
{
    import_type *kept = APUS_NEW(im->arena, import_type, 1);
    if (kept)
        *kept = type;
    return kept;
}

/* "List(pet);" once. */
static const char *collection_of(importer *im, const import_type *item, const char *word,
                                 const char *suffix)
{
    static const char *const ready[][2] = { { "apus_str", "apus_strs" },
                                            { "int64_t", "apus_ints" },
                                            { "double", "apus_doubles" } };
    for (size_t i = 0; i < 3 && suffix[1] == 'l'; i++) {
        if (strcmp(item->text, ready[i][0]) == 0)
            return ready[i][1];
    }
    const char *name = textf(im->arena, "%s%s", item->text, suffix);
    if (!name_is_taken(&im->used, name)) {
        name_unique(im->arena, &im->used, name);
        if (item->declaration && item->declaration->is_open)
            item->declaration->needs_forward = true;
        apus_buf_addf(&im->types, "%s(%s);\n", word, item->text);
    }
    return name;
}

static import_type any_value(const apus_json *schema, const char *at)
{
    return (import_type){ .kind = IMPORT_any,
                          .text = "apus_json",
                          .schema = schema,
                          .at = at,
                          .said = schema,
                          .said_at = at };
}

static import_type collection(importer *im, const apus_json *schema, const char *at,
                              const char *key, const char *hint)
{
    bool is_list = strcmp(key, "items") == 0;
    const apus_json *items = apus_json_get(schema, key);
    const char *item_at = import_at(im, at, apus_str_of(key));
    const char *singular = textf(im->arena, "%s_item", hint);
    bool is_any = !items || items->kind != APUS_JSON_object;
    import_type item =
        is_any ? any_value(items, item_at) : import_schema(im, items, item_at, singular);
    if (item.is_nullable)
        import_note(im, item_at, "what it holds cannot be null in C");
    bool open_value = !is_list && item.declaration && item.declaration->is_open;
    if (open_value || (item.item && item.item->item)) {
        import_note(im, item_at,
                    open_value ? "a map of models that hold it is any value in C"
                               : "lists of lists of lists are any value in C");
        item = any_value(items, item_at);
    }
    import_type out = any_value(schema, at);
    out.kind = is_list ? IMPORT_list : IMPORT_map;
    out.item = keep(im, item);
    out.text = is_list ? collection_of(im, &item, "List", "_list")
                       : collection_of(im, &item, "Map", "_map");
    return out;
}

/* --- all of it --- */

/* Whether the schema says nothing about values. */
static bool is_open_schema(const apus_json *schema)
{
    static const char *const speaking[] = { "type",  "$ref", "anyOf", "oneOf", "allOf",     "enum",
                                            "const", "not",  "if",    "items", "properties" };
    for (size_t i = 0; i < sizeof(speaking) / sizeof(speaking[0]); i++) {
        if (apus_json_get(schema, speaking[i]))
            return false;
    }
    return true;
}

static bool has_members(const apus_json *schema)
{
    const apus_json *properties = apus_json_get(schema, "properties");
    return (properties && properties->n > 0) || apus_json_get(schema, "allOf");
}

static bool is_text_enum(const apus_json *schema)
{
    const apus_json *values = apus_json_get(schema, "enum"), *one = apus_json_get(schema, "const");
    if (one)
        return one->kind == APUS_JSON_string;
    unsigned texts = 0;
    for (const apus_json *v = import_first(values); v; v = v->next) {
        if (v->kind != APUS_JSON_string && v->kind != APUS_JSON_null)
            return false;
        texts += v->kind == APUS_JSON_string;
    }
    return texts > 0;
}

static import_type named(importer *im, const apus_json *schema, const char *at, const char *hint)
{
    apus_str component = component_name(at);
    const char *wire = component.len ? component.ptr : NULL;
    const char *name = wire ? wire : hint;
    import_type out = any_value(schema, at);
    if (is_text_enum(schema)) {
        out.kind = IMPORT_enum;
        out.text = import_enum(im, schema, at, name, wire);
    } else {
        out.kind = IMPORT_model;
        out.declaration = import_model(im, schema, at, name, wire);
        out.text = out.declaration ? out.declaration->name : "apus_json";
        out.kind = out.declaration ? IMPORT_model : IMPORT_any;
    }
    return out;
}

/* Its kind is none that has a name in the document: it stands in full wherever it is used. */
static import_type tuple(importer *im, const apus_json *schema, const char *at, const char *hint)
{
    apus_str component = component_name(at);
    import_type out = any_value(schema, at);
    const import_declaration *d =
        import_tuple(im, schema, at, component.len ? component.ptr : hint);
    if (d) {
        out.kind = IMPORT_tuple;
        out.text = d->name;
    }
    return out;
}

/* A shape that the annotations have no word for. */
static import_type give_up(importer *im, const apus_json *schema, const char *at, const char *why)
{
    import_note(im, at, "%s: any value in C", why);
    return any_value(schema, at);
}

static import_type plan(importer *im, const apus_json *schema, const char *at, const char *hint)
{
    apus_str type = text_of(schema, "type");
    import_type out = any_value(schema, at);
    if (is_text_enum(schema) || import_is_union(im, schema) || has_members(schema))
        return named(im, schema, at, hint);
    if (is_text(type, "array") && import_is_tuple(schema))
        return tuple(im, schema, at, hint);
    if (is_text(type, "array") && apus_json_get(schema, "prefixItems"))
        import_note(im, at, "a list that may go on behind its places holds any value in C");
    if (is_text(type, "array"))
        return collection(im, schema, at, "items", hint);
    if (is_text(type, "object"))
        return collection(im, schema, at, "additionalProperties", hint);
    if (is_decimal(schema)) {
        out.kind = IMPORT_other;
        out.text = "apus_decimal";
        return out;
    }
    if (take_scalar(schema, type, &out)) {
        if (apus_json_get(schema, "enum") || apus_json_get(schema, "const"))
            import_note(im, at, "values other than texts cannot be listed in C");
        return out;
    }
    if (is_open_schema(schema))
        return out;
    return give_up(im, schema, at,
                   apus_json_get(schema, "anyOf") || apus_json_get(schema, "oneOf")
                       ? "a value of several shapes"
                       : "a schema that has no type of C");
}

/* allOf with one part is that part. */
static const apus_json *only_part(importer *im, const apus_json *schema, const char **at)
{
    const apus_json *all = apus_json_get(schema, "allOf");
    if (!all || all->kind != APUS_JSON_list || all->n != 1 || apus_json_get(schema, "properties"))
        return schema;
    *at = import_at_index(im, import_at(im, *at, APUS_STR("allOf")), 0);
    import_note(im, *at, "allOf with one part is documented as that part");
    return apus_json_at(all, 0);
}

/* What may stand beside a reference, or around "or null". */
static const char *const outside[] = { "title",    "description", "default",  "example",
                                       "examples", "deprecated",  "readOnly", "writeOnly",
                                       "nullable", "$ref",        "anyOf",    "oneOf",
                                       "allOf",    NULL };

import_type import_schema(importer *im, const apus_json *schema, const char *at, const char *hint)
{
    if (!schema || schema->kind != APUS_JSON_object || !import_enter(im, at)) {
        if (schema && schema->kind != APUS_JSON_object && schema->kind != APUS_JSON_true)
            import_note(im, at, "a schema that is none");
        return any_value(schema, at);
    }
    bool is_nullable = false;
    const char *core_at = at;
    const apus_json *core = import_core(im, schema, &core_at, &is_nullable);
    core = only_part(im, core, &core_at);
    bool is_ref = apus_json_get(core, "$ref") != NULL;
    core = import_resolve(im, core, &core_at);
    core = core ? import_core(im, core, &core_at, &is_nullable) : NULL;
    import_type out = any_value(schema, at);
    if (core && core->kind == APUS_JSON_object) {
        out = plan(im, core, core_at, hint);
        bool has_name = out.kind == IMPORT_model || out.kind == IMPORT_enum;
        if (is_ref && !has_name)
            import_note(im, at, "%s stands here in full: only models and enums have names in C",
                        core_at);
    }
    out.said = schema;
    out.said_at = at;
    out.is_nullable = is_nullable;
    if (out.schema != schema)
        import_note_rest(im, schema, at, outside);
    import_leave(im);
    return out;
}
