/* cli/project_file.h - apus.yaml, in the directory of the sources: what they do not say.
 *
 *     libraries: [sqlite3, m]                 # -lsqlite3 -lm
 *     cflags: -I/usr/include/postgresql
 *
 * There need not be one. */
#ifndef APUS_CLI_PROJECT_FILE_H
#define APUS_CLI_PROJECT_FILE_H

#include <stdbool.h>

#include "apus/arena.h"

struct project_file {
    const char *path;      /* NULL: there is none */
    const char *libraries; /* words for the linker */
    const char *cflags;    /* words for the compilers */
};

/* false after a complaint. */
bool project_file_read(apus_arena *arena, const char *dir, struct project_file *out);

#endif
