/* apus/encode.h - from a C value straight to JSON text, by its tables.
 *
 * MEMORY: text is appended to the caller's buffer; nothing else is kept.
 * FIBERS: nothing suspends. */
#ifndef APUS_ENCODE_H
#define APUS_ENCODE_H

#include "apus/api.h"
#include "apus/buf.h"
#include "apus/model.h"
#include "apus/rc.h"

APUS_API_BEGIN

typedef enum apus_omit {
    APUS_OMIT_nothing,
    APUS_OMIT_null,    /* members that are NULL */
    APUS_OMIT_default, /* members equal to their default, or NULL where that is it */
    APUS_OMIT_unset,   /* of routes alone: members that nobody set; here as APUS_OMIT_nothing */
} apus_omit;

/* Appends *value as compact JSON.  Text that is not UTF-8 is a mistake of the
 * program: APUS_INVALID (the answer must not be sent), as is a double that is
 * not finite unless its rules allow it (then null is written), an enum value
 * without a name, a date that is none, and whatever breaks the rules of its member (of patterns,
 * those that apus_model_prepare has prepared).  What was written until then stays, and behind it
 * the first bytes of what was refused.  A failed buffer gives its own rc. */
apus_rc apus_encode_json(apus_buf *to, const apus_type *type, const void *value, apus_omit omit)
    APUS_NODISCARD;

/* A model by its table. */
apus_rc apus_encode_model(apus_buf *to, const apus_model *m, const void *object, apus_omit omit)
    APUS_NODISCARD;

APUS_API_END

#endif
