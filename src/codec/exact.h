/* src/codec/exact.h - decimal to double by one rounding.
 *
 * A whole number up to 2^53 and a power of ten up to 22 are exact as doubles, so one
 * multiplication or division rounds once, as it should (Clinger's fast path). */
#ifndef APUS_CODEC_EXACT_H
#define APUS_CODEC_EXACT_H

#include <stdbool.h>
#include <stdint.h>

/* mantissa * 10^exponent; false: not by this way. */
static inline bool apus__double_exact(uint64_t mantissa, int exponent, double *out)
{
    static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    if (mantissa > UINT64_C(1) << 53 || exponent < -22 || exponent > 22)
        return false;
    double m = (double)mantissa;
    *out = exponent < 0 ? m / powers[-exponent] : m * powers[exponent];
    return true;
}

#endif
