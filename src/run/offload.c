#include <stddef.h>

#include "apus/fiber.h"
#include "run/loop.h"

enum {
    THREADS = 4,      /* that work at once */
    QUEUE_MAX = 1024, /* pieces that wait for one of them */
};

struct offload {
    apus_work work; /* first: its address is ours */
    void *(*fn)(void *arg);
    void *arg, *result;
    apus_fiber *fiber;
    const char *label; /* the fiber's */
};

static void run(apus_work *w)
{
    struct offload *o = (struct offload *)w;
    apus__fiber_lend_label(o->label);
    o->result = o->fn(o->arg);
    apus__fiber_lend_label(NULL);
}

static void done(apus_work *w)
{
    apus_fiber_wake(((struct offload *)w)->fiber);
}

apus_rc apus_offload_run(void *(*fn)(void *arg), void *arg, void **result)
{
    apus_fiber *f = apus_fiber_self();
    apus_loop *l = apus_fiber_loop(f);
    if (!l->pool) {
        apus_rc rc = apus_pool_create(l->reactor, THREADS, QUEUE_MAX, &l->pool);
        if (rc)
            return rc;
    }
    struct offload o = { .work = { .run = run, .done = done },
                         .fn = fn,
                         .arg = arg,
                         .fiber = f,
                         .label = apus__fiber_label(f) };
    apus_rc rc = apus_pool_add(l->pool, &o.work);
    if (rc)
        return rc;
    apus_fiber_park_firmly();
    *result = o.result;
    return apus_fiber_cancelled(f);
}
