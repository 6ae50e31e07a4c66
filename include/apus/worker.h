/* apus/worker.h - what a worker makes once, and keeps.
 *
 * A dependency whose first parameter is apus_worker * runs once, before the first
 * request; handlers and other dependencies take what it made like any other result:
 *
 *     pool *open_pool(apus_worker *w, const settings *s Depends(read_settings))
 *     {
 *         pool *p = pool_open(s->url.ptr);
 *         if (!p)
 *             return apus_worker_fail(w, "cannot reach the database at %s", s->host.ptr);
 *         apus_worker_defer(w, pool_close, p);
 *         return p;
 *     }
 *
 *     Get("/items")
 *     item_list *list_items(apus_req *req, pool *p Depends(open_pool))
 *
 * It takes other dependencies of a worker and constants, nothing of a request.  One
 * without a value stands in `depends = [...]` of an app, a router or a route.
 *
 * MEMORY: what it makes lives until the worker ends; then the deferred calls run.
 * FIBERS: it runs in a fiber and may suspend; nothing else runs meanwhile, so that it
 * may as well block. */
#ifndef APUS_WORKER_H
#define APUS_WORKER_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/route.h"

APUS_API_BEGIN

/* The service does not start, and says NAME: the text, where NAME is the dependency's.
 * The first failure counts.  Has the value NULL. */
void *apus_worker_fail(apus_worker *w, const char *fmt, ...) APUS_PRINTF(2, 3);
bool apus_worker_failed(const apus_worker *w);

/* A zeroed T that lives as long as the worker; NULL with the worker failed when memory
 * is out. */
#define apus_worker_new(w, T) ((T *)apus__worker_new((w), sizeof(T), _Alignof(T)))
void *apus__worker_new(apus_worker *w, size_t size, size_t align);

/* For functions that take an arena; not reset before the worker ends. */
apus_arena *apus_worker_arena(apus_worker *w);

/* fn(arg) when the worker ends, newest first; no request is running then.  May suspend.
 * Called at once, and the worker failed, when memory is out. */
void apus_worker_defer(apus_worker *w, void (*fn)(void *arg), void *arg);

APUS_API_END

#endif
