/* Telling whoever started the service how it is: `apus dev` through a pipe, systemd by
 * datagrams (sd_notify(3)).  Without either nothing happens. */
#ifndef APUS_SERVE_TELL_H
#define APUS_SERVE_TELL_H

#include <stdbool.h>

/* It accepts: a byte to APUS_READY_FD, which is closed, and READY=1. */
void apus__tell_ready(void);

void apus__tell_reloading(void);
void apus__tell_stopping(void);

/* That it is alive, where WATCHDOG_USEC asks for it; to be called once a second. */
void apus__tell_alive(void);

#endif
