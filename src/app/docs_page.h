/* The pages at /docs and /redoc, and the small files of our own they load. */
#ifndef APUS_APP_DOCS_PAGE_H
#define APUS_APP_DOCS_PAGE_H

#include <stdbool.h>

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/route.h"

/* Paths as browsers see them. */
struct apus__docs_options {
    apus_str title;
    apus_str openapi;           /* path of the document */
    apus_str assets;            /* path in front of the assets' names, with a '/' at its end */
    apus_str redirect;          /* where a login elsewhere comes back to; "" for nowhere */
    const apus_docs_page *page; /* how the page looks */
    bool is_dev;                /* apus dev serves: the page watches for the next build */
    bool is_complete; /* the assets were compiled in; otherwise the pages say what to do */
};

/* HTML into *a.  APUS_OK or APUS_NOMEM. */
apus_rc apus__docs_swagger(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
    APUS_NODISCARD;
apus_rc apus__docs_redoc(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
    APUS_NODISCARD;

/* The page that a login elsewhere (OAuth2) comes back to: it hands on what it was given. */
apus_rc apus__docs_redirect(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
    APUS_NODISCARD;

extern const apus_str apus__docs_css;         /* docs.css */
extern const apus_str apus__docs_js;          /* docs.js */
extern const apus_str apus__docs_redirect_js; /* oauth2-redirect.js */

#endif
