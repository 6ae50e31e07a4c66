/* apus/fresh.h - values that are new each time: now, and names that nobody else has.
 *
 *     apus_uuid id Field(default = apus_uuid7, read_only);
 *     apus_time placed_at Field(default = apus_time_now);
 *
 * FIBERS: nothing suspends. */
#ifndef APUS_FRESH_H
#define APUS_FRESH_H

#include "apus/api.h"
#include "apus/value.h"

APUS_API_BEGIN

/* The wall clock's moment in UTC, to the microsecond. */
apus_time apus_time_now(void);

/* A random UUID (RFC 9562 section 5.4): 122 bits that nobody can guess.  Where the system has
 * no random bytes, which is before it has started, the process ends: a name that others have
 * too would do more harm. */
apus_uuid apus_uuid4(void);

/* A UUID that begins with the time in milliseconds (RFC 9562 section 5.7), so that later ones
 * sort behind, as databases like their keys; 74 bits of it are random.  Else as apus_uuid4. */
apus_uuid apus_uuid7(void);

APUS_API_END

#endif
