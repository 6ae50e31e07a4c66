#include "app/turn.h"

#include "apus/copy.h"

#define TURN_MEMORY_MAX ((size_t)64 << 20) /* bytes of one message and what is made of it */

void apus__turn_begin(apus_req *req)
{
    apus__rare *rare = apus__req_rare(req);
    if (rare->has_turn)
        apus_arena_reset(&rare->turn);
    else
        apus_arena_init(&rare->turn, &apus_alloc_libc, TURN_MEMORY_MAX);
    rare->has_turn = true;
    req->memory = &rare->turn;
}

void apus__turn_leave(apus_req *req)
{
    req->memory = &req->x->arena;
}

void apus__turn_finish(apus_req *req)
{
    if (!req->rare.has_turn)
        return;
    req->rare.has_turn = false;
    req->memory = &req->x->arena;
    apus_arena_finish(&req->rare.turn);
}

void *apus__keep(apus_req *req, const apus_model *m, const void *object)
{
    void *copy = apus_model_copy(&req->x->arena, m, object);
    if (!copy)
        apus_abort(req, 503, NULL, "out of memory");
    return copy;
}
