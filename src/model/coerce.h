/* src/model/coerce.h - text to numbers as leniently as pydantic reads it. */
#ifndef APUS_MODEL_COERCE_H
#define APUS_MODEL_COERCE_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/str.h"

/* A whole number of any size that 64 bits and a sign hold. */
struct apus__whole {
    bool negative;
    bool overflow; /* it is larger than that */
    uint64_t magnitude;
};

enum apus__coerced {
    APUS__COERCED,
    APUS__NOT_A_NUMBER,
    APUS__TOO_MANY_DIGITS,
};

/* Blanks around, a sign, leading zeros, '_' between digits, ".0" behind. */
enum apus__coerced apus__whole_of_text(apus_str text, struct apus__whole *out);

/* What Rust's f64::from_str takes, after trimming: also inf, nan, "1.", ".5". */
bool apus__number_of_text(apus_str text, double *out);

/* 0 or 1; -1 for anything that is neither of yes, no, on, off, true, false, 1, 0 ... */
int apus__bool_of_text(apus_str text);

#endif
