/* compiler/emit.h - from the contract to C and to OpenAPI.
 *
 * What comes out depends on the contract alone: the same input gives the same
 * bytes.  Generated C uses public headers only and reads as if a person had
 * written it. */
#ifndef APUSC_EMIT_H
#define APUSC_EMIT_H

#include "apus/buf.h"
#include "apus/json.h"
#include "compiler/contract.h"

/* The wrapper of one source: it includes the source and is compiled in its
 * place; tables of the models, dependencies, routers and apps that stand there.
 * false when memory is out. */
bool emit_source(const contract *c, const ct_source *source, apus_buf *to);

/* The file that belongs to the program: OpenAPI documents, tests, main. */
bool emit_app(const contract *c, apus_buf *to);

/* The OpenAPI 3.1.0 document of one app, as JSON text. */
bool emit_openapi(const contract *c, const ct_app *app, apus_buf *to);

/* The same as a value in arena; NULL when memory is out. */
apus_json *openapi_document(const contract *c, const ct_app *app, apus_arena *arena);

#endif
