#ifndef APUS_SERVE_OPENAPI_H
#define APUS_SERVE_OPENAPI_H

#include "apus/rc.h"
#include "apus/route.h"
#include "serve/options.h"

/* Prints the app's OpenAPI document to standard output.  APUS_OK; APUS_NOT_FOUND (it
 * has none), APUS_IO or APUS_NOMEM, with err filled. */
apus_rc apus__openapi_print(const apus_app *app, const apus__options *options, apus_err *err)
    APUS_NODISCARD;

#endif
