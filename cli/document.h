/* cli/document.h - an OpenAPI document from a file, or from standard input. */
#ifndef APUS_CLI_DOCUMENT_H
#define APUS_CLI_DOCUMENT_H

#include "apus/arena.h"
#include "apus/json.h"
#include "command.h"

enum { DOCUMENT_MAX = 16 << 20 }; /* bytes of text */

/* NULL after a complaint that names file, line and column. */
const apus_json *document_read(apus_arena *arena, const char *path);

/* The same of a folder or of a source: what apusc documents.  Of options, the flags count. */
const apus_json *document_of(apus_arena *arena, const struct options *options, const char *path);

#endif
