/* compiler/names.h - things found by name: a hash table in an arena.
 *
 * Nothing is ever removed.  Keys are not copied. */
#ifndef APUSC_NAMES_H
#define APUSC_NAMES_H

#include <stddef.h>

#include "apus/arena.h"

typedef struct name_table {
    apus_arena *arena;
    struct names_entry **slots;
    size_t n, n_slots;
} name_table;

name_table names_in(apus_arena *arena);

/* What is called name, or NULL. */
void *names_find(const name_table *t, const char *name);

/* Adds or replaces; value is not NULL. */
void names_put(name_table *t, const char *name, void *value);

/* --- did you mean --- */

/* The candidate that name is most likely a slip of, or NULL where none is near.
 * Offer each candidate in turn, best is NULL at first. */
typedef struct near {
    const char *name;
    const char *best;
    size_t distance;
} near;

near near_to(const char *name);
void near_offer(near *n, const char *candidate);

#endif
