/* Files that the docs pages load, compressed and compiled in.
 *
 * The build writes them into generated/app/assets_table.h:
 *
 *     static const struct apus__asset table[] = {
 *         { "swagger-ui.css", "text/css; charset=utf-8", "1f3a...", bytes, sizeof(bytes), 152071 },
 *         ...
 *     };
 *
 * Without that file there are none, and the pages say so.
 *
 * Names that the pages ask for: swagger-ui.css, swagger-ui-bundle.js,
 * redoc.standalone.js. */
#ifndef APUS_APP_ASSETS_H
#define APUS_APP_ASSETS_H

#include <stddef.h>
#include <stdint.h>

#include "apus/str.h"

struct apus__asset {
    const char *name;
    const char *type; /* Content-Type */
    const char *etag; /* without quotes: a hash of the content, in hex */
    const uint8_t *gzip;
    size_t gzip_len;
    size_t text_len; /* of the content itself */
};

/* NULL: there is none of that name. */
const struct apus__asset *apus__asset_find(apus_str name);

#endif
