/* zstd (RFC 8878). */
#include <stdlib.h>
#include <zstd.h>

#include "edge/coder.h"

enum { WINDOW_LOG = 17 }; /* 128 KiB: what a coder takes grows with it */

struct zstd {
    apus__coder coder; /* first */
    ZSTD_CCtx *context;
};

static apus__coder *create(int level)
{
    struct zstd *z = calloc(1, sizeof(*z));
    if (!z)
        return NULL;
    z->coder.coding = &apus__coding_zstd;
    z->context = ZSTD_createCCtx();
    if (!z->context ||
        ZSTD_isError(ZSTD_CCtx_setParameter(z->context, ZSTD_c_compressionLevel, level)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(z->context, ZSTD_c_windowLog, WINDOW_LOG))) {
        ZSTD_freeCCtx(z->context);
        free(z);
        return NULL;
    }
    return &z->coder;
}

static void destroy(apus__coder *c)
{
    ZSTD_freeCCtx(((struct zstd *)c)->context);
    free(c);
}

static apus_rc begin(apus__coder *c, uint64_t length)
{
    ZSTD_CCtx *context = ((struct zstd *)c)->context;
    if (ZSTD_isError(ZSTD_CCtx_reset(context, ZSTD_reset_session_only)))
        return APUS_NOMEM;
    unsigned long long size =
        length == APUS_LENGTH_UNKNOWN ? ZSTD_CONTENTSIZE_UNKNOWN : (unsigned long long)length;
    return ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, size)) ? APUS_NOMEM : APUS_OK;
}

static apus_rc push(apus__coder *c, apus_str bytes, apus_filter_step step, apus_buf *out)
{
    static const ZSTD_EndDirective ends[] = { [APUS_FILTER_more] = ZSTD_e_continue,
                                              [APUS_FILTER_flush] = ZSTD_e_flush,
                                              [APUS_FILTER_end] = ZSTD_e_end };
    ZSTD_inBuffer in = { bytes.ptr, bytes.len, 0 };
    size_t left;
    do {
        ZSTD_outBuffer to = { apus_buf_room(out, APUS__CODER_ROOM), APUS__CODER_ROOM, 0 };
        if (!to.dst)
            return APUS_NOMEM;
        left = ZSTD_compressStream2(((struct zstd *)c)->context, &to, &in, ends[step]);
        if (ZSTD_isError(left))
            return APUS_NOMEM;
        apus_buf_grew(out, to.pos);
    } while (step == APUS_FILTER_more ? in.pos < in.size : left != 0);
    return APUS_OK;
}

const apus__coding apus__coding_zstd = { "zstd", create, destroy, begin, push };
