/* src/serve/inherit.h - what whoever started this process handed down.
 *
 * A listening socket: by systemd's protocol (LISTEN_PID, LISTEN_FDS; the first is
 * descriptor 3), or as APUS_LISTEN_FD by `apus dev`, which keeps the socket across
 * rebuilds.  APUS_READY_FD is told when the service accepts. */
#ifndef APUS_SERVE_INHERIT_H
#define APUS_SERVE_INHERIT_H

/* The inherited socket, made non-blocking, or -1. */
int apus__inherited_listener(void);

/* Writes a byte to APUS_READY_FD and closes it; nothing where there is none. */
void apus__tell_ready(void);

#endif
