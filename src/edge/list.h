/* Lists of texts in settings: arrays that end at the first NULL, or are full. */
#ifndef APUS_EDGE_LIST_H
#define APUS_EDGE_LIST_H

#include "apus/arena.h"
#include "apus/str.h"

/* Whether the list has the text; by bytes, or with any case of letters. */
bool apus__list_has(const char *const *list, size_t max, apus_str text);
bool apus__list_has_nocase(const char *const *list, size_t max, apus_str text);

/* "a, b, c" in *a; .ptr is NULL without memory. */
apus_str apus__list_join(apus_arena *a, const char *const *list, size_t max);

/* The next piece of a list such as "gzip, br;q=0.5" in a header, trimmed; false at its end.
 * Empty pieces are passed over. */
bool apus__list_next(apus_str *rest, apus_str *item);

#endif
