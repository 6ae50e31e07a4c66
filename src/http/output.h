/* What a connection has still to send: pieces in a row.
 *
 * Answers up to a block are put together in pooled blocks, so that everything a
 * turn of the loop answers leaves with one writev; larger bodies are lent by
 * their exchange, which learns through `released` when they are needed no more. */
#ifndef APUS_HTTP_OUTPUT_H
#define APUS_HTTP_OUTPUT_H

#include "apus/stream.h"
#include "http/block.h"

typedef struct apus__piece {
    struct apus__piece *next;
    const char *ptr;    /* the next byte to send */
    size_t len;         /* and how many are left */
    apus__block *block; /* the block that the bytes stand in; NULL: they are lent, and */
    void (*released)(struct apus__piece *p); /* is called when they are sent or dropped */
} apus__piece;

typedef struct apus__output {
    apus__piece *first, *last;
    uint64_t queued; /* bytes, since the connection began ... */
    uint64_t sent;   /* ... and how many of them have left; sent <= queued */
} apus__output;

static inline bool apus__output_is_empty(const apus__output *o)
{
    return !o->first;
}

/* Room for n bytes behind the last; NULL without memory.  To be filled at once and
 * counted with apus__output_grew, by at least a byte and at most n. */
char *apus__output_room(apus__output *o, apus__block_pool *pool, size_t n);

static inline void apus__output_grew(apus__output *o, size_t n)
{
    o->last->block->used += (uint32_t)n;
    o->last->len += n;
    o->queued += n;
}

/* Queues p->ptr, p->len, which must not be empty, and p->released. */
void apus__output_lend(apus__output *o, apus__piece *p);

/* Sends what the stream takes.  APUS_OK when all has left, APUS_MORE when not,
 * APUS_IO when the peer is gone. */
apus_rc apus__output_send(apus__output *o, apus__block_pool *pool, apus_stream *stream);

/* Forgets what has not been sent. */
void apus__output_drop(apus__output *o, apus__block_pool *pool);

#endif
