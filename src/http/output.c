#include "http/output.h"

#include <assert.h>

#include "apus/metric.h"

/* A block that carries answers begins with the piece that describes it. */
static apus__piece *piece_of(apus__block *b)
{
    return (apus__piece *)(void *)b->bytes;
}

static void queue(apus__output *o, apus__piece *p)
{
    p->next = NULL;
    if (o->last)
        o->last->next = p;
    else
        o->first = p;
    o->last = p;
}

char *apus__output_room(apus__output *o, apus__block_pool *pool, size_t n)
{
    apus__block *b = o->last ? o->last->block : NULL;
    if (!b || n > b->room - b->used) {
        if (n > SIZE_MAX - sizeof(apus__piece))
            return NULL;
        b = apus__block_take(pool, sizeof(apus__piece) + n);
        if (!b)
            return NULL;
        b->used = sizeof(apus__piece);
        apus__piece *p = piece_of(b);
        *p = (apus__piece){ .ptr = b->bytes + b->used, .block = b };
        queue(o, p);
    }
    return b->bytes + b->used;
}

void apus__output_lend(apus__output *o, apus__piece *p)
{
    assert(p->len > 0 && p->released);
    p->block = NULL;
    o->queued += p->len;
    queue(o, p);
}

static void drop_first(apus__output *o, apus__block_pool *pool)
{
    apus__piece *p = o->first;
    o->first = p->next;
    if (!o->first)
        o->last = NULL;
    if (p->block)
        apus__block_drop(pool, p->block);
    else
        p->released(p);
}

static void advance(apus__output *o, apus__block_pool *pool, size_t sent)
{
    o->sent += sent;
    apus_metric_count(APUS_METRIC_bytes_out, (int64_t)sent);
    while (o->first && sent >= o->first->len) {
        sent -= o->first->len;
        drop_first(o, pool);
    }
    if (o->first) {
        o->first->ptr += sent;
        o->first->len -= sent;
    }
}

apus_rc apus__output_send(apus__output *o, apus__block_pool *pool, apus_stream *stream)
{
    while (o->first) {
        struct iovec iov[APUS_STREAM_PIECES_MAX];
        int n = 0;
        size_t all = 0, sent = 0;
        for (apus__piece *p = o->first; p && n < APUS_STREAM_PIECES_MAX; p = p->next, n++) {
            /* writev does not write there, whatever its type says. */
            iov[n] = (struct iovec){ .iov_base = (void *)(uintptr_t)p->ptr, .iov_len = p->len };
            all += p->len;
        }
        apus_rc rc = apus_stream_writev(stream, iov, n, &sent);
        if (rc)
            return rc;
        advance(o, pool, sent);
        if (sent < all)
            return APUS_MORE; /* the kernel is full; it says when it is not */
    }
    return APUS_OK;
}

void apus__output_drop(apus__output *o, apus__block_pool *pool)
{
    while (o->first)
        drop_first(o, pool);
    o->queued = o->sent;
}
