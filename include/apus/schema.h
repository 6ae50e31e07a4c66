/* apus/schema.h - does a value keep a JSON Schema (2020-12), read at run time?
 *
 * For what is not known when the program is compiled: answers checked against an OpenAPI
 * document, contracts of others.  Strict, as a schema is: nothing is coerced.
 *
 *     apus_schema s;
 *     rc = apus_schema_read(document, "/components/schemas/Order", &s, &err);
 *     rc = apus_schema_check(&s, arena, value, &err);    // err: "/quantity: ..."
 *
 * A keyword that is not understood and that could change the answer (unevaluatedItems,
 * $dynamicRef, a reference outside of the document) is refused when the schema is read.
 * Formats are annotations, as the standard has it, and are not checked.
 *
 * MEMORY: a schema points into the document.  Nothing suspends. */
#ifndef APUS_SCHEMA_H
#define APUS_SCHEMA_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/json.h"
#include "apus/rc.h"

APUS_API_BEGIN

enum { APUS_SCHEMA_DEPTH_MAX = 200 }; /* schemas within schemas while checking */

typedef struct apus_schema {
    const apus_json *document; /* what references are resolved in */
    const apus_json *root;     /* the schema itself */
} apus_schema;

/* The schema at a JSON pointer (RFC 6901) of the document; "" is the whole of it.
 * APUS_OK; APUS_NOT_FOUND, APUS_UNSUPPORTED or APUS_SYNTAX (not a schema), with err. */
apus_rc apus_schema_read(const apus_json *document, const char *pointer, apus_schema *out,
                         apus_err *err) APUS_NODISCARD;

/* APUS_OK; APUS_INVALID with err saying where and why; APUS_LIMIT when it is nested deeper
 * than APUS_SCHEMA_DEPTH_MAX; APUS_NOMEM.  The arena is for scratch. */
apus_rc apus_schema_check(const apus_schema *s, apus_arena *a, const apus_json *value,
                          apus_err *err) APUS_NODISCARD;

APUS_API_END

#endif
