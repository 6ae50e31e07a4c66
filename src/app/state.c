/* What State() declares: a list of values, as long as the request has asked for different ones. */
#include "apus/state.h"

#include "app/request.h"

struct apus__kept_state {
    struct apus__kept_state *next;
    const apus_state *of;
    void *value;
};

void *apus__state(apus_req *req, const apus_state *of)
{
    apus_req *root = apus__req_root(req);
    apus__rare *rare = apus__req_rare(root);
    for (struct apus__kept_state *s = rare->states; s; s = s->next) {
        if (s->of == of)
            return s->value;
    }
    /* not from req->memory, which a stream rewinds at each message */
    apus_arena *a = &root->x->arena;
    struct apus__kept_state *s = APUS_NEW(a, struct apus__kept_state, 1);
    void *value = s ? apus__arena_array(a, 1, of->size, of->align) : NULL;
    if (!value)
        apus_abort(req, 503, NULL, "out of memory");
    *s = (struct apus__kept_state){ .next = rare->states, .of = of, .value = value };
    rare->states = s;
    return value;
}
