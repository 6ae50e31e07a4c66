#include "apus/clock.h"

#include <time.h>

#include "apus/value.h"

static int64_t read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t); /* cannot fail for these two */
    return (int64_t)t.tv_sec * APUS_SECOND + t.tv_nsec;
}

int64_t apus_clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t apus_clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}
