/* What the docs pages show while `apus dev` serves: the compiler's words over the page when the
 * last change does not compile, and the page again when it does. */
#ifndef APUS_APP_DOCS_DEV_H
#define APUS_APP_DOCS_DEV_H

#include "apus/arena.h"

/* {"build": "...", "errors": "..."}: which build answers, and what is wrong with the one after
 * it, as the file at `path` tells.  .ptr is NULL when memory is out. */
apus_str apus__docs_dev_status(const char *path, apus_arena *a);

extern const apus_str apus__docs_dev_js; /* dev.js */

#endif
