/* src/codec/shortest.h - the fewest digits that tell a double from its neighbours.
 *
 * Dragonbox finds them in a few multiplications (Debian's libdragonbox-dev, header-only
 * C++; shortest.cc is compiled without the C++ runtime).  Where it is not installed,
 * number_print.c asks the C library instead: the same digits, ten times as slowly. */
#ifndef APUS_CODEC_SHORTEST_H
#define APUS_CODEC_SHORTEST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* digits * 10^exponent; at most 17 digits, of which some at the end may be zeros. */
struct apus__decimal {
    uint64_t digits;
    int exponent;
};

/* value > 0 and finite. */
struct apus__decimal apus__shortest_double(double value);
struct apus__decimal apus__shortest_float(float value);

#ifdef __cplusplus
}
#endif

#endif
