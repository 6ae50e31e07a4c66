/* The OpenAPI document as it is served: as apusc wrote it, unless this start changes it. */
#ifndef APUS_APP_DOCUMENT_H
#define APUS_APP_DOCUMENT_H

#include "apus/route.h"

/* What a proxy takes off in front of all paths: what was said at the start, or else what the app
 * says (said is NULL); "" for none.  APUS_OK, or APUS_INVALID where it is no such path. */
apus_rc apus__root_path(const apus_app *app, const char *said, apus_str *out, apus_err *err)
    APUS_NODISCARD;

/* The document of an app that stands at root and prefix, into *a.  One that nothing changes is
 * the app's own, and costs nothing.  APUS_OK, APUS_SYNTAX or APUS_NOMEM. */
apus_rc apus__document_make(const apus_app *app, apus_str root, apus_str prefix, apus_arena *a,
                            apus_blob *out, apus_err *err) APUS_NODISCARD;

/* That document once more, as it is seen where a proxy has told another root path: it is the
 * first of its servers, instead of the one that it was made with.  Into *a.  Results as above. */
apus_rc apus__document_behind(const apus_app *app, const apus_blob *made, apus_str root,
                              apus_str told, apus_str prefix, apus_arena *a, apus_str *out)
    APUS_NODISCARD;

#endif
