#include "serve/openapi.h"

#include <stdio.h>

enum { DOCUMENT_MAX = 64 << 20 };

apus_rc apus__openapi_print(const apus_app *app, apus_err *err)
{
    if (!app->openapi)
        return apus_err_set(err, APUS_NOT_FOUND, "%s has no OpenAPI document", app->name);
    apus_arena a;
    apus_str text;
    apus_arena_init(&a, &apus_alloc_libc, DOCUMENT_MAX);
    apus_rc rc = apus_blob_text(app->openapi, &a, &text);
    if (rc)
        rc = apus_err_set(err, rc, "cannot read the OpenAPI document: %s", apus_rc_text(rc));
    else if (fwrite(text.ptr, 1, text.len, stdout) != text.len || puts("") < 0 || fflush(stdout))
        rc = apus_err_set(err, APUS_IO, "cannot write to standard output");
    apus_arena_finish(&a);
    return rc;
}
