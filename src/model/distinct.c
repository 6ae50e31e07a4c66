#include "model/distinct.h"

enum { FIRST = 16 };

static uint64_t seed_of(const struct apus__distinct *d)
{
    return (uint64_t)(uintptr_t)d->arena; /* where it lies is nothing a client knows */
}

static void put(struct apus__distinct *d, uint64_t hash, size_t i)
{
    size_t at = hash & (d->cap - 1);
    while (d->slots[at])
        at = (at + 1) & (d->cap - 1);
    d->slots[at] = (uint32_t)i + 1;
    d->n++;
}

static apus_rc widen(struct apus__distinct *d, const void *ctx, apus__hash_of *hash)
{
    struct apus__distinct wider = { .arena = d->arena, .cap = d->cap ? d->cap * 2 : FIRST };
    wider.slots = APUS_NEW(d->arena, uint32_t, wider.cap);
    if (!wider.slots)
        return APUS_NOMEM;
    for (size_t at = 0; at < d->cap; at++) {
        if (d->slots[at])
            put(&wider, hash(ctx, d->slots[at] - 1, seed_of(d)), d->slots[at] - 1);
    }
    *d = wider;
    return APUS_OK;
}

apus_rc apus__distinct_add(struct apus__distinct *d, const void *ctx, apus__hash_of *hash,
                           apus__same *same, size_t i, size_t *earlier)
{
    if (d->n >= d->cap / 2 && widen(d, ctx, hash))
        return APUS_NOMEM;
    uint64_t h = hash(ctx, i, seed_of(d));
    for (size_t at = h & (d->cap - 1); d->slots[at]; at = (at + 1) & (d->cap - 1)) {
        *earlier = d->slots[at] - 1;
        if (same(ctx, *earlier, i))
            return APUS_OK;
    }
    put(d, h, i);
    *earlier = i;
    return APUS_OK;
}

uint64_t apus__double_hash(double v, uint64_t seed)
{
    double same = v == 0 ? 0 : v; /* -0.0 equals 0.0 */
    return apus_hash(&same, sizeof(same), seed);
}

/* Members come in any order and may be doubled: the greatest name stands for all. */
static uint64_t object_hash(const apus_json *v, uint64_t seed)
{
    uint64_t greatest = 0, its = 0;
    for (const apus_json *m = v->first; m; m = m->next) {
        uint64_t h = apus_hash(m->name.ptr, m->name.len, seed);
        if (h >= greatest) {
            greatest = h;
            its = apus__json_hash(m, seed);
        }
    }
    return greatest + its;
}

uint64_t apus__json_hash(const apus_json *v, uint64_t seed)
{
    uint64_t h = seed;
    switch (v->kind) {
    case APUS_JSON_int:
    case APUS_JSON_double:
        return apus__double_hash(apus_json_double_or(v, 0), seed);
    case APUS_JSON_string:
    case APUS_JSON_big:
        return apus_hash(v->text.ptr, v->text.len, seed);
    case APUS_JSON_list:
        for (const apus_json *m = v->first; m; m = m->next)
            h = apus__json_hash(m, h + 1);
        return h;
    case APUS_JSON_object:
        return object_hash(v, seed);
    default:
        return seed + v->kind;
    }
}
