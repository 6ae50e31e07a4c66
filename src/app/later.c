/* What a handler leaves for later: finally, after, defer.
 *
 * Registering takes a few bytes of the request's memory; when there are none, the
 * call is made at once (defer: the thing must not leak) or the request is aborted. */
#include "app/service.h"

static apus__later *new_later(apus_req *req, void *arg)
{
    apus__later *l = APUS_NEW(&req->x->arena, apus__later, 1);
    if (l)
        l->arg = arg;
    return l;
}

void apus_finally(apus_req *req, void (*fn)(apus_req *req, void *arg), void *arg)
{
    apus__later *l = new_later(req, arg);
    if (!l) {
        /* What it would have ended must still end, and see why. */
        apus__req_no_memory(req);
        fn(req, arg);
        apus_abort(req, 503, NULL, "out of memory");
    }
    l->with_req = fn;
    l->next = req->finally;
    req->finally = l;
}

void apus_after(apus_req *req, void (*fn)(apus_req *req, void *arg), void *arg)
{
    apus__later *l = new_later(req, arg);
    if (!l)
        apus_abort(req, 503, NULL, "out of memory");
    l->with_req = fn;
    *req->after_end = l;
    req->after_end = &l->next;
}

void apus_defer(apus_req *req, void (*fn)(void *arg), void *arg)
{
    apus__later *l = new_later(req, arg);
    if (!l) {
        fn(arg);
        apus_abort(req, 503, NULL, "out of memory");
    }
    l->plain = fn;
    l->next = req->defer;
    req->defer = l;
}

/* Takes them one by one, so that one that registers another is not missed. */
void apus__later_finally(apus_req *req)
{
    for (apus__later *l; (l = req->finally);) {
        req->finally = l->next;
        apus__req_guard(req, l->with_req, l->arg);
    }
}

void apus__later_after(apus_req *req)
{
    for (apus__later *l; (l = req->after);) {
        req->after = l->next;
        if (!req->after)
            req->after_end = &req->after;
        apus__req_guard(req, l->with_req, l->arg);
    }
}

void apus__later_defer(apus_req *req)
{
    for (apus__later *l; (l = req->defer);) {
        req->defer = l->next;
        l->plain(l->arg);
    }
}
