/* A process that serves one slot, as its supervisor says. */
#ifndef APUS_SERVE_WORKER_H
#define APUS_SERVE_WORKER_H

#include "serve/options.h"

/* Whether this process was started to be one. */
bool apus__worker_is_this(void);

/* Serves until told to end.  Has the exit code. */
int apus__worker_run(const char *program, const apus_app *app, const apus__options *options);

#endif
