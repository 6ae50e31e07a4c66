/* A file with the number of the process that takes signals. */
#ifndef APUS_SERVE_PIDFILE_H
#define APUS_SERVE_PIDFILE_H

#include "apus/rc.h"

/* Writes our own number, whole or not at all; nothing where path is NULL.  APUS_OK, or
 * APUS_IO with a sentence in *err. */
apus_rc apus__pidfile_write(const char *path, apus_err *err) APUS_NODISCARD;

/* Removes it if it is still ours. */
void apus__pidfile_remove(const char *path);

#endif
