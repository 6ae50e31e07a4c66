/* compiler/args.h - the command line. */
#ifndef APUSC_ARGS_H
#define APUSC_ARGS_H

#include <stdbool.h>

#include "apus/arena.h"

typedef enum args_mode {
    ARGS_write,   /* one wrapper per source, and the program's own file */
    ARGS_check,   /* diagnostics only */
    ARGS_openapi, /* the document of an app */
    ARGS_routes,  /* a table */
    ARGS_routes_json,
    ARGS_help, /* from here on no sources are needed */
    ARGS_man,
    ARGS_version,
} args_mode;

typedef enum args_main {
    ARGS_main_where_none,
    ARGS_main_always,
    ARGS_main_never,
} args_main;

typedef struct args {
    args_mode mode;
    args_main main;
    const char *directory;        /* "." unless -o says */
    const char *openapi;          /* a file, or "-" */
    const char *app;              /* whose document; NULL: the first */
    const char *depfile;          /* or NULL */
    const char *compile_commands; /* a file, or NULL */
    const char **sources;
    unsigned n_sources;
    const char **flags; /* what stands behind --, only what reading C needs */
    unsigned n_flags;
} args;

/* false after a message on standard error. */
bool args_read(int argc, char **argv, apus_arena *arena, args *out);

void args_help(void);
void args_man(void); /* the same page for man */

/* Appends those of the n flags that decide how a source reads: -I -isystem
 * -iquote -idirafter -D -U -include -std -m. */
void flags_filter(apus_arena *arena, const char *const *flags, unsigned n, const char ***out,
                  unsigned *n_out);

#endif
