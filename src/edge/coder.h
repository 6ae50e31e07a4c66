/* One content coding at work.  A coder is used for one answer after the other: what it needs
 * is taken when it is made. */
#ifndef APUS_EDGE_CODER_H
#define APUS_EDGE_CODER_H

#include "apus/buf.h"
#include "apus/filter.h"

typedef struct apus__coder apus__coder;

/* A coding; the first member of a coder. */
typedef struct apus__coding {
    const char *name; /* in Accept-Encoding and Content-Encoding */
    apus__coder *(*create)(int level);
    void (*destroy)(apus__coder *c);
    /* A new body; length is its bytes, or APUS_LENGTH_UNKNOWN.  APUS_OK or APUS_NOMEM. */
    apus_rc (*begin)(apus__coder *c, uint64_t length);
    /* As apus_filter's. */
    apus_rc (*push)(apus__coder *c, apus_str bytes, apus_filter_step step, apus_buf *out);
} apus__coding;

struct apus__coder {
    const apus__coding *coding;
    apus__coder *next; /* among those that wait for work */
};

extern const apus__coding apus__coding_gzip, apus__coding_brotli, apus__coding_zstd;

/* Room that is asked of the buffer at once. */
#define APUS__CODER_ROOM ((size_t)4096)

#endif
