/* Bytes first, then what they point to: the copy of a struct still leads into the
 * original, and each of its members is led elsewhere in turn. */
#include "apus/copy.h"

#include <stddef.h>

#include "apus/json.h"
#include "apus/str.h"
#include "apus/value.h"
#include "model/shape.h"

/* Copies what *value, a copy itself, points to.  false: no room. */
static bool settle(apus_arena *a, const apus_type *type, void *value);

static bool settle_text(apus_arena *a, void *value)
{
    apus_str *s = value;
    if (s->ptr)
        *s = apus_arena_str(a, *s);
    else
        return true;
    return s->ptr != NULL;
}

static bool settle_cstr(apus_arena *a, void *value)
{
    const char **s = value;
    if (!*s)
        return true;
    *s = apus_arena_str(a, apus_str_of(*s)).ptr;
    return *s != NULL;
}

static void *copy_bytes(apus_arena *a, const void *from, size_t size, size_t align)
{
    void *to = apus_arena_alloc(a, size, align);
    if (to && size)
        memcpy(to, from, size);
    return to;
}

/* *at is a T *: it gets a T of its own. */
static bool settle_pointer(apus_arena *a, const apus_type *type, void *at)
{
    void *own;
    memcpy(&own, at, sizeof(own));
    if (!own)
        return true;
    own = copy_bytes(a, own, type->size, type->align);
    memcpy(at, &own, sizeof(own));
    return own && settle(a, type, own);
}

static bool settle_item(apus_arena *a, const apus_type *list, void *at)
{
    return list->item_pointer ? settle_pointer(a, list->item, at) : settle(a, list->item, at);
}

static bool settle_items(apus_arena *a, const apus_type *list, char *items, size_t n)
{
    size_t size = list->item_pointer ? sizeof(void *) : list->item->size;
    for (size_t i = 0; i < n; i++)
        if (!settle_item(a, list, items + i * size))
            return false;
    return true;
}

/* *at points to n items. */
static bool settle_sequence(apus_arena *a, const apus_type *list, void *at, size_t n)
{
    size_t size = list->item_pointer ? sizeof(void *) : list->item->size;
    size_t align = list->item_pointer ? _Alignof(void *) : list->item->align;
    char *items;
    memcpy(&items, at, sizeof(items));
    if (!items || n == 0)
        return true;
    items = copy_bytes(a, items, n * size, align);
    memcpy(at, &items, sizeof(items));
    return items && settle_items(a, list, items, n);
}

struct sequence {
    char *ptr;
    size_t len;
};

static bool settle_map(apus_arena *a, const apus_type *map, void *value)
{
    struct sequence *s = value;
    if (!s->ptr || s->len == 0)
        return true;
    s->ptr = copy_bytes(a, s->ptr, s->len * map->entry_size, _Alignof(max_align_t));
    for (size_t i = 0; s->ptr && i < s->len; i++) {
        char *entry = s->ptr + i * map->entry_size;
        if ((!map->int_keys && !settle_text(a, entry)) ||
            !settle_item(a, map, entry + map->value_offset))
            return false;
    }
    return s->ptr != NULL;
}

static bool settle_bytes(apus_arena *a, void *value)
{
    apus_bytes *b = value;
    if (b->len)
        b->ptr = copy_bytes(a, b->ptr, b->len, 1);
    return b->ptr || b->len == 0;
}

static bool settle_json(apus_arena *a, apus_json *v)
{
    if (v->name.ptr && !settle_text(a, &v->name))
        return false;
    if (v->kind == APUS_JSON_string || v->kind == APUS_JSON_big)
        return settle_text(a, &v->text);
    if (v->kind != APUS_JSON_list && v->kind != APUS_JSON_object)
        return true;
    apus_json **at = &v->first;
    v->last = NULL;
    for (; *at; at = &(*at)->next) {
        *at = copy_bytes(a, *at, sizeof(**at), _Alignof(apus_json));
        if (!*at || !settle_json(a, *at))
            return false;
        v->last = *at;
    }
    return true;
}

static bool settle_model(apus_arena *a, const apus_model *m, char *object)
{
    const apus_model *shape = apus__model_shape(m, object);
    bool done = true;
    for (uint32_t i = 0; done && shape && i < shape->n_fields; i++) {
        const apus_field *f = &shape->fields[i];
        char *at = object + f->offset;
        if (f->hooks && f->hooks->compute)
            continue; /* there is nothing stored */
        if (f->type->kind == APUS_KIND_counted)
            done = settle_sequence(
                a, f->type, at,
                (size_t)apus__load_unsigned(object + f->count_offset, f->count_size));
        else if (f->flags & APUS_FIELD_pointer)
            done = settle_pointer(a, f->type, at);
        else
            done = settle(a, f->type, at);
    }
    if (done && shape && shape->extra == APUS_EXTRA_keep)
        done = settle_json(a, (apus_json *)(void *)(object + shape->keep_offset));
    return done;
}

static bool settle(apus_arena *a, const apus_type *type, void *value)
{
    switch (type->kind) {
    case APUS_KIND_str:
    case APUS_KIND_url:
    case APUS_KIND_email:
    case APUS_KIND_secret:
        return settle_text(a, value);
    case APUS_KIND_name_email:
        return settle_text(a, &((apus_name_email *)value)->name) &&
               settle_text(a, &((apus_name_email *)value)->email);
    case APUS_KIND_cstr:
        return settle_cstr(a, value);
    case APUS_KIND_bytes:
        return settle_bytes(a, value);
    case APUS_KIND_json:
        return settle_json(a, value);
    case APUS_KIND_model:
        return settle_model(a, type->model, value);
    case APUS_KIND_list:
        return settle_sequence(a, type, value, ((struct sequence *)value)->len);
    case APUS_KIND_array:
        return settle_items(a, type, value, type->n);
    case APUS_KIND_map:
        return settle_map(a, type, value);
    default: /* plain values */
        return true;
    }
}

void *apus_model_copy(apus_arena *a, const apus_model *m, const void *object)
{
    char *to = copy_bytes(a, object, m->size, m->align);
    return to && settle_model(a, m, to) ? to : NULL;
}
