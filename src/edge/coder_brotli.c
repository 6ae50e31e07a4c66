/* Brotli (RFC 7932).
 *
 * Its encoder is made anew for each body and cannot be reset, so its memory is kept for the
 * next one: the same settings ask for the same sizes.  And where memory is refused it ends the
 * process; so the allocator does not return then, but jumps back to who called the encoder,
 * which holds nothing but memory and is simply forgotten. */
#include <brotli/encode.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>

#include "edge/coder.h"

enum {
    WINDOW_BITS = 18,       /* 256 KiB */
    BLOCKS_MAX = 64,        /* in use and kept; what is given back beyond that is freed */
    SIZE_HINT_MAX = 1 << 20 /* what it is told of a body that is longer */
};

/* In front of what the encoder was given. */
typedef union block {
    struct {
        size_t size;
        union block *next;
        bool in_use;
    } of;
    max_align_t align;
} block;

struct brotli {
    apus__coder coder; /* first */
    BrotliEncoderState *encoder;
    uint32_t quality;
    block *blocks;
    unsigned n_blocks;
    jmp_buf refused;
};

/* The smallest free one that is large enough, and not more than twice as large. */
static block *best_fit(const struct brotli *b, size_t size)
{
    block *best = NULL;
    for (block *one = b->blocks; one; one = one->of.next) {
        size_t has = one->of.size;
        if (!one->of.in_use && has >= size && has / 2 <= size && (!best || has < best->of.size))
            best = one;
    }
    return best;
}

static void *take(void *ctx, size_t size)
{
    struct brotli *b = ctx;
    block *one = best_fit(b, size);
    if (!one) {
        one = size < SIZE_MAX - sizeof(*one) ? malloc(sizeof(*one) + size) : NULL;
        if (!one)
            longjmp(b->refused, 1);
        one->of.size = size;
        one->of.next = b->blocks;
        b->blocks = one;
        b->n_blocks++;
    }
    one->of.in_use = true;
    return one + 1;
}

static void drop(struct brotli *b, block *one)
{
    block **at = &b->blocks;
    while (*at != one)
        at = &(*at)->of.next;
    *at = one->of.next;
    b->n_blocks--;
    free(one);
}

static void give(void *ctx, void *ptr)
{
    struct brotli *b = ctx;
    block *one = ptr ? (block *)ptr - 1 : NULL;
    if (!one)
        return;
    one->of.in_use = false;
    if (b->n_blocks > BLOCKS_MAX)
        drop(b, one);
}

static void end(struct brotli *b)
{
    if (b->encoder)
        BrotliEncoderDestroyInstance(b->encoder);
    b->encoder = NULL;
}

/* After a jump: the encoder is in no state to be ended. */
static void forget(struct brotli *b)
{
    b->encoder = NULL;
    for (block *one = b->blocks; one; one = one->of.next)
        one->of.in_use = false;
}

static apus__coder *create(int level)
{
    struct brotli *b = calloc(1, sizeof(*b));
    if (!b)
        return NULL;
    b->coder.coding = &apus__coding_brotli;
    b->quality = (uint32_t)level;
    return &b->coder;
}

static void destroy(apus__coder *c)
{
    struct brotli *b = (struct brotli *)c;
    end(b);
    while (b->blocks)
        drop(b, b->blocks);
    free(b);
}

static apus_rc begin(apus__coder *c, uint64_t length)
{
    struct brotli *b = (struct brotli *)c;
    end(b);
    if (_setjmp(b->refused)) {
        forget(b);
        return APUS_NOMEM;
    }
    b->encoder = BrotliEncoderCreateInstance(take, give, b);
    if (!b->encoder)
        return APUS_NOMEM;
    BrotliEncoderSetParameter(b->encoder, BROTLI_PARAM_QUALITY, b->quality);
    BrotliEncoderSetParameter(b->encoder, BROTLI_PARAM_LGWIN, WINDOW_BITS);
    if (length != APUS_LENGTH_UNKNOWN)
        BrotliEncoderSetParameter(b->encoder, BROTLI_PARAM_SIZE_HINT,
                                  length < SIZE_HINT_MAX ? (uint32_t)length : SIZE_HINT_MAX);
    return APUS_OK;
}

static apus_rc encode(struct brotli *b, apus_str bytes, BrotliEncoderOperation operation,
                      apus_buf *out)
{
    const uint8_t *from = (const uint8_t *)bytes.ptr;
    size_t left = bytes.len;
    do {
        uint8_t *to = (uint8_t *)apus_buf_room(out, APUS__CODER_ROOM);
        size_t room = APUS__CODER_ROOM;
        if (!to ||
            !BrotliEncoderCompressStream(b->encoder, operation, &left, &from, &room, &to, NULL))
            return APUS_NOMEM;
        apus_buf_grew(out, APUS__CODER_ROOM - room);
    } while (left || BrotliEncoderHasMoreOutput(b->encoder));
    return APUS_OK;
}

static apus_rc push(apus__coder *c, apus_str bytes, apus_filter_step step, apus_buf *out)
{
    static const BrotliEncoderOperation operations[] = {
        [APUS_FILTER_more] = BROTLI_OPERATION_PROCESS,
        [APUS_FILTER_flush] = BROTLI_OPERATION_FLUSH,
        [APUS_FILTER_end] = BROTLI_OPERATION_FINISH,
    };
    struct brotli *b = (struct brotli *)c;
    if (!b->encoder)
        return APUS_NOMEM;
    if (_setjmp(b->refused)) {
        forget(b);
        return APUS_NOMEM;
    }
    apus_rc rc = encode(b, bytes, operations[step], out);
    if (step == APUS_FILTER_end)
        end(b);
    return rc;
}

const apus__coding apus__coding_brotli = { "br", create, destroy, begin, push };
