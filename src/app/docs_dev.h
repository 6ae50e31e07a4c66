/* What the docs pages show while `apus dev` serves: the compiler's words over the page when the
 * last change does not compile, and the page again when it does. */
#ifndef APUS_APP_DOCS_DEV_H
#define APUS_APP_DOCS_DEV_H

#include <stdbool.h>

#include "apus/arena.h"

/* Whether APUS_DEV_STATUS names a file: set by `apus dev`, never in production. */
bool apus__docs_is_dev(void);

/* {"build": "...", "errors": "..."}: which build answers, and what is wrong with the one after
 * it.  .ptr is NULL when memory is out. */
apus_str apus__docs_dev_status(apus_arena *a);

extern const apus_str apus__docs_dev_js; /* dev.js */

#endif
