#include "app/child.h"

#include <stddef.h>

#include "apus/fiber.h"
#include "app/log.h"
#include "app/service.h"
#include "app/stream.h"
#include "app/wait.h"

/* --- who runs --- */

static apus_req *find_fiber(apus_req *req, const apus_fiber *self)
{
    if (req->fiber == self)
        return req;
    for (apus__child *c = req->has_rare ? req->rare.children : NULL; c; c = c->next) {
        apus_req *found = find_fiber(&c->req, self);
        if (found)
            return found;
    }
    return NULL;
}

apus_req *apus__req_here(apus_req *req)
{
    const apus_fiber *self = apus_fiber_self();
    if (!self || req->fiber == self)
        return req;
    apus_req *found = find_fiber(apus__req_root(req), self);
    return found ? found : req;
}

/* --- the life of a child --- */

static void call(apus_req *req, void *arg)
{
    apus__child *c = arg;
    c->fn(req, c->arg);
}

static void forget(apus__child *c)
{
    apus__rare *rare = &c->req.parent->rare;
    apus__child **at = &rare->children;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->next = rare->idle_children;
    rare->idle_children = c;
    if (rare->joins)
        apus_fiber_wake(c->req.parent->fiber);
}

/* As the end of a request, without an answer. */
static void run(void *arg)
{
    apus__child *c = arg;
    apus_req *req = &c->req;
    req->fiber = apus_fiber_self();
    apus__req_guard(req, call, c);
    if (req->has_rare)
        apus__stream_settle(req);
    apus__wait_end(req);
    apus__later_finally(req);
    if (req->failure.status && !req->cut_short)
        apus__log(req, "a fiber of %s failed: %d %.*s", req->plan ? req->plan->route->name : "it",
                  req->failure.status, APUS_FMT(req->failure.detail));
    apus__wait_shield(req);
    apus__later_after(req);
    apus__later_defer(req);
    if (req->has_rare)
        apus__turn_finish(req);
    forget(c);
}

static void init(apus__child *c, apus_req *parent)
{
    apus_req *req = &c->req;
    memset(req, 0, offsetof(apus_req, problems));
    req->x = parent->x;
    req->service = parent->service;
    req->plan = parent->plan;
    req->values = parent->values;
    req->parent = parent;
    req->memory = &parent->x->arena;
    req->after_end = &req->after;
    req->answered = true; /* the answer is the parent's */
    apus_problems_init(&req->problems, &parent->x->arena);
    memcpy(req->id_line, parent->id_line, sizeof(req->id_line));
}

static apus__child *take(apus_req *parent)
{
    apus__rare *rare = apus__req_rare(parent);
    apus__child *c = rare->idle_children;
    unsigned n = 0;
    for (const apus__child *other = rare->children; other; other = other->next)
        n++;
    if (n >= APUS__CHILDREN_MAX) {
        apus__req_broken(parent, "apus_spawn: over %d fibers of one request", APUS__CHILDREN_MAX);
        return NULL;
    }
    if (c)
        rare->idle_children = c->next;
    else
        c = apus_arena_alloc(&parent->x->arena, sizeof(*c), _Alignof(apus__child));
    if (!c)
        apus__req_no_memory(parent);
    return c;
}

bool apus_spawn(apus_req *req, void (*fn)(apus_req *child, void *arg), void *arg)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_spawn on a pool thread");
        return false;
    }
    req = apus__req_here(req);
    apus__child *c = apus_failed(req) ? NULL : take(req);
    if (!c)
        return false;
    init(c, req);
    c->fn = fn;
    c->arg = arg;
    c->next = req->rare.children;
    req->rare.children = c;
    const char *label = req->plan ? req->plan->route->name : NULL;
    if (apus_fiber_spawn(req->service->loop, run, c, label, NULL) == APUS_OK)
        return true;
    forget(c);
    apus__req_no_memory(req);
    return false;
}

bool apus_join(apus_req *req)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_join on a pool thread");
        return false;
    }
    apus_rc rc = APUS_OK;
    while (!rc && req->has_rare && req->rare.children) {
        req->rare.joins = true;
        rc = apus_fiber_park(APUS_NEVER);
    }
    if (req->has_rare)
        req->rare.joins = false;
    return rc == APUS_OK;
}

void apus__children_end(apus_req *req)
{
    for (apus__child *c = req->rare.children; c; c = c->next)
        if (c->req.fiber)
            apus_fiber_cancel(c->req.fiber, APUS_CANCELLED);
    req->rare.joins = true;
    while (req->rare.children)
        apus_fiber_park_firmly();
    req->rare.joins = false;
}
