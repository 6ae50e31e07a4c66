#ifndef APUS_SERVE_EXIT_H
#define APUS_SERVE_EXIT_H

#include "apus/rc.h"

/* As apus/main.h says. */
enum { APUS__EXIT_STOPPED = 0, APUS__EXIT_NOT_STARTED = 1, APUS__EXIT_USAGE = 2 };

/* Says why on standard error; has the exit code. */
int apus__not_started(const char *program, const apus_err *err);

#endif
