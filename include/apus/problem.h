/* apus/problem.h - everything that is wrong with a request, with its place.
 *
 * Binding does not stop at the first mistake: each one is added here and the
 * client gets them all in one 422 answer, in the shape that FastAPI's clients
 * know: {"detail": [{"type", "loc", "msg", "input", "ctx"}]}.
 *
 * A place is a chain of steps, each on the stack of whoever descends:
 *
 *     apus_place body = { .key = APUS_STR("body") };
 *     apus_place item = { .up = &body, .index = 3, .is_index = true, .order = 3 };
 *
 * MEMORY: problems copy what they keep into their arena. */
#ifndef APUS_PROBLEM_H
#define APUS_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_place apus_place;

struct apus_place {
    const apus_place *up; /* NULL at the outermost: path, query, header, cookie, body */
    apus_str key;         /* a member's or parameter's name ... */
    uint32_t index;       /* ... or a position in a list */
    bool is_index;
    uint32_t
        order; /* among its siblings; problems are answered in this order, not that of the input */
};

typedef struct apus_problem apus_problem;

struct apus_problem {
    apus_problem *next;
    apus_str type;  /* "less_than_equal" */
    apus_str loc;   /* JSON: ["query","times"] */
    apus_str msg;   /* text */
    apus_str input; /* JSON */
    apus_str ctx;   /* JSON object, or empty: left out */
    const uint32_t *order;
    uint32_t depth;
};

/* The fields are private but for `n` and `first`, from which `next` leads on. */
typedef struct apus_problems {
    apus_arena *arena;
    apus_problem *first, *last;
    uint32_t n;
    uint32_t max;   /* no more are kept (100 unless set); the rest are only counted in n */
    bool no_memory; /* one could not be kept */
} apus_problems;

/* An empty list whose memory will be the arena's. */
void apus_problems_init(apus_problems *p, apus_arena *a);

/* Adds one; at: NULL for the whole.  type is a static text; msg is formatted; input and ctx are
 * JSON texts, copied; an empty ctx is left out, an empty input reads null. */
void apus_problems_add(apus_problems *p, const apus_place *at, const char *type, apus_str input,
                       apus_str ctx, const char *msg, ...) APUS_PRINTF(6, 7);

/* Forgets those added since there were n (a union's failed attempt, say). */
void apus_problems_cut(apus_problems *p, uint32_t n);

/* Writes {"detail":[...]}, in the order of places; _list: the list alone. */
void apus_problems_write(apus_problems *p, apus_buf *to);
void apus_problems_write_list(apus_problems *p, apus_buf *to);

APUS_API_END

#endif
