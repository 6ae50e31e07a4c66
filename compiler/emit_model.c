/* Tables of enums and models. */
#include <string.h>

#include "apus/plain.h"
#include "apus/text.h"
#include "compiler/emit_c.h"
#include "compiler/value.h"

void emit_enum(struct out *o, const ct_enum *e)
{
    unsigned n = 0;
    out_line(o, "/* %s: %s */", out_where(o, e->place), e->c_name);
    out_line(o, "static const apus_enum_value apus__%s_values[] = {", e->symbol);
    for (const ct_enum_value *v = e->values; v; v = v->next, n++)
        out_line(o, "    { .name = %s, .value = %s },", out_str_init(o, v->name), v->c_name);
    out_line(o, "};\n");
    const char *name = out_name(o, "apus_enum_%s", e->symbol);
    if (out_is_first(o, name))
        out_line(o, "extern const apus_enum %s;", name);
    out_line(o, "const apus_enum %s = {", name);
    out_line(o, "    .name = %s,", out_quoted(o, e->name));
    out_line(o, "    .values = apus__%s_values,", e->symbol);
    out_line(o, "    .n_values = %u,", n);
    if (e->is_inline)
        out_line(o, "    .is_inline = true,");
    out_line(o, "};\n");
}

static void bound(struct out *o, const char *name, apus_bound b)
{
    char number[APUS_TEXT_DOUBLE_MAX + 1];
    number[apus_double_print(b.number, number)] = '\0';
    const char *whole =
        b.integer == INT64_MIN ? "INT64_MIN" : out_name(o, "INT64_C(%lld)", (long long)b.integer);
    out_line(o, "    .%s = { %s, %s },", name, whole, number);
}

static const char *rule_flags(struct out *o, uint32_t has)
{
    static const char *const names[] = {
        "gt",
        "ge",
        "lt",
        "le",
        "multiple_of",
        "min_length",
        "max_length",
        "pattern",
        "min_items",
        "max_items",
        "unique",
        "max_digits",
        "decimal_places",
        "inf_nan",
        "strict",
        "strip",
        "set",
        "lower",
        "upper",
        "past",
        "future",
        "aware",
        "naive",
        "version",
        "schemes",
        "host",
        "byte_size",
        "one_of",
        "media_types",
    };
    const char *text = "";
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (has & 1U << i)
            text = out_name(o, "%s%sAPUS_RULE_%s", text, *text ? " | " : "", names[i]);
    }
    return text;
}

static void emit_texts(struct out *o, const char *symbol, const char *what, const ct_value *list)
{
    out_line(o, "static const apus_str %s_%s[] = {", symbol, what);
    for (const ct_value *v = list->items; v; v = v->next)
        out_line(o, "    %s,", out_str_init(o, v->text));
    out_line(o, "};\n");
}

static void emit_choices(struct out *o, const char *symbol, const ct_value *list)
{
    out_line(o, "static const apus_choice %s_choices[] = {", symbol);
    for (const ct_value *v = list->items; v; v = v->next) {
        if (v->kind == CT_VALUE_string)
            out_line(o, "    { .name = %s },", out_str_init(o, v->text));
        else if (v->integer == INT64_MIN)
            out_line(o, "    { .value = INT64_MIN },");
        else
            out_line(o, "    { .value = INT64_C(%lld) },", (long long)v->integer);
    }
    out_line(o, "};\n");
}

const char *emit_rules(struct out *o, const char *symbol, const ct_rules *r)
{
    if (!r->has)
        return NULL;
    if (r->has & APUS_RULE_pattern)
        out_line(o, "static apus_pattern %s_pattern = {\n    .text = %s,\n};", symbol,
                 out_quoted(o, r->pattern));
    if (r->schemes)
        emit_texts(o, symbol, "schemes", r->schemes);
    if (r->media_types)
        emit_texts(o, symbol, "types", r->media_types);
    if (r->one_of)
        emit_choices(o, symbol, r->one_of);
    out_line(o, "static const apus_rules %s_rules = {", symbol);
    out_line(o, "    .has = %s,", rule_flags(o, r->has));
    const struct {
        uint32_t rule;
        const char *name;
        apus_bound bound;
    } bounds[] = {
        { APUS_RULE_gt, "gt", r->gt },
        { APUS_RULE_ge, "ge", r->ge },
        { APUS_RULE_lt, "lt", r->lt },
        { APUS_RULE_le, "le", r->le },
        { APUS_RULE_multiple_of, "multiple_of", r->multiple_of },
    };
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (r->has & bounds[i].rule)
            bound(o, bounds[i].name, bounds[i].bound);
    }
    const struct {
        const char *name;
        uint32_t rule;
        uint32_t count;
    } counts[] = {
        { "min_length", APUS_RULE_min_length, r->min_length },
        { "max_length", APUS_RULE_max_length, r->max_length },
        { "min_items", APUS_RULE_min_items, r->min_items },
        { "max_items", APUS_RULE_max_items, r->max_items },
        { "max_digits", APUS_RULE_max_digits, r->max_digits },
        { "decimal_places", APUS_RULE_decimal_places, r->decimal_places },
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (r->has & counts[i].rule)
            out_line(o, "    .%s = %u,", counts[i].name, counts[i].count);
    }
    if (r->has & APUS_RULE_pattern)
        out_line(o, "    .pattern = &%s_pattern,", symbol);
    if (r->has & APUS_RULE_version)
        out_line(o, "    .version = %u,", r->version);
    if (r->schemes) {
        out_line(o, "    .schemes = %s_schemes,", symbol);
        out_line(o, "    .n_schemes = %zu,", value_count(r->schemes));
    }
    if (r->media_types) {
        out_line(o, "    .media_types = %s_types,", symbol);
        out_line(o, "    .n_media_types = %zu,", value_count(r->media_types));
    }
    if (r->one_of) {
        out_line(o, "    .one_of = %s_choices,", symbol);
        out_line(o, "    .n_one_of = %zu,", value_count(r->one_of));
    }
    out_line(o, "};\n");
    return out_name(o, "&%s_rules", symbol);
}

static const char *field_flags(struct out *o, uint32_t flags)
{
    static const char *const names[] = {
        "required",  "pointer",      "nullable", "secret", "read_only", "write_only",
        "omit_null", "omit_default", "tag",      "embed",  "json",      "hooked",
    };
    const char *text = "";
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (flags & 1U << i)
            text = out_name(o, "%s%sAPUS_FIELD_%s", text, *text ? " | " : "", names[i]);
    }
    return text;
}

struct field_parts emit_field_parts(struct out *o, const char *symbol, const char *object,
                                    const ct_field *field)
{
    return (struct field_parts){
        .type = emit_type(o, field->type),
        .rules = emit_rules(o, symbol, &field->rules),
        .fallback = emit_default(o, symbol, field->type, field->default_value),
        .hooks = emit_hooks(o, symbol, object, field),
    };
}

/* One that needs escapes has no short way. */
static bool has_plain_name(const char *name)
{
    return !strpbrk(name, "\"\\");
}

static void emit_name(struct out *o, const char *indent, const char *name)
{
    if (has_plain_name(name))
        out_line(o, "%sAPUS_FIELD_NAME(%s),", indent, out_quoted(o, name));
    else
        out_line(o, "%s.name = %s,", indent, out_str_init(o, name));
}

void emit_field_members(struct out *o, const char *indent, const char *object,
                        const ct_field *field, struct field_parts parts)
{
    emit_name(o, indent, field->name);
    out_line(o, "%s.type = &%s,", indent, parts.type);
    out_line(o, "%s.offset = offsetof(%s, %s),", indent, object,
             field->path ? field->path : field->c_name);
    if (field->count_path) {
        out_line(o, "%s.count_offset = offsetof(%s, %s),", indent, object, field->count_path);
        out_line(o, "%s.count_size = %u,", indent, field->count_size);
    }
    if (field->flags)
        out_line(o, "%s.flags = %s,", indent, field_flags(o, field->flags));
    if (parts.rules)
        out_line(o, "%s.rules = %s,", indent, parts.rules);
    if (parts.fallback)
        out_line(o, "%s.default_value = &%s,", indent, parts.fallback);
    if (parts.hooks)
        out_line(o, "%s.hooks = &%s,", indent, parts.hooks);
}

/* The path of a flattened member, as part of a name. */
static const char *identifier(struct out *o, const char *path)
{
    char *copy = (char *)(uintptr_t)out_name(o, "%s", path);
    for (char *p = copy; *p; p++) {
        if (*p == '.')
            *p = '_';
    }
    return copy;
}

static void emit_fields(struct out *o, const char *symbol, const ct_model *m)
{
    if (m->n_fields == 0)
        return;
    struct field_parts *parts = APUS_NEW(o->arena, struct field_parts, m->n_fields);
    if (!parts) {
        o->to->failed = APUS_NOMEM;
        return;
    }
    size_t i = 0;
    for (const ct_field *f = m->fields; f; f = f->next) {
        const char *path = identifier(o, f->path ? f->path : f->c_name);
        parts[i++] = emit_field_parts(o, out_name(o, "apus__%s_%s", symbol, path), m->c_name, f);
    }
    out_line(o, "static const apus_field apus__%s_fields[] = {", symbol);
    i = 0;
    for (const ct_field *f = m->fields; f; f = f->next) {
        out_line(o, "    {");
        emit_field_members(o, "        ", m->c_name, f, parts[i++]);
        out_line(o, "    },");
    }
    out_line(o, "};\n");
}

static bool emit_slots(struct out *o, const char *symbol, const ct_model *m, struct perfect_hash *h)
{
    if (!perfect_hash_find(o->arena, m, h))
        return false;
    out_line(o, "/* clang-format off */");
    out_line(o, "static const uint16_t apus__%s_slots[] = {", symbol);
    for (uint32_t i = 0; i <= h->mask; i += 8) {
        apus_buf_lit(o->to, "   ");
        for (uint32_t j = i; j < i + 8 && j <= h->mask; j++)
            apus_buf_addf(o->to, h->slots[j] == 0xffff ? " 0x%x," : " %u,", h->slots[j]);
        apus_buf_addc(o->to, '\n');
    }
    out_line(o, "};\n/* clang-format on */\n");
    return true;
}

/* The other names of all its members; how many. */
static unsigned emit_also(struct out *o, const char *symbol, const ct_model *m)
{
    unsigned n = 0, index = 0;
    for (const ct_field *f = m->fields; f; f = f->next, index++) {
        for (const ct_also *a = f->also; a; a = a->next) {
            if (n++ == 0)
                out_line(o, "static const apus_also apus__%s_also[] = {", symbol);
            out_line(o, "    { %s, %u },", out_str_init(o, a->name), index);
        }
    }
    if (n)
        out_line(o, "};\n");
    return n;
}

/* The kind as apus_plain_take is told it; NULL: such values are never plain. */
static const char *plain_kind(const ct_type *type)
{
    static const char *const kinds[APUS_KIND_COUNT] = {
#define PLAIN(kind) [APUS_KIND_##kind] = "APUS_KIND_" #kind
        PLAIN(bool),   PLAIN(int8),   PLAIN(int16),  PLAIN(int32),  PLAIN(int64), PLAIN(uint8),
        PLAIN(uint16), PLAIN(uint32), PLAIN(uint64), PLAIN(double), PLAIN(str),   PLAIN(enum),
#undef PLAIN
    };
    if (type->kind != APUS_KIND_list)
        return kinds[type->kind];
    bool is_plain =
        !type->item_pointer && type->item->kind != APUS_KIND_list && plain_kind(type->item);
    return is_plain ? "APUS_KIND_list" : NULL;
}

/* Whether requests hold it, and all of it may be read by the short way. */
static bool is_plain(const ct_model *m)
{
    bool is_sent_only = !m->reached[CT_WAY_in] && m->apps;
    if (!m->n_fields || m->n_variants || m->is_tuple || m->is_bare || is_sent_only)
        return false;
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (f->flags & ~(uint32_t)APUS_PLAIN_FLAGS || !plain_kind(f->type) ||
            !has_plain_name(f->name))
            return false;
    }
    return true;
}

/* Many a file needs it nowhere, and the program's own names are none of its business. */
static void include_plain(struct out *o)
{
    if (!out_is_first(o, "apus/plain.h"))
        return;
    out_line(o, "#pragma GCC diagnostic push");
    out_line(o, "#pragma GCC diagnostic ignored \"-Wshadow\"");
    out_line(o, "#include \"apus/plain.h\"");
    out_line(o, "#pragma GCC diagnostic pop\n");
}

/* A function that knows what comes next; see apus/plain.h. */
static void emit_plain(struct out *o, const char *symbol, const ct_model *m)
{
    unsigned i = 0;
    include_plain(o);
    out_line(o, "static uint32_t apus__%s_plain(apus_plain *in, void *object)", symbol);
    out_line(o, "{");
    out_line(o, "    const apus_field *f = apus__%s_fields;", symbol);
    for (const ct_field *f = m->fields; f; f = f->next, i++) {
        out_line(o, "    if (!apus_plain_take(in, f, %u, %s, object))", i, plain_kind(f->type));
        out_line(o, "        return %u;", i);
    }
    out_line(o, "    return %u;", i);
    out_line(o, "}\n");
}

static void emit_variants(struct out *o, const ct_model *m);

/* storage is "static " for a shape that only its union refers to. */
static void emit_model_table(struct out *o, const char *storage, const char *symbol,
                             const ct_model *m)
{
    emit_fields(o, symbol, m);
    unsigned n_also = emit_also(o, symbol, m);
    struct perfect_hash hash;
    bool hashed = !m->is_tuple && emit_slots(o, symbol, m, &hash);
    if (m->n_variants)
        emit_variants(o, m);
    if (is_plain(m))
        emit_plain(o, symbol, m);
    const char *name = out_name(o, "apus_model_%s", symbol);
    if (!*storage && out_is_first(o, name))
        out_line(o, "extern const apus_model %s;", name);
    out_line(o, "%sconst apus_model %s = {", storage, name);
    out_line(o, "    .name = %s,", out_quoted(o, m->name));
    out_line(o, "    .size = sizeof(%s),", m->c_name);
    out_line(o, "    .align = _Alignof(%s),", m->c_name);
    if (m->n_fields) {
        out_line(o, "    .fields = apus__%s_fields,", symbol);
        out_line(o, "    .n_fields = %u,", m->n_fields);
    }
    if (m->extra == APUS_EXTRA_forbid)
        out_line(o, "    .extra = APUS_EXTRA_forbid,");
    if (m->extra == APUS_EXTRA_keep) {
        out_line(o, "    .extra = APUS_EXTRA_keep,");
        out_line(o, "    .keep_offset = offsetof(%s, %s),", m->c_name, m->keep_path);
    }
    const char *of = m->hooks_symbol ? m->hooks_symbol : symbol;
    if (m->hooks[CT_HOOK_check])
        out_line(o, "    .check = apus__%s_check,", of);
    if (m->hooks[CT_HOOK_before])
        out_line(o, "    .before = apus__%s_before,", of);
    if (m->hooks[CT_HOOK_convert] && !m->hooks_symbol)
        out_line(o, "    .converts = &apus__%s_converts,", symbol);
    if (is_plain(m))
        out_line(o, "    .plain = apus__%s_plain,", symbol);
    if (n_also) {
        out_line(o, "    .also = apus__%s_also,", symbol);
        out_line(o, "    .n_also = %u,", n_also);
    }
    if (hashed) {
        out_line(o, "    .slots = apus__%s_slots,", symbol);
        out_line(o, "    .slot_mask = %u,", hash.mask);
        out_line(o, "    .seed = %u,", hash.seed);
    }
    if (m->n_variants) {
        unsigned tag = 0;
        for (const ct_field *f = m->fields; f && !(f->flags & APUS_FIELD_tag); f = f->next)
            tag++;
        out_line(o, "    .variants = apus__%s_variants,", symbol);
        out_line(o, "    .n_variants = %u,", m->n_variants);
        out_line(o, "    .tag_field = %u,", tag);
        if (m->tag_hidden)
            out_line(o, "    .tag_hidden = true,");
        if (m->in_order)
            out_line(o, "    .in_order = true,");
        if (m->chooser)
            out_line(o, "    .choose = &apus__%s_choose,", symbol);
    }
    if (m->is_tuple)
        out_line(o, "    .is_tuple = true,");
    if (m->is_bare)
        out_line(o, "    .is_bare = true,");
    out_line(o, "};\n");
}

static void emit_variants(struct out *o, const ct_model *m)
{
    for (const ct_variant *v = m->variants; v; v = v->next) {
        if (!v->whole->hooks_symbol)
            emit_shape_hooks(o, v->whole);
        emit_model_table(o, "static ", v->whole->symbol, v->whole);
    }
    out_line(o, "static const apus_variant apus__%s_variants[] = {", m->symbol);
    for (const ct_variant *v = m->variants; v; v = v->next) {
        out_line(o, "    {");
        out_line(o, "        .tag = %s,", v->tag_c_name);
        out_line(o, "        .name = %s,", out_str_init(o, v->name));
        out_line(o, "        .model = &apus_model_%s,", v->whole->symbol);
        out_line(o, "    },");
    }
    out_line(o, "};\n");
}

void emit_model(struct out *o, const ct_model *m)
{
    out_line(o, "/* %s: %s */", out_where(o, m->place), m->c_name);
    emit_model_hooks(o, m);
    emit_model_table(o, "", m->symbol, m);
}

void emit_model_part(struct out *o, const ct_model *m)
{
    (void)out_is_first(o, out_name(o, "apus_model_%s", m->symbol)); /* needs no extern */
    emit_model_table(o, "static ", m->symbol, m);
}
