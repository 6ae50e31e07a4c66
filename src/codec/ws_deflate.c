/* One zlib stream each way, reset for every message: nothing of a message is remembered
 * for the next, so that they can be shared. */
#include "codec/ws_deflate.h"

#include <zlib.h>

enum {
    WINDOW_BITS = 15,
    MEM_LEVEL = 8,
    STEP = 4096,             /* bytes of room for each call of inflate */
    PACKED_KEPT_MAX = 65536, /* of the buffer, from message to message */
    TAIL_LEN = 4,            /* what a sender takes off the end (section 7.2.1) */
    INPUT_MAX = 1 << 30,     /* zlib counts in unsigned ints */
};

static const uint8_t tail[TAIL_LEN] = { 0x00, 0x00, 0xff, 0xff };

struct apus_ws_deflate {
    apus_alloc alloc;
    z_stream out, in;
    apus_buf packed;
};

/* zlib does not say how much it frees: each block begins with its size. */
typedef union block {
    size_t size;
    max_align_t align;
} block;

static void *take(void *ctx, uInt n, uInt size)
{
    const apus_alloc *a = ctx;
    size_t total = sizeof(block) + (size_t)n * size;
    block *b = a->resize(a->ctx, NULL, 0, total);
    if (!b)
        return NULL;
    b->size = total;
    return b + 1;
}

static void give(void *ctx, void *ptr)
{
    const apus_alloc *a = ctx;
    block *b = (block *)ptr - 1;
    a->resize(a->ctx, b, b->size, 0);
}

apus_rc apus_ws_deflate_create(const apus_alloc *alloc, apus_ws_deflate **out)
{
    apus_ws_deflate *d = alloc->resize(alloc->ctx, NULL, 0, sizeof(*d));
    if (!d)
        return APUS_NOMEM;
    *d = (apus_ws_deflate){ .alloc = *alloc, .packed = apus_buf_with(alloc) };
    d->out = d->in = (z_stream){ .zalloc = take, .zfree = give, .opaque = &d->alloc };
    if (deflateInit2(&d->out, Z_BEST_SPEED, Z_DEFLATED, -WINDOW_BITS, MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        goto fail;
    if (inflateInit2(&d->in, -WINDOW_BITS) != Z_OK)
        goto fail_out;
    *out = d;
    return APUS_OK;

fail_out:
    deflateEnd(&d->out);
fail:
    alloc->resize(alloc->ctx, d, sizeof(*d), 0);
    return APUS_NOMEM;
}

void apus_ws_deflate_destroy(apus_ws_deflate *d)
{
    if (!d)
        return;
    apus_alloc alloc = d->alloc;
    deflateEnd(&d->out);
    inflateEnd(&d->in);
    apus_buf_finish(&d->packed);
    alloc.resize(alloc.ctx, d, sizeof(*d), 0);
}

/* --- inflating --- */

/* Room for at most STEP bytes, but for one more than is allowed, which tells. */
static size_t room_for(const apus_buf *to, size_t max)
{
    size_t left = max - to->len + 1;
    return left < STEP ? left : STEP;
}

static apus_rc inflate_part(z_stream *z, const void *bytes, size_t len, size_t max, apus_buf *to)
{
    z->next_in = (Bytef *)(uintptr_t)bytes;
    z->avail_in = (uInt)len;
    for (;;) {
        size_t room = room_for(to, max);
        char *at = apus_buf_room(to, room);
        if (!at)
            return APUS_NOMEM;
        z->next_out = (Bytef *)at;
        z->avail_out = (uInt)room;
        int rc = inflate(z, Z_SYNC_FLUSH);
        apus_buf_grew(to, room - z->avail_out);
        if (to->len > max)
            return APUS_LIMIT;
        if (rc == Z_MEM_ERROR)
            return APUS_NOMEM;
        if (rc == Z_STREAM_END && inflateReset(z) != Z_OK) /* what follows begins anew */
            return APUS_SYNTAX;
        if (rc == Z_STREAM_END && z->avail_in)
            continue;
        if (rc == Z_STREAM_END)
            return APUS_OK;
        if (rc != Z_OK && rc != Z_BUF_ERROR)
            return APUS_SYNTAX;
        if (z->avail_out) /* all that there was has come out */
            return z->avail_in ? APUS_SYNTAX : APUS_OK;
    }
}

apus_rc apus__ws_inflate(apus_ws_deflate *d, apus_str packed, size_t max, apus_buf *to)
{
    if (packed.len > INPUT_MAX || inflateReset(&d->in) != Z_OK)
        return APUS_LIMIT;
    apus_rc rc = inflate_part(&d->in, packed.ptr, packed.len, max, to);
    return rc ? rc : inflate_part(&d->in, tail, sizeof(tail), max, to);
}

/* --- deflating --- */

bool apus__ws_deflate(apus_ws_deflate *d, apus_str message, apus_str *packed)
{
    z_stream *z = &d->out;
    apus_buf *b = &d->packed;
    if (b->cap > PACKED_KEPT_MAX)
        apus_buf_finish(b);
    apus_buf_clear(b);
    /* what is not shorter than the message is of no use: that is all the room there is */
    char *to = message.len > INPUT_MAX ? NULL : apus_buf_room(b, message.len);
    if (!to || deflateReset(z) != Z_OK)
        return false;
    z->next_in = (Bytef *)(uintptr_t)message.ptr;
    z->avail_in = (uInt)message.len;
    z->next_out = (Bytef *)to;
    z->avail_out = (uInt)message.len;
    if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in || !z->avail_out)
        return false;
    *packed = (apus_str){ to, message.len - z->avail_out };
    if (packed->len < TAIL_LEN || memcmp(to + packed->len - TAIL_LEN, tail, TAIL_LEN) != 0)
        return false;
    packed->len -= TAIL_LEN;
    return true;
}
