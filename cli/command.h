/* cli/command.h - one command of `apus`, and what they share. */
#ifndef APUS_CLI_COMMAND_H
#define APUS_CLI_COMMAND_H

#include <stdbool.h>

#include "apus/arena.h"

/* Exit codes of every command. */
enum {
    EXIT_FINE = 0,
    EXIT_FAILED = 1, /* what was asked for did not work: a compile error, a failed test */
    EXIT_USAGE = 2,  /* the command line is wrong */
};

/* What the command line says, for all commands alike; each command takes a part. */
struct options {
    const char **paths; /* FILE... or one DIR; "." if none */
    unsigned n_paths;
    const char *output; /* -o */
    const char *host;   /* --host */
    const char *port;   /* --port */
    const char *filter; /* test: --filter */
    const char *cflags; /* --cflags, and the environment's CFLAGS */
    const char **rest;  /* behind --, for the program; NULL-terminated */
    bool verbose, json;
    bool quiet; /* dev, while it watches: sources that are missing are no news */
};

struct command {
    const char *name;
    const char *usage;   /* what stands behind the name */
    const char *summary; /* one line */
    const char *help;    /* the options and what to know */
    int (*run)(apus_arena *arena, const struct options *options);
};

extern const struct command command_new, command_dev, command_build, command_run, command_test,
    command_check, command_routes, command_openapi;

/* "apus: ..." on standard error, in red on a terminal. */
void complain(const char *fmt, ...) APUS_PRINTF(1, 2);

/* printf into the arena; ends the program when memory is out. */
const char *textf(apus_arena *arena, const char *fmt, ...) APUS_PRINTF(2, 3);

#endif
