#include "codec/shortest.h"

#include <dragonbox/dragonbox.h>

extern "C" void apus__shortest_double(double value, uint64_t *digits, int *exponent)
{
    auto decimal = jkj::dragonbox::to_decimal(value, jkj::dragonbox::policy::sign::ignore);
    *digits = decimal.significand;
    *exponent = decimal.exponent;
}

extern "C" void apus__shortest_float(float value, uint64_t *digits, int *exponent)
{
    auto decimal = jkj::dragonbox::to_decimal(value, jkj::dragonbox::policy::sign::ignore);
    *digits = decimal.significand;
    *exponent = decimal.exponent;
}
