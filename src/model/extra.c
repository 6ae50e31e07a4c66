/* Kept members stand in the order in which their names first came; a name is found by
 * its hash, so that an object as wide as the limits allow costs no more than its text. */
#include "model/extra.h"

enum { FIRST = 8 };

static bool same_name(const void *ctx, size_t i, size_t j)
{
    apus_json *const *members = ctx;
    return apus_str_eq(members[i]->name, members[j]->name);
}

static uint64_t hash_name(const void *ctx, size_t i, uint64_t seed)
{
    apus_json *const *members = ctx;
    return apus_hash(members[i]->name.ptr, members[i]->name.len, seed);
}

static bool make_room(apus_arena *a, struct apus__extras *x)
{
    if (x->kept->n < x->cap)
        return true;
    size_t cap = x->cap ? x->cap * 2 : FIRST, size = sizeof(apus_json *);
    apus_json **wider =
        apus_arena_grow(a, x->members, x->cap * size, cap * size, _Alignof(apus_json *));
    if (!wider)
        return false;
    x->members = wider;
    x->cap = cap;
    return true;
}

static void replace_value(apus_json *old, const apus_json *fresh)
{
    apus_json *next = old->next;
    *old = *fresh;
    old->next = next;
}

apus_rc apus__extra_keep(struct apus__decoding *c, struct apus__extras *x, apus_str key)
{
    apus_arena *a = c->d->arena;
    apus_json *v;
    bool refuse = c->d->limits.refuse_duplicate_keys;
    apus_rc rc = apus_scan_json(&c->scan, a, refuse, &v);
    if (rc)
        return rc;
    v->name = apus_arena_str(a, key);
    if (!v->name.ptr || !make_room(a, x))
        return APUS_NOMEM;
    size_t n = x->kept->n, at;
    x->members[n] = v;
    x->names.arena = a;
    rc = apus__distinct_add(&x->names, x->members, hash_name, same_name, n, &at);
    if (rc)
        return rc;
    if (at == n)
        return apus_json_add(x->kept, v) ? APUS_OK : APUS_NOMEM;
    if (refuse) {
        c->scan.error->message = "Duplicate key";
        return APUS_SYNTAX;
    }
    replace_value(x->members[at], v);
    return APUS_OK;
}
