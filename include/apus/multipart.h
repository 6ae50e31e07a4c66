/* apus/multipart.h - forms with files: multipart/form-data (RFC 7578).
 *
 *     apus_multipart m;
 *     apus_part part;
 *     rc = apus_multipart_begin(&m, content_type, body);
 *     while (rc == APUS_OK && (rc = apus_multipart_next(&m, arena, &part)) == APUS_OK)
 *         ... part.name, part.filename, part.body ...
 *     // APUS_DONE: that was all
 *
 * Strict where parsers differ: lines end with CRLF, every part has one
 * Content-Disposition with a name, and the last boundary must be there.
 *
 * MEMORY: bodies are slices of the input; names are copied only when they hold
 * escapes.  Nothing suspends. */
#ifndef APUS_MULTIPART_H
#define APUS_MULTIPART_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_MULTIPART_BOUNDARY_MAX = 70, /* characters, RFC 2046 5.1.1 */
    APUS_MULTIPART_PARTS_MAX = 1000,  /* of one form, unless parts_max says otherwise */
    APUS_MULTIPART_HEAD_MAX = 8192,   /* bytes of one part's headers */
};

/* Private but for parts_max. */
typedef struct apus_multipart {
    char delimiter[APUS_MULTIPART_BOUNDARY_MAX + 5]; /* CRLF, two hyphens, the boundary */
    size_t delimiter_len;
    apus_str rest;
    uint32_t n_parts;
    uint32_t parts_max; /* may be changed before the first part */
    bool ended;
} apus_multipart;

typedef struct apus_part {
    apus_str name;
    apus_str filename;     /* .ptr is NULL for a plain field */
    apus_str content_type; /* "" when not sent */
    apus_str body;
} apus_part;

/* Takes the boundary from a Content-Type and stands before the first part.  APUS_OK, or
 * APUS_SYNTAX when it is no multipart/form-data with a boundary, or the body does not
 * begin with it. */
apus_rc apus_multipart_begin(apus_multipart *m, apus_str content_type, apus_str body)
    APUS_NODISCARD;

/* The next part.  APUS_OK; APUS_DONE behind the last; APUS_SYNTAX, APUS_LIMIT or
 * APUS_NOMEM. */
apus_rc apus_multipart_next(apus_multipart *m, apus_arena *a, apus_part *out) APUS_NODISCARD;

/* The value of a parameter in a header such as `form-data; name="x"` or `text/plain;
 * charset=utf-8`; quoted values are unescaped into the arena.  APUS_OK, APUS_NOT_FOUND,
 * APUS_SYNTAX or APUS_NOMEM. */
apus_rc apus_header_param(apus_arena *a, apus_str header, apus_str name, apus_str *out)
    APUS_NODISCARD;

APUS_API_END

#endif
