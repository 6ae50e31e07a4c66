/* The process that holds the sockets and sees to it that each slot has its worker. */
#ifndef APUS_SERVE_SUPERVISOR_H
#define APUS_SERVE_SUPERVISOR_H

#include "serve/options.h"

/* How main was called, to be read again on SIGHUP. */
typedef struct apus__call {
    const char *program;
    int argc;
    char **argv;
} apus__call;

/* Starts options->workers workers, replaces those that end, goes over to the next version
 * on SIGHUP, and stops on SIGTERM and SIGINT.  What the options hold is taken over where it
 * started.  Has the exit code. */
int apus__supervise(const apus__call *call, const apus_app *app, apus__options *options);

#endif
