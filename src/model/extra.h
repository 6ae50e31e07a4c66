/* src/model/extra.h - members that a model does not have and keeps (`extra = keep`). */
#ifndef APUS_MODEL_EXTRA_H
#define APUS_MODEL_EXTRA_H

#include "model/decoder.h"
#include "model/distinct.h"

/* Zeroed for each object; kept->n says how many there are. */
struct apus__extras {
    apus_json *kept;
    struct apus__distinct names;
    apus_json **members; /* the same, by position */
    size_t cap;
};

/* Reads the value behind key and keeps it; of a key that comes twice the last value
 * counts, unless the limits refuse it. */
apus_rc apus__extra_keep(struct apus__decoding *c, struct apus__extras *x, apus_str key);

#endif
