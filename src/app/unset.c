/* omit = unset: answers without what nobody set.
 *
 * The answer is encoded whole, taken for JSON again, and walked beside the value that it was
 * made of: members that the client did not send, or that apus_mark does not name, are dropped.
 * Objects of which nothing is noted stay as they are. */
#include <stdlib.h>

#include "apus/encode.h"
#include "app/sent.h"

/* --- saying what is set --- */

enum { FIELDS_INLINE = 256 };

void apus__mark(apus_req *req, const apus_model *m, const void *object, const char *const *names)
{
    uint64_t inline_bits[FIELDS_INLINE / 64] = { 0 }, *bits = inline_bits;
    if (m->n_fields > FIELDS_INLINE)
        bits = apus__req_new(req, (m->n_fields + 63) / 64, sizeof(*bits), _Alignof(uint64_t));
    for (; *names; names++) {
        uint32_t i = apus_model_find(m, apus_str_of(*names));
        if (i == m->n_fields) {
            apus__req_broken(req, "apus_mark: %s has no member \"%s\"", m->name, *names);
            return;
        }
        bits[i / 64] |= UINT64_C(1) << (i % 64);
    }
    (void)apus__sent_note(req, m, object, bits);
}

/* --- what is noted, by object --- */

struct notes {
    const struct apus__sent **all; /* in the order of the objects' addresses; of one object and
                                      model the latest first */
    size_t n;
};

static int by_object(const void *a, const void *b)
{
    const struct apus__sent *x = *(const struct apus__sent *const *)a;
    const struct apus__sent *y = *(const struct apus__sent *const *)b;
    return (x->object > y->object) - (x->object < y->object);
}

static bool gather(apus_req *req, struct notes *notes)
{
    const struct apus__sent *first = req->has_rare ? req->rare.sent : NULL;
    for (const struct apus__sent *s = first; s; s = s->next)
        notes->n++;
    notes->all =
        apus_arena_alloc(&req->x->arena, notes->n * sizeof(struct apus__sent *), _Alignof(void *));
    size_t n = 0;
    for (const struct apus__sent *s = first; notes->all && s; s = s->next)
        notes->all[n++] = s;
    if (n)
        qsort(notes->all, n, sizeof(struct apus__sent *), by_object);
    return notes->all;
}

static bool is_of(const apus_model *m, const apus_model *noted)
{
    for (uint32_t i = 0; i < m->n_variants; i++) {
        if (m->variants[i].model == noted)
            return true;
    }
    return m == noted;
}

/* The table that an answer is written by may be another than what was read by: one with other
 * names, or fewer members, of the same struct. */
static bool may_be_of(const apus_model *m, const apus_model *noted)
{
    return m->n_variants == 0 && m->size == noted->size;
}

static const struct apus__sent *find(const struct notes *notes, const apus_model *m,
                                     const char *object)
{
    size_t low = 0, high = notes->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (notes->all[middle]->object < object)
            low = middle + 1;
        else
            high = middle;
    }
    const struct apus__sent *other = NULL;
    for (; low < notes->n && notes->all[low]->object == object; low++) {
        if (is_of(m, notes->all[low]->model))
            return notes->all[low];
        if (may_be_of(m, notes->all[low]->model))
            other = notes->all[low];
    }
    return other;
}

static bool is_set(const struct apus__sent *noted, const apus_field *f)
{
    const apus_model *m = noted->model;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        if (m->fields[i].offset == f->offset && m->fields[i].type->kind == f->type->kind)
            return apus__is_sent(noted, i);
    }
    return true;
}

/* --- the walk --- */

static void prune(const struct notes *notes, const apus_type *t, const void *at, apus_json *v);

static void prune_items(const struct notes *notes, const apus_type *t, const char *items,
                        apus_json *v)
{
    size_t stride = t->kind == APUS_KIND_map ? t->entry_size
                    : t->item_pointer        ? sizeof(void *)
                                             : t->item->size;
    size_t offset = t->kind == APUS_KIND_map ? t->value_offset : 0;
    for (apus_json *item = v->first; item; item = item->next, items += stride) {
        const void *at = items + offset;
        if (t->item_pointer)
            memcpy(&at, at, sizeof(at));
        if (at)
            prune(notes, t->item, at, item);
    }
}

/* What is made by a function when it is sent is not what the tables know. */
static bool is_made(const apus_field *f)
{
    return f->hooks && (f->hooks->convert || f->hooks->compute);
}

static void prune_member(const struct notes *notes, const apus_field *f, const char *object,
                         apus_json *v)
{
    const void *at = object + f->offset;
    if (is_made(f))
        return;
    if (f->flags & APUS_FIELD_pointer || f->type->kind == APUS_KIND_counted)
        memcpy(&at, at, sizeof(at));
    if (at && f->type->kind == APUS_KIND_counted && v->kind == APUS_JSON_list)
        prune_items(notes, f->type, at, v);
    else if (at)
        prune(notes, f->type, at, v);
}

static apus_str name_out(const apus_field *f)
{
    return f->hooks && f->hooks->name_out.len ? f->hooks->name_out : f->name;
}

/* Members stand in the order of their fields; what no field has was kept, so it was sent. */
static void prune_object(const struct notes *notes, const apus_model *m, const char *object,
                         apus_json *v)
{
    const struct apus__sent *noted = find(notes, m, object);
    const apus_model *shape = noted && m->n_variants ? noted->model : m;
    apus_json *first = v->first;
    if (v->kind != APUS_JSON_object || m->converts)
        return;
    v->first = v->last = NULL;
    v->n = 0;
    uint32_t i = 0;
    for (apus_json *next; first; first = next) {
        next = first->next;
        first->next = NULL;
        uint32_t at = i;
        while (at < shape->n_fields && !apus_str_eq(name_out(&shape->fields[at]), first->name))
            at++;
        const apus_field *f = at < shape->n_fields ? &shape->fields[at] : NULL;
        i = f ? at + 1 : i;
        if (f && noted && !is_set(noted, f) && !(f->hooks && f->hooks->compute))
            continue;
        if (f)
            prune_member(notes, f, object, first);
        apus_json_add(v, first);
    }
}

static void prune(const struct notes *notes, const apus_type *t, const void *at, apus_json *v)
{
    const void *items = at;
    switch (t->kind) {
    case APUS_KIND_model:
        prune_object(notes, t->model, at, v);
        break;
    case APUS_KIND_list:
    case APUS_KIND_map:
        memcpy(&items, at, sizeof(items));
        if (v->kind == APUS_JSON_list || v->kind == APUS_JSON_object)
            prune_items(notes, t, items, v);
        break;
    case APUS_KIND_array:
        prune_items(notes, t, items, v);
        break;
    default:
        break;
    }
}

bool apus__unset_drop(apus_req *req, const apus_type *type, const void *value, apus_json *v)
{
    struct notes notes = { .n = 0 };
    if (!req->has_rare || !req->rare.sent)
        return true;
    if (!gather(req, &notes))
        return false;
    prune(&notes, type, value, v);
    return true;
}

apus_rc apus__encode_set(apus_req *req, const apus_type *type, const void *value, apus_buf *to)
{
    apus_arena *a = &req->x->arena;
    apus_buf whole = apus_buf_in(a);
    apus_str text;
    apus_json *v;
    if (!req->has_rare || !req->rare.sent)
        return apus_encode_json(to, type, value, APUS_OMIT_nothing);
    apus_rc rc = apus_encode_json(&whole, type, value, APUS_OMIT_nothing);
    if (rc == APUS_OK)
        rc = apus_buf_take(&whole, &text);
    if (rc == APUS_OK)
        rc = apus_json_parse(a, text, NULL, &v, NULL);
    if (rc == APUS_OK && !apus__unset_drop(req, type, value, v))
        rc = APUS_NOMEM;
    if (rc)
        return rc;
    apus_json_write(to, v);
    return to->failed;
}
