/* A perfect hash by trial: seeds are tried until no two names share a slot, at
 * first in a table of twice the names, then in larger ones.  Sixteen names find
 * a seed after a few dozen tries. */
#include <string.h>

#include "compiler/emit_c.h"

enum {
    SEEDS_PER_SIZE = 4096,
    SLOTS_MAX = 65536,
    EMPTY = 0xffff,
};

static bool try_seed(const ct_model *m, struct perfect_hash *h)
{
    memset(h->slots, 0xff, ((size_t)h->mask + 1) * sizeof(h->slots[0]));
    uint16_t index = 0;
    for (const ct_field *f = m->fields; f; f = f->next, index++) {
        uint32_t slot = apus_model_hash(f->name, strlen(f->name), h->seed) & h->mask;
        if (h->slots[slot] != EMPTY)
            return false;
        h->slots[slot] = index;
    }
    return true;
}

bool perfect_hash_find(apus_arena *arena, const ct_model *m, struct perfect_hash *out)
{
    if (m->n_fields == 0 || m->n_fields >= EMPTY)
        return false;
    uint32_t size = 4;
    while (size < m->n_fields * 2)
        size *= 2;
    for (; size <= SLOTS_MAX; size *= 2) {
        *out = (struct perfect_hash){ .mask = size - 1, .slots = APUS_NEW(arena, uint16_t, size) };
        if (!out->slots)
            return false;
        for (out->seed = 0; out->seed < SEEDS_PER_SIZE; out->seed++) {
            if (try_seed(m, out))
                return true;
        }
    }
    return false;
}
