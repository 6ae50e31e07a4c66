/* A body that is kept until it is whole: in the exchange's arena, or above body_memory in a file
 * that goes with it. */
#include "apus/spool.h"
#include "http/connection.h"

enum {
    CHUNKED_FIRST = 4096,  /* room for a body that does not tell its size ... */
    COUNTED_FIRST = 65536, /* ... and, at most, for one that only promises it */
};

static void close_spool(void *spool)
{
    apus_spool_close(spool);
}

static char *spool_room(apus_arena *a, apus__body *b, size_t room)
{
    if (b->spool)
        return apus_spool_grow(b->spool, room) ? NULL : b->spool->ptr;
    apus_spool *s = APUS_NEW(a, apus_spool, 1);
    if (!s || apus_spool_open(s, room))
        return NULL;
    if (apus_arena_defer(a, close_spool, s)) {
        apus_spool_close(s);
        return NULL;
    }
    memcpy(s->ptr, b->ptr, b->len);
    b->spool = s;
    return s->ptr;
}

apus_rc apus__body_room(apus__body *b, apus__exchange *x, size_t more)
{
    size_t need = b->len + more;
    if (need <= b->room)
        return APUS_OK;
    size_t room = b->room ? b->room * 2 : b->chunked ? CHUNKED_FIRST : COUNTED_FIRST;
    if (!b->chunked && room > b->len + b->left)
        room = b->len + (size_t)b->left;
    if (room < need)
        room = need;
    apus_arena *a = &x->pub.arena;
    char *ptr = room > x->c->server->limits.body_memory && b->ptr
                    ? spool_room(a, b, room)
                    : apus_arena_grow(a, b->ptr, b->room, room, 1);
    if (!ptr)
        return APUS_NOMEM;
    b->ptr = ptr;
    b->room = room;
    return APUS_OK;
}

apus_rc apus__body_add(apus__body *b, apus__exchange *x, apus_str bytes)
{
    if (apus__body_room(b, x, bytes.len))
        return APUS_NOMEM;
    if (bytes.len)
        memcpy(b->ptr + b->len, bytes.ptr, bytes.len);
    b->len += bytes.len;
    b->left -= bytes.len < b->left ? bytes.len : b->left;
    return APUS_OK;
}

void apus__body_end(apus__body *b, apus__exchange *x)
{
    x->pub.request.body = (apus_str){ b->len ? b->ptr : "", b->len };
}
