/* Field(), Query() and the like: constraints, names, defaults. */
#include <string.h>

#include "apus/text.h"
#include "compiler/read.h"

static void read_bound(ct_rules *rules, const ct_value *options, const char *key, uint32_t bit,
                       apus_bound *bound, const char **text)
{
    const ct_value *v = value_get(options, key);
    if (!v || (v->kind != CT_VALUE_int && v->kind != CT_VALUE_double))
        return;
    rules->has |= bit;
    *bound = (apus_bound){ .integer = v->integer, .number = v->number };
    *text = v->text;
}

static void read_count(ct_rules *rules, const ct_value *options, const char *key, uint32_t bit,
                       uint32_t *count)
{
    const ct_value *v = value_get(options, key);
    if (!v || v->kind != CT_VALUE_int || v->integer < 0)
        return;
    rules->has |= bit;
    *count = v->integer > UINT32_MAX ? UINT32_MAX : (uint32_t)v->integer;
}

static void read_flag(ct_rules *rules, const ct_value *options, const char *key, uint32_t bit)
{
    if (value_flag(options, key))
        rules->has |= bit;
}

static ct_value *read_list(ct_rules *rules, const ct_value *options, const char *key, uint32_t bit)
{
    const ct_value *v = value_get(options, key);
    if (!v || v->kind != CT_VALUE_list || !v->items)
        return NULL;
    rules->has |= bit;
    return (ct_value *)(uintptr_t)v;
}

/* max_size = "10MB", or a number of bytes; the checks refuse what is neither. */
static void read_size(ct_rules *rules, const ct_value *options)
{
    const ct_value *v = value_get(options, "max_size");
    int64_t bytes = v && v->kind == CT_VALUE_int ? v->integer : 0;
    apus_str of;
    if (v && v->kind == CT_VALUE_string)
        (void)apus_byte_size_parse(apus_str_of(v->text), &bytes, &of);
    if (bytes < 1 || bytes > UINT32_MAX)
        return;
    rules->has |= APUS_RULE_max_length;
    rules->max_length = (uint32_t)bytes;
}

static uint16_t short_count(uint32_t n)
{
    return n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

static void read_rules(ct_rules *r, const ct_value *options)
{
    uint32_t digits = 0, places = 0, version = 0;
    read_bound(r, options, "gt", APUS_RULE_gt, &r->gt, &r->gt_text);
    read_bound(r, options, "ge", APUS_RULE_ge, &r->ge, &r->ge_text);
    read_bound(r, options, "lt", APUS_RULE_lt, &r->lt, &r->lt_text);
    read_bound(r, options, "le", APUS_RULE_le, &r->le, &r->le_text);
    read_bound(r, options, "multiple_of", APUS_RULE_multiple_of, &r->multiple_of,
               &r->multiple_of_text);
    read_count(r, options, "min_length", APUS_RULE_min_length, &r->min_length);
    read_count(r, options, "max_length", APUS_RULE_max_length, &r->max_length);
    read_count(r, options, "min_items", APUS_RULE_min_items, &r->min_items);
    read_count(r, options, "max_items", APUS_RULE_max_items, &r->max_items);
    read_count(r, options, "max_digits", APUS_RULE_max_digits, &digits);
    read_count(r, options, "decimal_places", APUS_RULE_decimal_places, &places);
    r->max_digits = short_count(digits);
    r->decimal_places = short_count(places);
    read_flag(r, options, "unique", APUS_RULE_unique);
    read_flag(r, options, "set", APUS_RULE_set);
    read_flag(r, options, "inf_nan", APUS_RULE_inf_nan);
    read_flag(r, options, "strict", APUS_RULE_strict);
    read_flag(r, options, "strip", APUS_RULE_strip);
    read_flag(r, options, "lower", APUS_RULE_lower);
    read_flag(r, options, "upper", APUS_RULE_upper);
    read_flag(r, options, "past", APUS_RULE_past);
    read_flag(r, options, "future", APUS_RULE_future);
    read_flag(r, options, "aware", APUS_RULE_aware);
    read_flag(r, options, "naive", APUS_RULE_naive);
    read_flag(r, options, "host_required", APUS_RULE_host);
    read_flag(r, options, "byte_size", APUS_RULE_byte_size);
    read_count(r, options, "version", APUS_RULE_version, &version);
    r->version = (uint8_t)(version > UINT8_MAX ? UINT8_MAX : version);
    r->schemes = read_list(r, options, "schemes", APUS_RULE_schemes);
    r->media_types = read_list(r, options, "types", APUS_RULE_media_types);
    read_size(r, options);
    r->one_of = read_list(r, options, "one_of", APUS_RULE_one_of);
    r->pattern = value_text(options, "pattern");
    if (r->pattern)
        r->has |= APUS_RULE_pattern;
    r->title = value_text(options, "title");
    r->description = value_text(options, "description");
    r->format = value_text(options, "format");
    r->example = (ct_value *)(uintptr_t)value_get(options, "example");
    r->examples = (ct_value *)(uintptr_t)value_get(options, "examples");
    r->extra = (ct_value *)(uintptr_t)value_get(options, "openapi_extra");
    r->deprecated = value_flag(options, "deprecated");
    r->hidden = value_flag(options, "hidden");
}

static uint32_t read_omit(unit *u, const ct_value *options)
{
    const ct_value *v = value_get(options, "omit");
    if (!v)
        return 0;
    const char *word = value_word(v);
    if (v->kind == CT_VALUE_null)
        return APUS_FIELD_omit_null;
    if (word && strcmp(word, "default") == 0)
        return APUS_FIELD_omit_default;
    if (word) /* a function: hooks_read */
        return 0;
    diag *g = diag_error(u->reader->diags, v->place, "omit is null, default or a function, not %s",
                         value_kind_text(v));
    diag_note(u->reader->diags, g, NULL, "omit = null leaves out what is NULL");
    return 0;
}

/* What an annotation says about a field of this type, in the words of the type:
 * "buy" becomes SIDE_BUY, 1 becomes true. */
static void fit_value(ct_type *type, ct_value *v)
{
    if (!v || !type)
        return;
    bool is_truth = v->kind == CT_VALUE_int && (v->integer == 0 || v->integer == 1);
    if (type->kind == APUS_KIND_bool && is_truth) {
        v->kind = CT_VALUE_bool;
        v->truth = v->integer != 0;
    }
    if (type->kind == APUS_KIND_enum && v->kind == CT_VALUE_string) {
        for (const ct_enum_value *e = type->enumeration->values; e; e = e->next) {
            if (strcmp(e->name, v->text) != 0)
                continue;
            v->kind = CT_VALUE_int;
            v->integer = e->value;
            v->word = e->c_name;
            return;
        }
    }
    bool has_items = type->kind == APUS_KIND_list || type->kind == APUS_KIND_array ||
                     type->kind == APUS_KIND_counted;
    if (has_items && v->kind == CT_VALUE_list) {
        for (ct_value *item = v->items; item; item = item->next)
            fit_value(type->item, item);
    }
}

/* An enumerator of an enum's example is shown as it travels. */
static void fit_example(ct_type *type, ct_value *v)
{
    if (!v || !type)
        return;
    fit_value(type, v);
    if (type->kind == APUS_KIND_enum && v->kind == CT_VALUE_int) {
        for (const ct_enum_value *e = type->enumeration->values; e; e = e->next) {
            if (e->value != v->integer)
                continue;
            v->kind = CT_VALUE_string;
            v->text = e->name;
            v->word = NULL;
            return;
        }
    }
    for (ct_value *item = type->item && v->kind == CT_VALUE_list ? v->items : NULL; item;
         item = item->next)
        fit_example(type->item, item);
}

/* A secret type makes its field one. */
static bool is_secret(const ct_type *t)
{
    while (t->item && t->kind != APUS_KIND_model)
        t = t->item;
    return t->kind == APUS_KIND_secret;
}

void field_options(unit *u, ct_field *f, const ct_value *options)
{
    names_read(u, NULL, f, options);
    if (is_secret(f->type))
        f->flags |= APUS_FIELD_secret;
    if (!options)
        return;
    read_rules(&f->rules, options);
    f->rules.options = (ct_value *)(uintptr_t)options;
    f->default_value = (ct_value *)(uintptr_t)value_get(options, "default");
    fit_value(f->type, f->default_value);
    fit_example(f->type, f->rules.example);
    if (f->rules.examples && f->rules.examples->kind == CT_VALUE_list) {
        for (ct_value *v = f->rules.examples->items; v; v = v->next)
            fit_example(f->type, v);
    }
    static const struct {
        const char *key;
        uint32_t flag;
    } flags[] = {
        { "secret", APUS_FIELD_secret },
        { "json", APUS_FIELD_json },
        { "read_only", APUS_FIELD_read_only },
        { "write_only", APUS_FIELD_write_only },
    };
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (value_flag(options, flags[i].key))
            f->flags |= flags[i].flag;
    }
    f->flags |= read_omit(u, options);
}

/* | field               | absent  | null |
 * | T x                 | 422     | 422  |
 * | T x default = v     | v       | 422  |
 * | T *x                | NULL    | NULL |
 * | T *x required       | 422     | NULL |
 * | T *x no_null        | NULL    | 422  |
 * A C string is a pointer too, but the kind says so, not a flag. */
void field_presence(ct_field *f, bool is_pointer, const ct_value *options)
{
    bool can_be_null = is_pointer || f->type->kind == APUS_KIND_cstr;
    bool has_default = value_get(options, "default") != NULL;
    if (is_pointer)
        f->flags |= APUS_FIELD_pointer;
    if (can_be_null && !value_flag(options, "no_null"))
        f->flags |= APUS_FIELD_nullable;
    if ((!can_be_null && !has_default) || value_flag(options, "required"))
        f->flags |= APUS_FIELD_required;
}
