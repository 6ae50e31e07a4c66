/* The pages at /docs and /redoc, and the two small files of our own they load. */
#ifndef APUS_APP_DOCS_PAGE_H
#define APUS_APP_DOCS_PAGE_H

#include <stdbool.h>

#include "apus/arena.h"
#include "apus/rc.h"

struct apus__docs_options {
    apus_str title;
    apus_str openapi; /* path of the document */
    apus_str assets;  /* path in front of the assets' names, with a '/' at its end */
    bool is_dev;      /* apus dev serves: the page watches for the next build */
    bool is_complete; /* the assets were compiled in; otherwise the pages say what to do */
};

/* HTML into *a.  APUS_OK or APUS_NOMEM. */
apus_rc apus__docs_swagger(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
    APUS_NODISCARD;
apus_rc apus__docs_redoc(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
    APUS_NODISCARD;

extern const apus_str apus__docs_css; /* docs.css */
extern const apus_str apus__docs_js;  /* docs.js */

#endif
