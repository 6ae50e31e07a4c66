/* src/model/distinct.h - has something like it been seen?  In constant time, so that a
 * client's long list or object costs no more than its length. */
#ifndef APUS_MODEL_DISTINCT_H
#define APUS_MODEL_DISTINCT_H

#include "apus/arena.h"
#include "apus/json.h"
#include "apus/rc.h"
#include "apus/str.h"

/* Positions by hash, open addressing; zero is empty. */
struct apus__distinct {
    apus_arena *arena;
    uint32_t *slots; /* position + 1; 0: free */
    size_t n, cap;
};

/* Are the things at these positions equal?  And the hash of the one at a position. */
typedef bool apus__same(const void *ctx, size_t i, size_t j);
typedef uint64_t apus__hash_of(const void *ctx, size_t i, uint64_t seed);

/* Enters position i, unless an equal one is there: *earlier is that one's, or i. */
apus_rc apus__distinct_add(struct apus__distinct *d, const void *ctx, apus__hash_of *hash,
                           apus__same *same, size_t i, size_t *earlier) APUS_NODISCARD;

uint64_t apus__double_hash(double v, uint64_t seed);

/* Equal values (apus_json_eq) hash alike. */
uint64_t apus__json_hash(const apus_json *v, uint64_t seed);

#endif
