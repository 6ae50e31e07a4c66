#include "run/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "apus/clock.h"

enum {
    REST_MIN = 50000,      /* ns; a look at events that are there takes less */
    REST_SURE = 100000000, /* ns; others do not keep a process from its processor for so long */
};

static void read_clock(apus_loop *l)
{
    l->now = apus_clock_now();
    __atomic_store_n(l->busy_since, l->now, __ATOMIC_RELAXED);
}

static void rest(apus_loop *l)
{
    l->rested += l->slept;
    l->idle_at = l->now;
    l->slept = 0;
}

/* What events do is timed from when they came, not from before the wait for them.
 *
 * A look at events that are there may take long as well: where others wanted the processor.
 * Then much is found; whoever has waited for something to do is woken by the first. */
static void wake(void *ctx)
{
    apus_loop *l = ctx;
    if (l->slept && l->n_spawned <= 1)
        rest(l);
    read_clock(l);
    if (l->slept_at == APUS_NEVER)
        return; /* it has been looked at in this turn */
    l->slept = l->now - l->slept_at > REST_MIN ? l->now - l->slept_at : 0;
    l->n_spawned = 0;
    l->slept_at = APUS_NEVER;
    if (l->slept > REST_SURE)
        rest(l);
}

apus_rc apus_loop_create(apus_loop **out, apus_err *err)
{
    apus_loop *l = calloc(1, sizeof(*l));
    if (!l)
        return apus_err_set(err, APUS_NOMEM, "no memory for a loop");
    apus_rc rc = apus_reactor_create(&l->reactor, err);
    if (rc) {
        free(l);
        return rc;
    }
    l->busy_since = &l->unseen;
    l->ready_last = &l->ready;
    l->hooks_last = &l->hooks;
    l->now = l->idle_at = apus_clock_now();
    apus_reactor_on_wake(l->reactor, wake, l);
    *out = l;
    return APUS_OK;
}

void apus_loop_destroy(apus_loop *l)
{
    if (!l)
        return;
    assert(l->n_alive == 0);
    apus_pool_destroy(l->pool);
    apus__fibers_release(l);
    apus_reactor_destroy(l->reactor);
    free(l);
}

static void run_hooks(apus_loop *l)
{
    while (l->hooks) {
        apus_hook *h = l->hooks;
        l->hooks = h->next;
        if (!l->hooks)
            l->hooks_last = &l->hooks;
        h->queued = 0;
        h->fn(h->ctx);
    }
}

/* Hooks may wake fibers and fibers may ask for hooks; the turn ends when neither
 * is left.  Whether there was anything to do. */
static bool settle(apus_loop *l)
{
    bool any = l->ready || l->hooks;
    do {
        apus__fibers_run(l);
        run_hooks(l);
    } while (l->ready);
    return any;
}

void apus_loop_turn(apus_loop *l, int64_t wait_ns)
{
    /* what was asked for between turns may have ended what the caller waits for */
    if (settle(l))
        wait_ns = 0;
    int64_t next = apus__timers_next(l);
    l->slept_at = apus_clock_now();
    if (next != APUS_NEVER) {
        int64_t until = next - l->slept_at;
        wait_ns = until < wait_ns ? until : wait_ns;
    }
    __atomic_store_n(l->busy_since, 0, __ATOMIC_RELAXED);
    apus_reactor_turn(l->reactor, l->stopping ? 0 : wait_ns);
    wake(l); /* there may have been no event */
    apus__timers_fire(l);
    if (l->pool)
        apus_pool_collect(l->pool);
    (void)settle(l);
}

void apus_loop_run(apus_loop *l)
{
    l->stopping = false;
    while (!l->stopping)
        apus_loop_turn(l, INT64_MAX);
}

void apus_loop_stop(apus_loop *l)
{
    l->stopping = true;
}

void apus_loop_wake(apus_loop *l)
{
    apus_reactor_wake(l->reactor);
}

int64_t apus_loop_now(const apus_loop *l)
{
    return l->now;
}

int64_t apus_loop_idle_at(const apus_loop *l)
{
    return l->idle_at;
}

int64_t apus_loop_rested(const apus_loop *l)
{
    return l->rested;
}

void apus_loop_show_busy(apus_loop *l, int64_t *busy_since)
{
    l->busy_since = busy_since ? busy_since : &l->unseen;
}

apus_reactor *apus_loop_reactor(apus_loop *l)
{
    return l->reactor;
}

void apus_loop_at_end(apus_loop *l, apus_hook *h)
{
    if (h->queued)
        return;
    h->queued = 1;
    h->next = NULL;
    *l->hooks_last = h;
    l->hooks_last = &h->next;
}
