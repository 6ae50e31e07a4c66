/* gzip (RFC 1952), by zlib. */
#include <stdlib.h>
#include <zlib.h>

#include "edge/coder.h"

enum {
    WINDOW_BITS = 15 + 16, /* 32 KiB; zlib's way to ask for a gzip header */
    MEMORY_LEVEL = 8,      /* 128 KiB for its tables */
};

struct gzip {
    apus__coder coder; /* first */
    z_stream z;
};

static apus__coder *create(int level)
{
    struct gzip *g = calloc(1, sizeof(*g));
    if (!g)
        return NULL;
    g->coder.coding = &apus__coding_gzip;
    if (deflateInit2(&g->z, level, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY)) {
        free(g);
        return NULL;
    }
    return &g->coder;
}

static void destroy(apus__coder *c)
{
    struct gzip *g = (struct gzip *)c;
    deflateEnd(&g->z);
    free(g);
}

static apus_rc begin(apus__coder *c, uint64_t length)
{
    (void)length;
    return deflateReset(&((struct gzip *)c)->z) == Z_OK ? APUS_OK : APUS_NOMEM;
}

static apus_rc push(apus__coder *c, apus_str bytes, apus_filter_step step, apus_buf *out)
{
    static const int flushes[] = { [APUS_FILTER_more] = Z_NO_FLUSH,
                                   [APUS_FILTER_flush] = Z_SYNC_FLUSH,
                                   [APUS_FILTER_end] = Z_FINISH };
    z_stream *z = &((struct gzip *)c)->z;
    z->next_in = (Bytef *)(uintptr_t)bytes.ptr;
    z->avail_in = (uInt)bytes.len;
    do {
        char *to = apus_buf_room(out, APUS__CODER_ROOM);
        if (!to)
            return APUS_NOMEM;
        z->next_out = (Bytef *)to;
        z->avail_out = (uInt)APUS__CODER_ROOM;
        if (deflate(z, flushes[step]) == Z_STREAM_ERROR)
            return APUS_INVALID;
        apus_buf_grew(out, APUS__CODER_ROOM - z->avail_out);
    } while (z->avail_out == 0);
    return APUS_OK;
}

const apus__coding apus__coding_gzip = { "gzip", create, destroy, begin, push };
