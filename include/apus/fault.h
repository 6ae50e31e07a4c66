/* apus/fault.h - a process that crashes says where.
 *
 * On SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL a line and a backtrace go to standard
 * error before the default action:
 *
 *     apus: process 4711 crashes in GET /items/{id}: Segmentation fault at 0x8
 *     ./shop(+0x1a2b3)[0x55d0c3a2f2b3]
 *     ...
 *
 * `addr2line -fe ./shop +0x1a2b3` makes a name and a line of what stands in brackets. */
#ifndef APUS_FAULT_H
#define APUS_FAULT_H

#include <stdbool.h>

#include "apus/api.h"
#include "apus/rc.h"

APUS_API_BEGIN

/* Called while the process dies: by calls only that a signal handler may make. */
typedef struct apus_fault_witness {
    const char *(*doing)(void);          /* what the thread was at, or NULL */
    bool (*overflows)(const void *addr); /* whether that address is below a stack's end */
} apus_fault_witness;

/* Once per process, for the calling thread: the handler has a stack of its own there.
 * *witness must stay.  APUS_OK, APUS_NOMEM or APUS_IO. */
apus_rc apus_fault_report(const apus_fault_witness *witness) APUS_NODISCARD;

APUS_API_END

#endif
