/* Tables of types: the ready-made ones by name, the others written once per file
 * where they are first needed, items before what holds them. */
#include <string.h>

#include "compiler/emit_c.h"

/* What a type is called within other names; ready-made types have a table in
 * the library, the others need one. */
static const struct {
    const char *name;
    const char *ready; /* or NULL */
} kinds[APUS_KIND_COUNT] = {
#define READY(kind) [APUS_KIND_##kind] = { #kind, "apus_type_" #kind }
    READY(bool),   READY(int8),       READY(int16),        READY(int32),      READY(int64),
    READY(uint8),  READY(uint16),     READY(uint32),       READY(uint64),     READY(float),
    READY(double), READY(str),        READY(cstr),         READY(bytes),      READY(time),
    READY(date),   READY(duration),   READY(uuid),         READY(decimal),    READY(url),
    READY(email),  READY(ip),         READY(json),         READY(clock_time), READY(name_email),
    READY(secret), READY(ip_network), READY(ip_interface),
#undef READY
};

static const char *ready_list(const ct_type *type)
{
    static const char *const lists[] = { "strs", "ints", "doubles", "uploads" };
    if (type->kind != APUS_KIND_list)
        return NULL;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const char *at = strstr(type->c_name, "apus_");
        if (at && strcmp(at + strlen("apus_"), lists[i]) == 0)
            return lists[i];
    }
    return NULL;
}

static const char *short_name(struct out *o, const ct_type *type)
{
    const char *ready = ready_list(type);
    if (ready)
        return ready;
    const char *pointer = type->item_pointer ? "_ptr" : "";
    switch (type->kind) {
    case APUS_KIND_enum:
        return type->enumeration->symbol;
    case APUS_KIND_model:
        return type->model->symbol;
    case APUS_KIND_chars:
        return out_name(o, "chars_%u", type->n);
    case APUS_KIND_list:
        return out_name(o, "list_%s%s", short_name(o, type->item), pointer);
    case APUS_KIND_counted:
        return out_name(o, "counted_%s%s", short_name(o, type->item), pointer);
    case APUS_KIND_map:
        return out_name(o, "%smap_%s%s", type->int_keys ? "int_" : "", short_name(o, type->item),
                        pointer);
    case APUS_KIND_array:
        return out_name(o, "array_%u_%s%s", type->n, short_name(o, type->item), pointer);
    default:
        return kinds[type->kind].name;
    }
}

/* storage is "static " but for those that other files refer to. */
static void define_type(struct out *o, const char *storage, const char *name, const ct_type *type)
{
    static const char *const kind_names[APUS_KIND_COUNT] = {
#define X(kind) [APUS_KIND_##kind] = #kind,
        APUS_KIND_TABLE(X)
#undef X
    };
    const char *item = type->item && type->kind != APUS_KIND_model && type->kind != APUS_KIND_enum
                           ? emit_type(o, type->item)
                           : NULL;
    out_line(o, "%sconst apus_type %s = {", storage, name);
    out_line(o, "    .kind = APUS_KIND_%s,", kind_names[type->kind]);
    out_line(o, "    .size = sizeof(%s),", type->c_name);
    out_line(o, "    .align = _Alignof(%s),", type->c_name);
    if (type->n)
        out_line(o, "    .n = %u,", type->n);
    if (type->kind == APUS_KIND_model)
        out_line(o, "    .model = &apus_model_%s,", type->model->symbol);
    if (type->kind == APUS_KIND_enum)
        out_line(o, "    .enumeration = &apus_enum_%s,", type->enumeration->symbol);
    if (item)
        out_line(o, "    .item = &%s,", item);
    if (type->kind == APUS_KIND_map) {
        out_line(o, "    .entry_size = sizeof(%s),", type->entry_c_name);
        out_line(o, "    .value_offset = offsetof(%s, value),", type->entry_c_name);
        if (type->int_keys)
            out_line(o, "    .int_keys = true,");
    }
    if (type->item_pointer)
        out_line(o, "    .item_pointer = true,");
    out_line(o, "};\n");
}

/* Models and enums may be defined further down or in another file. */
static void declare_target(struct out *o, const ct_type *type)
{
    bool is_model = type->kind == APUS_KIND_model;
    if (!is_model && type->kind != APUS_KIND_enum)
        return;
    const char *symbol = is_model ? type->model->symbol : type->enumeration->symbol;
    const char *what = is_model ? "model" : "enum";
    const char *name = out_name(o, "apus_%s_%s", what, symbol);
    if (out_is_first(o, name))
        out_line(o, "extern const apus_%s %s;", what, name);
}

const char *emit_type(struct out *o, const ct_type *type)
{
    const char *ready = ready_list(type);
    if (!ready && kinds[type->kind].ready)
        return kinds[type->kind].ready;
    if (ready)
        return out_name(o, "apus_type_%s", ready);
    if (type->kind == APUS_KIND_none)
        return "apus_type_upload"; /* the one type without a form in JSON */
    const char *name = out_name(o, "apus__type_%s", short_name(o, type));
    if (out_is_first(o, name)) {
        declare_target(o, type);
        define_type(o, "static ", name, type);
    }
    return name;
}

void emit_named_type(struct out *o, const ct_named *n)
{
    const char *name = out_name(o, "apus_type_of_%s", n->symbol);
    declare_target(o, n->type);
    if (out_is_first(o, name))
        out_line(o, "extern const apus_type %s;", name);
    define_type(o, "", name, n->type);
}
