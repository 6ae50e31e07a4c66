/* apus/json_pointer.h - places within JSON values (RFC 6901).
 *
 * Nothing here suspends the fiber or keeps memory. */
#ifndef APUS_JSON_POINTER_H
#define APUS_JSON_POINTER_H

#include "apus/api.h"
#include "apus/buf.h"
#include "apus/json.h"

APUS_API_BEGIN

enum { APUS_JSON_REFERENCES_MAX = 32 }; /* that lead from one to the next */

/* The value at a pointer such as "/paths/~1items/get"; "" is the whole document.  NULL where
 * there is none, or the text is no pointer. */
const apus_json *apus_json_pointer(const apus_json *document, apus_str pointer);

/* The same of a reference within the document, "#/paths/~1items": a URL's fragment, whose
 * percent-encoding is undone first.  NULL also for references to elsewhere. */
const apus_json *apus_json_reference(const apus_json *document, apus_str reference);

/* What an object with a text "$ref" stands for, across APUS_JSON_REFERENCES_MAX of them; itself
 * when it has none.  NULL where one leads nowhere, or they never end. */
const apus_json *apus_json_resolve(const apus_json *document, const apus_json *value);

/* Appends "/name" to a pointer, escaped. */
void apus_json_pointer_add(apus_buf *to, apus_str name);

APUS_API_END

#endif
