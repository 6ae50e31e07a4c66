/* Bytes first, then what they point to: the copy of a struct still leads into the
 * original, and each of its members is led elsewhere in turn.
 *
 * A packed model is those pieces of bytes in the order in which they are come by; of a pointer
 * that was packed only whether it is NULL counts. */
#include "apus/copy.h"

#include <stddef.h>

#include "apus/json.h"
#include "apus/str.h"
#include "apus/value.h"
#include "model/pack.h"
#include "model/shape.h"

enum { UNPACK_DEPTH_MAX = 200 };

typedef struct mover {
    apus_arena *to;
    apus_buf *record; /* gets each piece as well, or NULL */
    apus_str *packed; /* the pieces are here, not where pointers lead; or NULL */
    unsigned depth;
} mover;

/* Copies what *value, a copy itself, points to.  false: no room, or no packed model. */
static bool settle(mover *m, const apus_type *type, void *value);

/* The next piece, which lies at `from` where it is not packed, with room behind it. */
static void *take(mover *m, const void *from, size_t size, size_t room, size_t align)
{
    if (m->packed) {
        if (size > m->packed->len)
            return NULL;
        from = apus_str_cut(m->packed, size).ptr;
    }
    void *to = apus_arena_alloc(m->to, size + room, align);
    if (!to || !from || !size)
        return to;
    memcpy(to, from, size);
    if (m->record)
        apus_buf_add(m->record, (apus_str){ from, size });
    return to;
}

static void *take_bytes(mover *m, const void *from, size_t size, size_t align)
{
    return take(m, from, size, 0, align);
}

/* n items; NULL as well where so many cannot be. */
static void *take_items(mover *m, const void *from, size_t n, size_t size, size_t align)
{
    if (m->packed && n > m->packed->len / (size ? size : 1))
        return NULL;
    return take_bytes(m, from, n * size, align);
}

static char *take_text(mover *m, const char *from, size_t len)
{
    char *to = len < SIZE_MAX ? take(m, from, len, 1, 1) : NULL;
    if (to)
        to[len] = '\0';
    return to;
}

static bool settle_text(mover *m, void *value)
{
    apus_str *s = value;
    if (!s->ptr)
        return !m->packed || s->len == 0;
    s->ptr = take_text(m, s->ptr, s->len);
    return s->ptr != NULL;
}

/* Its length is a piece of its own. */
static bool settle_cstr(mover *m, void *value)
{
    const char **s = value;
    if (!*s)
        return true;
    size_t len = m->packed ? 0 : strlen(*s);
    const size_t *known = take_bytes(m, &len, sizeof(len), _Alignof(size_t));
    *s = known ? take_text(m, *s, *known) : NULL;
    return *s && strlen(*s) == *known;
}

/* *at is a T *: it gets a T of its own. */
static bool settle_pointer(mover *m, const apus_type *type, void *at)
{
    void *own;
    memcpy(&own, at, sizeof(own));
    if (!own)
        return true;
    own = take_bytes(m, own, type->size, type->align);
    memcpy(at, &own, sizeof(own));
    return own && settle(m, type, own);
}

static bool settle_item(mover *m, const apus_type *list, void *at)
{
    return list->item_pointer ? settle_pointer(m, list->item, at) : settle(m, list->item, at);
}

static bool settle_items(mover *m, const apus_type *list, char *items, size_t n)
{
    size_t size = list->item_pointer ? sizeof(void *) : list->item->size;
    for (size_t i = 0; i < n; i++)
        if (!settle_item(m, list, items + i * size))
            return false;
    return true;
}

/* *at points to n items. */
static bool settle_sequence(mover *m, const apus_type *list, void *at, size_t n)
{
    size_t size = list->item_pointer ? sizeof(void *) : list->item->size;
    size_t align = list->item_pointer ? _Alignof(void *) : list->item->align;
    char *items;
    memcpy(&items, at, sizeof(items));
    if (!items || (n == 0 && !m->packed))
        return !m->packed || n == 0;
    items = take_items(m, items, n, size, align);
    memcpy(at, &items, sizeof(items));
    return items && settle_items(m, list, items, n);
}

struct sequence {
    char *ptr;
    size_t len;
};

static bool settle_map(mover *m, const apus_type *map, void *value)
{
    struct sequence *s = value;
    if (!s->ptr || (s->len == 0 && !m->packed))
        return !m->packed || s->len == 0;
    s->ptr = take_items(m, s->ptr, s->len, map->entry_size, _Alignof(max_align_t));
    for (size_t i = 0; s->ptr && i < s->len; i++) {
        char *entry = s->ptr + i * map->entry_size;
        if ((!map->int_keys && !settle_text(m, entry)) ||
            !settle_item(m, map, entry + map->value_offset))
            return false;
    }
    return s->ptr != NULL;
}

static bool settle_bytes(mover *m, void *value)
{
    apus_bytes *b = value;
    if (b->len || (b->ptr && m->packed))
        b->ptr = take_bytes(m, b->ptr, b->len, 1);
    return b->ptr || b->len == 0;
}

static bool settle_json(mover *m, apus_json *v);

static bool settle_values(mover *m, apus_json *list)
{
    apus_json **at = &list->first;
    list->last = NULL;
    for (; *at; at = &(*at)->next) {
        *at = take_bytes(m, *at, sizeof(**at), _Alignof(apus_json));
        if (!*at || !settle_json(m, *at))
            return false;
        list->last = *at;
    }
    return true;
}

static bool settle_json(mover *m, apus_json *v)
{
    if (v->name.ptr && !settle_text(m, &v->name))
        return false;
    if (v->kind == APUS_JSON_string || v->kind == APUS_JSON_big)
        return settle_text(m, &v->text);
    if (v->kind != APUS_JSON_list && v->kind != APUS_JSON_object)
        return true;
    if (m->packed && m->depth == UNPACK_DEPTH_MAX)
        return false;
    m->depth++;
    bool done = settle_values(m, v);
    m->depth--;
    return done;
}

static bool settle_members(mover *m, const apus_model *shape, char *object)
{
    bool done = true;
    for (uint32_t i = 0; done && i < shape->n_fields; i++) {
        const apus_field *f = &shape->fields[i];
        char *at = object + f->offset;
        if (f->hooks && f->hooks->compute)
            continue; /* there is nothing stored */
        if (f->type->kind == APUS_KIND_counted)
            done = settle_sequence(
                m, f->type, at,
                (size_t)apus__load_unsigned(object + f->count_offset, f->count_size));
        else if (f->flags & APUS_FIELD_pointer)
            done = settle_pointer(m, f->type, at);
        else
            done = settle(m, f->type, at);
    }
    if (done && shape->extra == APUS_EXTRA_keep)
        done = settle_json(m, (apus_json *)(void *)(object + shape->keep_offset));
    return done;
}

static bool settle_model(mover *m, const apus_model *model, char *object)
{
    const apus_model *shape = apus__model_shape(model, object);
    if (m->packed && (!shape || m->depth == UNPACK_DEPTH_MAX))
        return false;
    if (m->packed)
        apus__pack_scrub(shape, object);
    m->depth++;
    bool done = !shape || settle_members(m, shape, object);
    m->depth--;
    return done;
}

static bool settle(mover *m, const apus_type *type, void *value)
{
    switch (type->kind) {
    case APUS_KIND_str:
    case APUS_KIND_url:
    case APUS_KIND_email:
    case APUS_KIND_secret:
        return settle_text(m, value);
    case APUS_KIND_name_email:
        return settle_text(m, &((apus_name_email *)value)->name) &&
               settle_text(m, &((apus_name_email *)value)->email);
    case APUS_KIND_cstr:
        return settle_cstr(m, value);
    case APUS_KIND_bytes:
        return settle_bytes(m, value);
    case APUS_KIND_json:
        return settle_json(m, value);
    case APUS_KIND_model:
        return settle_model(m, type->model, value);
    case APUS_KIND_list:
        return settle_sequence(m, type, value, ((struct sequence *)value)->len);
    case APUS_KIND_array:
        return settle_items(m, type, value, type->n);
    case APUS_KIND_map:
        return settle_map(m, type, value);
    default: /* plain values */
        return true;
    }
}

static void *move(mover *m, const apus_model *model, const void *object)
{
    char *to = take_bytes(m, object, model->size, model->align);
    return to && settle_model(m, model, to) ? to : NULL;
}

void *apus_model_copy(apus_arena *a, const apus_model *m, const void *object)
{
    return move(&(mover){ .to = a }, m, object);
}

void *apus_model_pack(apus_arena *a, const apus_model *m, const void *object, apus_buf *to)
{
    return move(&(mover){ .to = a, .record = to }, m, object);
}

void *apus_model_unpack(apus_arena *a, const apus_model *m, apus_str *packed)
{
    return move(&(mover){ .to = a, .packed = packed }, m, NULL);
}
