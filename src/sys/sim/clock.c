#include "apus/clock.h"

#include "apus/value.h"
#include "sys/sim/world.h"

#define WALL_AHEAD (INT64_C(1700000000) * APUS_SECOND) /* it was November 2023 */

int64_t apus_clock_now(void)
{
    return sim.now;
}

int64_t apus_clock_wall(void)
{
    return sim.now + WALL_AHEAD;
}
