/* cli/command.h - one command of `apus`, and what they share. */
#ifndef APUS_CLI_COMMAND_H
#define APUS_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "apus/arena.h"
#include "manual/manual.h"

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
    const char *output;   /* -o */
    const char *host;     /* --host */
    const char *port;     /* --port */
    const char *filter;   /* test: --filter */
    const char *header;   /* check: --header */
    const char *query;    /* check: --query */
    const char *seed;     /* mock: --seed */
    const char *record;   /* test: --record */
    const char *template; /* new: --template */
    const char *cflags;   /* --cflags, and the environment's CFLAGS */
    const char **rest;    /* behind --, for the program; NULL-terminated */
    bool verbose, json, contract, tls;
    bool templates; /* new: --templates */
    bool quiet;     /* dev, while it watches: sources that are missing are no news */
};

struct command {
    const char *name;
    manual page; /* its rows are the options it takes: `place` is in struct options */
    int (*run)(apus_arena *arena, const struct options *options);
};

extern const struct command command_new, command_dev, command_build, command_run, command_test,
    command_check, command_routes, command_openapi, command_import, command_diff, command_mock,
    command_reload;

/* All of them, NULL at the end. */
extern const struct command *const commands[];

/* The command of that name; NULL after a complaint with the nearest name. */
const struct command *command_find(const char *name);

/* Fills *o with what the command line says, in the words of c's rows.  EXIT_FINE, or what
 * to leave with, after a complaint.  o->paths has room for all words. */
int options_read(const struct command *c, int argc, char **argv, struct options *o);

/* `apus help [COMMAND] [--man|--markdown]`, and `--help`. */
int help_run(int argc, char **argv);
void help_command(const struct command *c);

/* "apus: ..." on standard error, in red on a terminal. */
void complain(const char *fmt, ...) APUS_PRINTF(1, 2);

/* printf into the arena; ends the program when memory is out. */
const char *textf(apus_arena *arena, const char *fmt, ...) APUS_PRINTF(2, 3);

/* --- rows that several commands have --- */

#define PLACE(member) offsetof(struct options, member)

#define ROW_FILES                                                                                  \
    {                                                                                              \
        "FILE...", NULL,                                                                           \
            "the sources of one program, or a directory: its *.c and all below src (the working "  \
            "directory)",                                                                          \
            0                                                                                      \
    }
#define ROW_CFLAGS                                                                                 \
    {                                                                                              \
        "--cflags", "FLAGS", "further flags for the compiler (also from CFLAGS); CC names it",     \
            PLACE(cflags)                                                                          \
    }
#define ROW_VERBOSE                                                                                \
    {                                                                                              \
        "-v, --verbose", NULL, "show what is run", PLACE(verbose)                                  \
    }
#define ROW_HOST                                                                                   \
    {                                                                                              \
        "--host", "ADDRESS", "where to listen (127.0.0.1)", PLACE(host)                            \
    }
#define ROW_PORT                                                                                   \
    {                                                                                              \
        "-p, --port", "PORT", "the port to listen on (8000)", PLACE(port)                          \
    }
#define ROW_END                                                                                    \
    {                                                                                              \
        NULL, NULL, NULL, 0                                                                        \
    }

#endif
