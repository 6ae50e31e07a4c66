/* cli/process.h - running other programs. */
#ifndef APUS_CLI_PROCESS_H
#define APUS_CLI_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "apus/arena.h"
#include "apus/buf.h"

/* A command line in the making. */
struct argv {
    apus_arena *arena;
    const char **words; /* NULL-terminated */
    unsigned n, cap;
};

void argv_add(struct argv *a, const char *word);
void argv_add_words(struct argv *a, const char *text); /* split at blanks; may be NULL */

/* Where a child's standard error goes: ours (NULL), or collected as text. */
struct capture {
    apus_arena *arena;
    const char *text; /* what was written, after process_run */
};

/* Runs to the end.  The exit code; 127 when it cannot be started, 128 + n when a
 * signal ended it. */
int process_run(const struct argv *a, struct capture *capture);

/* Starts without waiting; -1 and errno when that fails. */
pid_t process_start(const struct argv *a);

/* The exit code of a wait status, as process_run gives it. */
int process_code(int status);

/* Replaces this program; returns only on failure. */
void process_exec(const struct argv *a);

#endif
