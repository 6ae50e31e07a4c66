#include "serve/openapi.h"

#include <stdio.h>

enum { DOCUMENT_MAX = 64 << 20 };

apus_rc apus__openapi_print(const apus_app *app, const apus__options *options, apus_err *err)
{
    apus_arena a;
    apus_str text;
    apus_arena_init(&a, &apus_alloc_libc, DOCUMENT_MAX);
    apus_rc rc = apus_app_document(app, options->root_path, &a, &text, err);
    if (!rc &&
        (fwrite(text.ptr, 1, text.len, stdout) != text.len || puts("") < 0 || fflush(stdout)))
        rc = apus_err_set(err, APUS_IO, "cannot write to standard output");
    apus_arena_finish(&a);
    return rc;
}
