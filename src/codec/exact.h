/* src/codec/exact.h - decimal to double by one rounding.
 *
 * A whole number up to 2^53 and a power of ten up to 22 are exact as doubles, so one
 * multiplication or division rounds once, as it should (Clinger's fast path). */
#ifndef APUS_CODEC_EXACT_H
#define APUS_CODEC_EXACT_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/json_plain.h"

/* mantissa * 10^exponent; false: not by this way. */
static inline bool apus__double_exact(uint64_t mantissa, int exponent, double *out)
{
    if (mantissa > UINT64_C(1) << 53 || exponent < -22 || exponent > 22)
        return false;
    double m = (double)mantissa;
    *out = exponent < 0 ? m / apus__powers_of_ten[-exponent] : m * apus__powers_of_ten[exponent];
    return true;
}

#endif
