/* apus/sample.h - a value that keeps a JSON Schema, made up.
 *
 * For answers that nobody has written yet (apus mock), and for requests that should be taken
 * (apus check).  What the schema shows comes first: its examples, its default, its listed
 * values; what it does not show is made from its type, format, bounds and pattern.
 *
 *     apus_json *value = apus_sample(&schema, arena, 0);
 *
 * The same seed gives the same value; others give other ones where the schema leaves a choice.
 * A value is made as well as that can be: what contradicts itself, or a pattern past what is
 * understood (classes, groups, choices, repetitions), gives one that breaks the schema.
 *
 * LIMITS: depth APUS_SAMPLE_DEPTH_MAX, lists and texts APUS_SAMPLE_LENGTH_MAX; below depth 3
 * only required members are there, so that models which hold themselves end.
 *
 * MEMORY: the arena's; examples are copied.  Nothing suspends. */
#ifndef APUS_SAMPLE_H
#define APUS_SAMPLE_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/json.h"
#include "apus/schema.h"

APUS_API_BEGIN

enum { APUS_SAMPLE_DEPTH_MAX = 8, APUS_SAMPLE_LENGTH_MAX = 5000 };

/* NULL when memory is out. */
apus_json *apus_sample(const apus_schema *schema, apus_arena *a, uint64_t seed);

/* Appends a text that the pattern matches.  false, and nothing is added, where that cannot
 * be said. */
bool apus_sample_pattern(apus_str pattern, uint64_t seed, apus_buf *to);

/* A copy without a parent.  NULL when memory is out. */
apus_json *apus_sample_copy(apus_arena *a, const apus_json *value);

APUS_API_END

#endif
