#include "codec/shortest.h"

#include <dragonbox/dragonbox.h>

template <class number> __attribute__((flatten)) static inline apus__decimal shortest(number value)
{
    namespace policy = jkj::dragonbox::policy;
    auto decimal = jkj::dragonbox::to_decimal(value, policy::sign::ignore,
                                              policy::trailing_zero::ignore);
    return { decimal.significand, decimal.exponent };
}

extern "C" apus__decimal apus__shortest_double(double value)
{
    return shortest(value);
}

extern "C" apus__decimal apus__shortest_float(float value)
{
    return shortest(value);
}
