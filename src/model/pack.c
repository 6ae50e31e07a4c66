#include "model/pack.h"

#include <string.h>

enum { PRINT_MODELS_MAX = 64 }; /* of further ones their names count */

/* --- what members cover --- */

struct span {
    uint32_t from, beyond;
};

static uint32_t stored_size(const apus_field *f)
{
    bool is_pointer = f->flags & APUS_FIELD_pointer || f->type->kind == APUS_KIND_counted;
    return is_pointer ? (uint32_t)sizeof(void *) : f->type->size;
}

/* The end of `at`'s span, or, where nothing covers it, at itself and in *next where the next
 * span begins. */
static uint32_t covered_until(uint32_t at, struct span s, uint32_t *next)
{
    if (s.from <= at && at < s.beyond)
        return s.beyond;
    if (s.from > at && s.from < *next)
        *next = s.from;
    return at;
}

static uint32_t step_over(const apus_model *m, uint32_t at, uint32_t *next)
{
    uint32_t end = at;
    for (uint32_t i = 0; end == at && i < m->n_fields; i++) {
        const apus_field *f = &m->fields[i];
        if (f->hooks && f->hooks->compute)
            continue;
        end = covered_until(at, (struct span){ f->offset, f->offset + stored_size(f) }, next);
        if (end == at && f->type->kind == APUS_KIND_counted)
            end = covered_until(
                at, (struct span){ f->count_offset, f->count_offset + f->count_size }, next);
    }
    if (end == at && m->extra == APUS_EXTRA_keep)
        end = covered_until(
            at, (struct span){ m->keep_offset, m->keep_offset + (uint32_t)sizeof(apus_json) },
            next);
    return end;
}

void apus__pack_scrub(const apus_model *shape, char *object)
{
    for (uint32_t at = 0; at < shape->size;) {
        uint32_t next = shape->size, end = step_over(shape, at, &next);
        if (end == at)
            memset(object + at, 0, next - at);
        at = end == at ? next : end;
    }
}

/* --- prints --- */

struct print {
    uint64_t hash;
    const apus_model *seen[PRINT_MODELS_MAX];
    unsigned n_seen;
};

static void add_bytes(struct print *p, const void *bytes, size_t len)
{
    p->hash = apus_hash(bytes, len, p->hash);
}

static void add_number(struct print *p, uint64_t n)
{
    add_bytes(p, &n, sizeof(n));
}

static void add_model(struct print *p, const apus_model *m);

static void add_type(struct print *p, const apus_type *t)
{
    add_number(p, (uint64_t)t->kind << 32 | t->size);
    add_number(p, (uint64_t)t->n << 32 | t->entry_size);
    add_number(p, (uint64_t)t->value_offset << 2 | (uint64_t)t->int_keys << 1 | t->item_pointer);
    if (t->kind == APUS_KIND_model)
        add_model(p, t->model);
    else if (t->kind == APUS_KIND_list || t->kind == APUS_KIND_counted ||
             t->kind == APUS_KIND_array || t->kind == APUS_KIND_map)
        add_type(p, t->item);
}

static void add_field(struct print *p, const apus_field *f)
{
    add_bytes(p, f->name.ptr, f->name.len);
    add_number(p, (uint64_t)f->offset << 16 | f->flags);
    add_number(p, (uint64_t)f->count_offset << 8 | f->count_size);
    add_number(p, f->hooks && f->hooks->compute);
    add_type(p, f->type);
}

static void add_model(struct print *p, const apus_model *m)
{
    add_bytes(p, m->name, strlen(m->name));
    for (unsigned i = 0; i < p->n_seen; i++)
        if (p->seen[i] == m)
            return;
    if (p->n_seen == PRINT_MODELS_MAX)
        return;
    p->seen[p->n_seen++] = m;
    add_number(p, (uint64_t)m->size << 32 | m->n_fields);
    add_number(p, (uint64_t)m->keep_offset << 32 | m->extra);
    for (uint32_t i = 0; i < m->n_fields; i++)
        add_field(p, &m->fields[i]);
    for (uint32_t i = 0; i < m->n_variants; i++) {
        add_number(p, (uint64_t)m->variants[i].tag);
        add_model(p, m->variants[i].model);
    }
}

uint64_t apus_model_print(const apus_model *m)
{
    struct print p = { .hash = 0 };
    add_model(&p, m);
    return p.hash;
}
