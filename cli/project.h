/* cli/project.h - what is to be built, with what, and where it goes.
 *
 *     main.c --apusc--> .apus/NAME/main.apus.c --cc--> main.apus.o --cc--> the program
 *
 * Everything made on the way stays in `.apus/` beside the sources. */
#ifndef APUS_CLI_PROJECT_H
#define APUS_CLI_PROJECT_H

#include <stdbool.h>

#include "apus/arena.h"
#include "command.h"
#include "project_file.h"

enum build_kind {
    BUILD_RELEASE, /* optimised */
    BUILD_DEV,     /* compiles fast, debuggable */
    BUILD_TEST,    /* as dev, with the files named test_*.c and *_test.c */
};

struct project {
    apus_arena *arena;
    const char *dir;  /* where the sources are */
    const char *name; /* of the program */
    const char **sources;
    const char **units; /* of each source: apusc writes unit.apus.c */
    unsigned n_sources;
    const char *work; /* .apus/<kind> */
    const char *program;
    const char *cflags;       /* of the command line, behind those of the project */
    struct project_file file; /* apus.yaml */
    enum build_kind kind;
    bool verbose;
};

/* Finds the sources that options name: files, or a directory's. */
bool project_find(apus_arena *arena, const struct options *options, enum build_kind kind,
                  struct project *out);

/* Runs apusc and the compiler.  What they complain about is printed, or collected
 * in *errors (the arena's) where errors is not NULL.  Whether p->program stands. */
bool project_build(const struct project *p, const char **errors);

/* The files whose change asks for another build: sources and every header outside
 * of the system's.  NULL-terminated. */
const char **project_watched(const struct project *p, apus_arena *arena);

/* Makes the directory and those above it; false after a complaint. */
bool project_make_dirs(apus_arena *arena, const char *path);

/* Runs apusc with further words on the project's sources.  Its exit code. */
int project_apusc(const struct project *p, const char *const *words);

#endif
