/* A hash table of names, and the edit distance behind "did you mean". */
#include "compiler/names.h"

#include <string.h>

#include "compiler/memory.h"

enum {
    FIRST_SLOTS = 64,
    NEAR_NAME_MAX = 48, /* longer names are not compared */
};

struct names_entry {
    const char *name;
    void *value;
    struct names_entry *next;
};

name_table names_in(apus_arena *arena)
{
    return (name_table){ .arena = arena };
}

static size_t slot_of(const char *name, size_t n_slots)
{
    return (size_t)apus_hash(name, strlen(name), 0) & (n_slots - 1);
}

static void grow(name_table *t)
{
    size_t n_slots = t->n_slots ? t->n_slots * 2 : FIRST_SLOTS;
    struct names_entry **slots = NEW_N(t->arena, struct names_entry *, n_slots);
    for (size_t i = 0; i < t->n_slots; i++) {
        for (struct names_entry *e = t->slots[i], *next; e; e = next) {
            next = e->next;
            size_t slot = slot_of(e->name, n_slots);
            e->next = slots[slot];
            slots[slot] = e;
        }
    }
    t->slots = slots;
    t->n_slots = n_slots;
}

static struct names_entry *find(const name_table *t, const char *name)
{
    if (!t->n_slots)
        return NULL;
    struct names_entry *e = t->slots[slot_of(name, t->n_slots)];
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    return e;
}

void *names_find(const name_table *t, const char *name)
{
    struct names_entry *e = name ? find(t, name) : NULL;
    return e ? e->value : NULL;
}

void names_put(name_table *t, const char *name, void *value)
{
    struct names_entry *e = find(t, name);
    if (e) {
        e->value = value;
        return;
    }
    if (t->n >= t->n_slots)
        grow(t);
    e = NEW(t->arena, struct names_entry);
    size_t slot = slot_of(name, t->n_slots);
    *e = (struct names_entry){ .name = name, .value = value, .next = t->slots[slot] };
    t->slots[slot] = e;
    t->n++;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance where swapping two neighbours counts once. */
static size_t distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    if (la > NEAR_NAME_MAX || lb > NEAR_NAME_MAX)
        return SIZE_MAX;
    size_t rows[3][NEAR_NAME_MAX + 1];
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

near near_to(const char *name)
{
    size_t len = strlen(name);
    return (near){ .name = name, .distance = len < 3 ? 2 : len / 3 + 2 };
}

void near_offer(near *n, const char *candidate)
{
    size_t d = distance(n->name, candidate);
    if (d < n->distance) {
        n->distance = d;
        n->best = candidate;
    }
}
