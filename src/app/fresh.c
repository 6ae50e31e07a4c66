#include "apus/fresh.h"

#include <stdio.h>
#include <stdlib.h>

#include "apus/clock.h"
#include "apus/random.h"

apus_time apus_time_now(void)
{
    int64_t ns = apus_clock_wall();
    int64_t nanos = ns % APUS_SECOND;
    return (apus_time){ .seconds = ns / APUS_SECOND,
                        .nanos = (int32_t)(nanos - nanos % APUS_MICROSECOND) };
}

static apus_uuid random_uuid(unsigned version)
{
    apus_uuid id;
    apus_err err;
    if (apus_random(id.bytes, sizeof(id.bytes), &err)) {
        fprintf(stderr, "apus: no UUID: %s\n", err.msg);
        abort();
    }
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | version << 4);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80); /* the variant of RFC 9562 */
    return id;
}

apus_uuid apus_uuid4(void)
{
    return random_uuid(4);
}

apus_uuid apus_uuid7(void)
{
    enum { TIME_BYTES = 6 };
    apus_uuid id = random_uuid(7);
    uint64_t ms = (uint64_t)(apus_clock_wall() / APUS_MILLISECOND);
    for (int i = TIME_BYTES; i-- > 0; ms >>= 8)
        id.bytes[i] = (uint8_t)ms;
    return id;
}
