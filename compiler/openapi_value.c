/* Values from annotations, as JSON. */
#include <ctype.h>
#include <string.h>

#include "compiler/openapi.h"

const char *doc_name(struct openapi *d, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str s = apus_arena_vstrf(d->arena, fmt, args);
    va_end(args);
    return s.ptr ? s.ptr : "";
}

apus_json *text_json(struct openapi *d, const char *text)
{
    return apus_json_text(d->arena, apus_str_of(text));
}

void set_text(struct openapi *d, apus_json *object, const char *key, const char *text)
{
    if (text)
        apus_json_set(d->arena, object, key, text_json(d, text));
}

void set_true(struct openapi *d, apus_json *object, const char *key, bool value)
{
    if (value)
        apus_json_set(d->arena, object, key, apus_json_bool(d->arena, true));
}

const char *title_of(struct openapi *d, const char *name)
{
    char *title = (char *)(uintptr_t)doc_name(d, "%s", name);
    bool inside = false;
    for (char *p = title; *p; p++) {
        unsigned char c = (unsigned char)*p;
        *p = (char)(inside ? tolower(c) : toupper(c));
        inside = isalpha(c);
        if (c == '_')
            *p = ' ';
    }
    return title;
}

static const ct_enum_value *enumerator(const ct_enum *e, const ct_value *v)
{
    for (const ct_enum_value *value = e->values; value; value = value->next) {
        if (v->kind == CT_VALUE_string ? strcmp(value->name, v->text) == 0
                                       : value->value == v->integer)
            return value;
    }
    return NULL;
}

static apus_json *items_json(struct openapi *d, const ct_type *type, const ct_value *v)
{
    apus_json *list = apus_json_array(d->arena);
    for (const ct_value *item = v->items; item; item = item->next)
        apus_json_add(list, value_json(d, type ? type->item : NULL, item));
    return list;
}

static apus_json *members_json(struct openapi *d, const ct_value *v)
{
    apus_json *object = apus_json_object(d->arena);
    for (const ct_value *item = v->items; item; item = item->next)
        apus_json_set(d->arena, object, item->key, value_json(d, NULL, item));
    return object;
}

apus_json *value_json(struct openapi *d, const ct_type *type, const ct_value *v)
{
    if (type && type->kind == APUS_KIND_enum && v->kind != CT_VALUE_null) {
        const ct_enum_value *e = enumerator(type->enumeration, v);
        if (e)
            return text_json(d, e->name);
    }
    if (type && type->kind == APUS_KIND_bool && v->kind == CT_VALUE_int)
        return apus_json_bool(d->arena, v->integer != 0);
    if (type && type->kind == APUS_KIND_double && v->kind == CT_VALUE_int)
        return apus_json_number(d->arena, (double)v->integer);
    bool lists = !type || type->kind == APUS_KIND_list || type->kind == APUS_KIND_array ||
                 type->kind == APUS_KIND_counted;
    switch (v->kind) {
    case CT_VALUE_null:
        return apus_json_null_new(d->arena);
    case CT_VALUE_bool:
        return apus_json_bool(d->arena, v->truth);
    case CT_VALUE_int:
        return apus_json_int(d->arena, v->integer);
    case CT_VALUE_double:
        return apus_json_number(d->arena, v->number);
    case CT_VALUE_string:
    case CT_VALUE_word:
        return text_json(d, v->text);
    case CT_VALUE_list:
        return items_json(d, lists ? type : NULL, v);
    case CT_VALUE_map:
        return members_json(d, v);
    }
    return NULL;
}
