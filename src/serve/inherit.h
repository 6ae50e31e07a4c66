/* src/serve/inherit.h - listening sockets that whoever started this process handed down:
 * by systemd's protocol (LISTEN_PID, LISTEN_FDS; from descriptor 3 on), or as
 * APUS_LISTEN_FD by `apus dev`, which keeps its socket across rebuilds. */
#ifndef APUS_SERVE_INHERIT_H
#define APUS_SERVE_INHERIT_H

#include <stdint.h>

#include "apus/rc.h"

/* The inherited sockets, made ours, at most `max`; *n is 0 where there are none.
 * APUS_OK; APUS_INVALID when one is not a listening stream socket; APUS_LIMIT. */
apus_rc apus__inherited_listeners(int *fds, uint32_t max, uint32_t *n, apus_err *err)
    APUS_NODISCARD;

#endif
