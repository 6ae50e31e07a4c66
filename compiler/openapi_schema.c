/* JSON Schema 2020-12 of types, fields and models, as FastAPI's documents have
 * them, so that clients generated for one fit the other. */
#include <string.h>

#include "compiler/openapi.h"
#include "compiler/value.h"

static const struct {
    const char *type, *format;
    bool bounded;
    int64_t min;
    uint64_t max;
} kinds[APUS_KIND_COUNT] = {
    [APUS_KIND_none] = { .type = "string" }, /* a file of a form */
    [APUS_KIND_bool] = { .type = "boolean" },
    [APUS_KIND_int8] = { "integer", NULL, true, INT8_MIN, INT8_MAX },
    [APUS_KIND_int16] = { "integer", NULL, true, INT16_MIN, INT16_MAX },
    [APUS_KIND_int32] = { .type = "integer" }, /* plain, as clients of FastAPI know it */
    [APUS_KIND_int64] = { .type = "integer" },
    [APUS_KIND_uint8] = { "integer", NULL, true, 0, UINT8_MAX },
    [APUS_KIND_uint16] = { "integer", NULL, true, 0, UINT16_MAX },
    [APUS_KIND_uint32] = { "integer", NULL, true, 0, UINT32_MAX },
    [APUS_KIND_uint64] = { "integer", NULL, true, 0, 0 },
    [APUS_KIND_float] = { .type = "number" },
    [APUS_KIND_double] = { .type = "number" },
    [APUS_KIND_str] = { .type = "string" },
    [APUS_KIND_cstr] = { .type = "string" },
    [APUS_KIND_chars] = { .type = "string" },
    [APUS_KIND_bytes] = { "string", "base64", false, 0, 0 },
    [APUS_KIND_time] = { "string", "date-time", false, 0, 0 },
    [APUS_KIND_date] = { "string", "date", false, 0, 0 },
    [APUS_KIND_duration] = { "string", "duration", false, 0, 0 },
    [APUS_KIND_uuid] = { "string", "uuid", false, 0, 0 },
    [APUS_KIND_url] = { "string", "uri", false, 0, 0 },
    [APUS_KIND_email] = { "string", "email", false, 0, 0 },
    [APUS_KIND_ip] = { "string", "ipvanyaddress", false, 0, 0 },
    [APUS_KIND_clock_time] = { "string", "time", false, 0, 0 },
    [APUS_KIND_name_email] = { "string", "name-email", false, 0, 0 },
    [APUS_KIND_secret] = { "string", "password", false, 0, 0 },
    [APUS_KIND_ip_network] = { "string", "ipvanynetwork", false, 0, 0 },
    [APUS_KIND_ip_interface] = { "string", "ipvanyinterface", false, 0, 0 },
    [APUS_KIND_list] = { .type = "array" },
    [APUS_KIND_counted] = { .type = "array" },
    [APUS_KIND_array] = { .type = "array" },
    [APUS_KIND_map] = { .type = "object" },
};

static void set_int(struct openapi *d, apus_json *s, const char *key, int64_t value)
{
    apus_json_set(d->arena, s, key, apus_json_int(d->arena, value));
}

apus_json *schema_ref(struct openapi *d, const char *name)
{
    apus_json *ref = apus_json_object(d->arena);
    set_text(d, ref, "$ref", doc_name(d, "#/components/schemas/%s", name));
    return ref;
}

/* --- rules --- */

static void set_bounds(struct openapi *d, apus_json *s, const ct_type *type, const ct_rules *r)
{
    const struct {
        uint32_t rule;
        const char *key;
        apus_bound bound;
    } bounds[] = {
        { APUS_RULE_gt, "exclusiveMinimum", r->gt },
        { APUS_RULE_ge, "minimum", r->ge },
        { APUS_RULE_lt, "exclusiveMaximum", r->lt },
        { APUS_RULE_le, "maximum", r->le },
        { APUS_RULE_multiple_of, "multipleOf", r->multiple_of },
    };
    bool whole = type->kind >= APUS_KIND_int8 && type->kind <= APUS_KIND_uint64;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (!(r->has & bounds[i].rule))
            continue;
        if (whole)
            set_int(d, s, bounds[i].key, bounds[i].bound.integer);
        else
            apus_json_set(d->arena, s, bounds[i].key,
                          apus_json_number(d->arena, bounds[i].bound.number));
    }
}

static void set_text_rules(struct openapi *d, apus_json *s, const ct_type *type, const ct_rules *r)
{
    if (r->has & APUS_RULE_min_length)
        set_int(d, s, "minLength", r->min_length);
    if (r->has & APUS_RULE_max_length)
        set_int(d, s, "maxLength", r->max_length);
    else if (type->kind == APUS_KIND_chars)
        set_int(d, s, "maxLength", type->n - 1);
    if (r->has & APUS_RULE_pattern)
        set_text(d, s, "pattern", r->pattern);
}

static void set_item_rules(struct openapi *d, apus_json *s, const ct_type *type, const ct_rules *r)
{
    bool is_map = type->kind == APUS_KIND_map;
    if (r->has & APUS_RULE_min_items)
        set_int(d, s, is_map ? "minProperties" : "minItems", r->min_items);
    if (r->has & APUS_RULE_max_items)
        set_int(d, s, is_map ? "maxProperties" : "maxItems", r->max_items);
    set_true(d, s, "uniqueItems", r->has & (APUS_RULE_unique | APUS_RULE_set));
}

/* --- components --- */

/* wanted where no app reaches it: a model whose routes are all hidden. */
static const char *component_name(const struct openapi *d, const char *symbol, const char *wanted)
{
    const char *name = names_find(&d->names, symbol);
    return name ? name : wanted;
}

static apus_json *enum_ref(struct openapi *d, const ct_enum *e)
{
    if (e->is_inline) { /* as pydantic's Literal */
        apus_json *s = apus_json_object(d->arena);
        set_text(d, s, "type", "string");
        apus_json *one = text_json(d, e->values ? e->values->name : "");
        apus_json *values = apus_json_array(d->arena);
        for (const ct_enum_value *v = e->values; v; v = v->next)
            apus_json_add(values, text_json(d, v->name));
        bool is_one = e->values && !e->values->next;
        apus_json_set(d->arena, s, is_one ? "const" : "enum", is_one ? one : values);
        return s;
    }
    const char *name = component_name(d, e->symbol, e->name);
    if (!apus_json_get(d->schemas, name)) {
        apus_json *s = apus_json_object(d->arena), *values = apus_json_array(d->arena);
        for (const ct_enum_value *v = e->values; v; v = v->next)
            apus_json_add(values, text_json(d, v->name));
        set_text(d, s, "type", "string");
        apus_json_set(d->arena, s, "enum", values);
        set_text(d, s, "title", e->name);
        set_text(d, s, "description", e->doc.description);
        apus_json_set(d->arena, d->schemas, name, s);
    }
    return schema_ref(d, name);
}

apus_json *object_schema(struct openapi *d, const char *title)
{
    apus_json *s = apus_json_object(d->arena);
    apus_json_set(d->arena, s, "properties", apus_json_object(d->arena));
    set_text(d, s, "type", "object");
    set_text(d, s, "title", title);
    return s;
}

static void require(struct openapi *d, apus_json *schema, const char *name)
{
    apus_json *required = apus_json_get(schema, "required");
    if (!required) {
        required = apus_json_array(d->arena);
        apus_json_set(d->arena, schema, "required", required);
    }
    apus_json_add(required, text_json(d, name));
}

/* What is only sent is shown as it is sent: under its name on the way out, as what encode
 * makes of it, and computed members are always there. */
static ct_field as_sent(const struct openapi *d, const ct_model *m, const ct_field *f)
{
    ct_field sent = *f;
    const ct_hook *convert = f->hooks[CT_HOOK_convert];
    if (f->name_out)
        sent.name = f->name_out;
    if (convert) {
        sent.type = convert->result;
        sent.rules.has = 0;
        sent.default_value = NULL;
    }
    sent.hooks[CT_HOOK_before] = NULL;
    if (f->hooks[CT_HOOK_compute])
        sent.flags |= APUS_FIELD_required;
    if (!is_required(d, m, &sent, CT_WAY_out))
        sent.flags &= ~(uint32_t)APUS_FIELD_required;
    return sent;
}

void object_schema_add(struct openapi *d, apus_json *schema, const ct_field *f)
{
    apus_json *properties = apus_json_get(schema, "properties");
    apus_json_set(d->arena, properties, f->name, field_schema(d, f, f->name));
    if (f->flags & APUS_FIELD_required)
        require(d, schema, f->name);
}

/* The tag of one shape of a union: a constant. */
static void add_tag(struct openapi *d, apus_json *schema, const ct_field *f, const ct_variant *v)
{
    apus_json *s = apus_json_object(d->arena);
    set_text(d, s, "type", "string");
    set_text(d, s, "const", v->name);
    set_text(d, s, "title", title_of(d, f->name));
    apus_json_set(d->arena, apus_json_get(schema, "properties"), f->name, s);
    require(d, schema, f->name);
}

static void add_member(struct openapi *d, apus_json *s, const ct_model *m, const ct_field *f)
{
    bool goes_in = way_of(d, m) == CT_WAY_in;
    if (has_two_schemas(d, m) &&
        f->flags & (goes_in ? APUS_FIELD_read_only : APUS_FIELD_write_only))
        return;
    ct_field shown = goes_in ? *f : as_sent(d, m, f);
    if (is_required(d, m, f, way_of(d, m)))
        shown.flags |= APUS_FIELD_required;
    if (is_partial(d, m)) {
        shown.flags &= ~(uint32_t)APUS_FIELD_required;
        shown.default_value = NULL;
    }
    object_schema_add(d, s, &shown);
}

/* The members of m; or, with v, those of its shape v. */
static void fill_object(struct openapi *d, apus_json *s, const ct_model *m, const ct_variant *v)
{
    const ct_model *shape = v ? v->whole : m;
    for (const ct_field *f = shape->fields; f; f = f->next) {
        if (!(f->flags & APUS_FIELD_tag) || !v)
            add_member(d, s, m, f);
        else if (!shape->tag_hidden)
            add_tag(d, s, f, v);
    }
    if (shape->extra != APUS_EXTRA_ignore)
        apus_json_set(d->arena, s, "additionalProperties",
                      apus_json_bool(d->arena, shape->extra == APUS_EXTRA_keep));
}

static apus_json *variant_ref(struct openapi *d, const ct_model *m, const ct_variant *v)
{
    const char *title = doc_name(d, "%s%s", m->name, v->whole->name);
    const char *name =
        doc_name(d, "%s%s", component_name(d, v->whole->symbol, title), way_suffix(d, m));
    if (!apus_json_get(d->schemas, name)) {
        apus_json *s = object_schema(d, title);
        apus_json_set(d->arena, d->schemas, name, s);
        set_text(d, s, "description", v->whole->doc.description);
        fill_object(d, s, m, v);
    }
    return schema_ref(d, name);
}

static void fill_union(struct openapi *d, apus_json *s, const ct_model *m)
{
    apus_json *shapes = apus_json_array(d->arena), *mapping = apus_json_object(d->arena);
    for (const ct_variant *v = m->variants; v; v = v->next) {
        if (v->whole->is_bare) {
            const ct_field *f = v->whole->fields;
            if (f)
                apus_json_add(shapes, type_schema(d, f->type, &f->rules));
            continue;
        }
        apus_json *ref = variant_ref(d, m, v);
        apus_json_add(shapes, ref);
        apus_json_set(
            d->arena, mapping, v->name,
            apus_json_text(d->arena, apus_json_text_or(apus_json_get(ref, "$ref"), APUS_STR(""))));
    }
    apus_json_set(d->arena, s, m->tag_hidden && !m->chooser ? "anyOf" : "oneOf", shapes);
    if (!m->tag_hidden) {
        apus_json *discriminator = apus_json_object(d->arena);
        set_text(d, discriminator, "propertyName", m->tag_name);
        apus_json_set(d->arena, discriminator, "mapping", mapping);
        apus_json_set(d->arena, s, "discriminator", discriminator);
    }
    set_text(d, s, "title", m->name);
}

/* Besides that schema, what before takes. */
static apus_json *also_accepted(struct openapi *d, ct_hook *const *hooks, apus_json *schema)
{
    const ct_hook *before = hooks[CT_HOOK_before];
    if (!before || !before->accepts)
        return schema;
    apus_json *s = apus_json_object(d->arena), *any = apus_json_array(d->arena);
    apus_json_add(any, schema);
    apus_json_add(any, type_schema(d, before->accepts, NULL));
    apus_json_set(d->arena, s, "anyOf", any);
    return s;
}

/* The component stands in the document before its members are looked at, so that
 * a model may contain itself. */
static apus_json *model_ref(struct openapi *d, const ct_model *m)
{
    if (d->way == CT_WAY_out && sent_instead(d, m))
        return type_schema(d, sent_instead(d, m), NULL);
    const char *name = doc_name(d, "%s%s", component_name(d, m->symbol, m->name), way_suffix(d, m));
    if (!apus_json_get(d->schemas, name)) {
        apus_json *own = m->n_variants ? apus_json_object(d->arena) : object_schema(d, m->name);
        apus_json *s = way_of(d, m) == CT_WAY_in ? also_accepted(d, m->hooks, own) : own;
        apus_json_set(d->arena, d->schemas, name, s);
        set_text(d, s, "description", m->doc.description);
        if (m->n_variants)
            fill_union(d, own, m);
        else
            fill_object(d, own, m, NULL);
        if (m->examples)
            apus_json_set(d->arena, s, "examples", value_json(d, NULL, m->examples));
        merge_extra(d, s, value_get(m->options, "openapi_extra"));
    }
    return schema_ref(d, name);
}

/* --- types and fields --- */

static apus_json *decimal_schema(struct openapi *d)
{
    apus_json *s = apus_json_object(d->arena), *any = apus_json_array(d->arena);
    apus_json *number = apus_json_object(d->arena), *text = apus_json_object(d->arena);
    set_text(d, number, "type", "number");
    set_text(d, text, "type", "string");
    set_text(d, text, "pattern", "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$");
    apus_json_add(any, number);
    apus_json_add(any, text);
    apus_json_set(d->arena, s, "anyOf", any);
    return s;
}

static bool holds_items(const ct_type *type)
{
    return type->kind == APUS_KIND_list || type->kind == APUS_KIND_counted ||
           type->kind == APUS_KIND_array || type->kind == APUS_KIND_map;
}

static apus_json *nullable(struct openapi *d, apus_json *schema)
{
    apus_json *s = apus_json_object(d->arena), *any = apus_json_array(d->arena);
    apus_json *null = apus_json_object(d->arena);
    set_text(d, null, "type", "null");
    apus_json_add(any, schema);
    apus_json_add(any, null);
    apus_json_set(d->arena, s, "anyOf", any);
    return s;
}

static apus_json *items_schema(struct openapi *d, const ct_type *type, const ct_rules *rules)
{
    apus_json *item = type_schema(d, type->item, rules);
    return type->item_pointer ? nullable(d, item) : item;
}

/* uuid4, ipv4network: of one version only. */
static const char *format_of(struct openapi *d, const ct_type *type, const ct_rules *r)
{
    if (!(r->has & APUS_RULE_version))
        return kinds[type->kind].format;
    switch (type->kind) {
    case APUS_KIND_uuid:
        return doc_name(d, "uuid%u", r->version);
    case APUS_KIND_ip_network:
        return doc_name(d, "ipv%unetwork", r->version);
    case APUS_KIND_ip_interface:
        return doc_name(d, "ipv%uinterface", r->version);
    default:
        return doc_name(d, "ipv%u", r->version);
    }
}

/* As pydantic's Literal: the values, or the one. */
static void set_choices(struct openapi *d, apus_json *s, const ct_value *list)
{
    bool is_one = !list->items->next;
    apus_json_set(d->arena, s, is_one ? "const" : "enum",
                  value_json(d, NULL, is_one ? list->items : list));
}

/* A number of bytes, or a text that says it. */
static apus_json *byte_size_schema(struct openapi *d)
{
    apus_json *s = apus_json_object(d->arena), *any = apus_json_array(d->arena);
    apus_json *number = apus_json_object(d->arena), *text = apus_json_object(d->arena);
    set_text(d, text, "type", "string");
    set_text(d, text, "pattern", "^\\s*(\\d*\\.?\\d+)\\s*(\\w+)?");
    set_text(d, number, "type", "integer");
    set_int(d, number, "minimum", 0);
    apus_json_add(any, text);
    apus_json_add(any, number);
    apus_json_set(d->arena, s, "anyOf", any);
    return s;
}

const char *only_media_type(const ct_rules *r)
{
    const ct_value *only = r->media_types ? r->media_types->items : NULL;
    bool is_one = only && !only->next && !strchr(only->text, '*');
    return is_one ? only->text : NULL;
}

static const char *media_type_of(const ct_rules *r)
{
    const char *only = only_media_type(r);
    return only ? only : "application/octet-stream";
}

/* A struct that travels as a list, wherever it stands; it cannot hold itself. */
static apus_json *tuple_schema(struct openapi *d, const ct_model *m)
{
    apus_json *s = apus_json_object(d->arena), *items = apus_json_array(d->arena);
    bool goes_in = d->way == CT_WAY_in || (d->app->one_schema && m->reached[CT_WAY_in] & d->bit);
    unsigned least = 0, i = 0;
    for (const ct_field *f = m->fields; f; f = f->next) {
        ct_field shown = goes_in ? *f : as_sent(d, m, f);
        apus_json_add(items, field_schema(d, &shown, shown.name));
        i++;
        if (shown.flags & APUS_FIELD_required)
            least = i;
    }
    set_text(d, s, "type", "array");
    apus_json_set(d->arena, s, "prefixItems", items);
    set_int(d, s, "minItems", least);
    set_int(d, s, "maxItems", m->n_fields);
    set_text(d, s, "description", m->doc.description);
    merge_extra(d, s, value_get(m->options, "openapi_extra"));
    return s;
}

apus_json *type_schema(struct openapi *d, const ct_type *type, const ct_rules *rules)
{
    static const ct_rules none = { 0 };
    const ct_rules *r = rules ? rules : &none;
    bool is_tuple = type->kind == APUS_KIND_model && type->model->is_tuple;
    if (is_tuple && !(d->way == CT_WAY_out && sent_instead(d, type->model)))
        return tuple_schema(d, type->model);
    if (type->kind == APUS_KIND_model)
        return model_ref(d, type->model);
    if (type->kind == APUS_KIND_enum)
        return enum_ref(d, type->enumeration);
    if (type->kind == APUS_KIND_decimal)
        return decimal_schema(d);
    if (r->has & APUS_RULE_byte_size && !holds_items(type))
        return byte_size_schema(d);

    apus_json *s = apus_json_object(d->arena);
    set_text(d, s, "type", kinds[type->kind].type);
    if (kinds[type->kind].bounded) {
        if (!(r->has & (APUS_RULE_gt | APUS_RULE_ge)))
            set_int(d, s, "minimum", kinds[type->kind].min);
        if (!(r->has & (APUS_RULE_lt | APUS_RULE_le)) && kinds[type->kind].max)
            set_int(d, s, "maximum", (int64_t)kinds[type->kind].max);
    }
    if (type->kind == APUS_KIND_map)
        apus_json_set(d->arena, s, "additionalProperties", items_schema(d, type, r));
    else if (holds_items(type))
        apus_json_set(d->arena, s, "items", items_schema(d, type, r));
    if (holds_items(type)) {
        set_item_rules(d, s, type, r);
        if (type->kind == APUS_KIND_array) {
            set_int(d, s, "minItems", type->n);
            set_int(d, s, "maxItems", type->n);
        }
        return s;
    }
    if (type->kind == APUS_KIND_none)
        set_text(d, s, "contentMediaType", media_type_of(r));
    set_text(d, s, "format", r->format ? r->format : format_of(d, type, r));
    if (r->one_of)
        set_choices(d, s, r->one_of);
    set_bounds(d, s, type, r);
    set_text_rules(d, s, type, r);
    return s;
}

/* A text that holds JSON of that schema. */
static apus_json *json_text_schema(struct openapi *d, apus_json *content)
{
    apus_json *s = apus_json_object(d->arena);
    set_text(d, s, "type", "string");
    set_text(d, s, "contentMediaType", "application/json");
    apus_json_set(d->arena, s, "contentSchema", content);
    return s;
}

static void set_examples(struct openapi *d, apus_json *s, const ct_field *f)
{
    if (f->rules.examples && f->rules.examples->kind == CT_VALUE_list) {
        apus_json *list = apus_json_array(d->arena);
        for (const ct_value *v = f->rules.examples->items; v; v = v->next)
            apus_json_add(list, value_json(d, f->type, v));
        apus_json_set(d->arena, s, "examples", list);
    } else if (f->rules.example) {
        apus_json *list = apus_json_array(d->arena);
        apus_json_add(list, value_json(d, f->type, f->rules.example));
        apus_json_set(d->arena, s, "examples", list);
    }
}

apus_json *field_schema(struct openapi *d, const ct_field *f, const char *title_from)
{
    apus_json *s = also_accepted(d, f->hooks, type_schema(d, f->type, &f->rules));
    if (f->flags & APUS_FIELD_json)
        s = json_text_schema(d, s);
    bool is_ref = apus_json_get(s, "$ref") != NULL;
    if (f->flags & APUS_FIELD_nullable)
        s = nullable(d, s);
    /* what a title says stands in the component already */
    if (f->rules.title)
        set_text(d, s, "title", f->rules.title);
    else if (!is_ref)
        set_text(d, s, "title", title_of(d, title_from));
    set_text(d, s, "description", f->rules.description ? f->rules.description : f->doc.description);
    if (f->default_value && f->default_value->kind != CT_VALUE_null)
        apus_json_set(d->arena, s, "default", value_json(d, f->type, f->default_value));
    set_examples(d, s, f);
    set_true(d, s, "deprecated", f->rules.deprecated);
    set_true(d, s, "readOnly", f->flags & APUS_FIELD_read_only);
    bool is_secret_type = f->type->kind == APUS_KIND_secret;
    set_true(d, s, "writeOnly", f->flags & APUS_FIELD_write_only || is_secret_type);
    if (f->flags & APUS_FIELD_secret && !f->rules.format && !is_secret_type)
        set_text(d, s, "format", "password");
    merge_extra(d, s, f->rules.extra);
    return s;
}
