/* What is known of which members were sent, object by object. */
#ifndef APUS_APP_SENT_H
#define APUS_APP_SENT_H

#include "app/request.h"

/* Of one object; those noted later stand in front. */
struct apus__sent {
    struct apus__sent *next;
    const apus_model *model;
    const char *object;
    uint64_t bits[]; /* one per field */
};

static inline bool apus__is_sent(const struct apus__sent *s, uint32_t field)
{
    return s->bits[field / 64] >> (field % 64) & 1;
}

/* Notes which members of an object were; false: no memory, and the request fails. */
bool apus__sent_note(apus_req *req, const apus_model *m, const void *object, const uint64_t *bits);

/* Drops from *v, which is *value as JSON, what was not sent of the objects of which something
 * is noted.  false: no memory. */
bool apus__unset_drop(apus_req *req, const apus_type *type, const void *value, apus_json *v);

/* Writes a value without that; results as apus_encode_json. */
apus_rc apus__encode_set(apus_req *req, const apus_type *type, const void *value, apus_buf *to);

#endif
