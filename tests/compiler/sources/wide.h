/* What wide.c shares with its neighbours. */
#ifndef WIDE_H
#define WIDE_H

#include <apus/apus.h>

/// A place on a map.
typedef struct point {
    double x, y;
} point;

/** Which animal.
 *
 * More about animals. */
typedef enum kind {
    KIND_CAT, /**< Purrs. */
    KIND_DOG, /**< Barks. */
    KIND_NONE Name("nothing"),
    KIND_COUNT Name(skip),
} kind;

/// Answers are declared in a header and defined in a source.
Get("/shared/{id}")
point *shared_point(apus_req *req, int64_t id Path(ge = 1));

#endif
