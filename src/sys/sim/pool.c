/* Threads for what blocks, without threads: each piece of work runs between two turns, when the
 * time that the seed gives it is over. */
#include "apus/reactor.h"

#include <assert.h>

#include "sys/sim/world.h"

/* One piece that a "thread" is at. */
typedef struct running {
    sim_timer timer;
    apus_pool *pool;
    apus_work *work; /* or NULL: idle */
} running;

struct apus_pool {
    apus_reactor *reactor;
    apus_work *first, **last; /* those that wait */
    apus_work *ended;
    unsigned n_waiting, queue_max, n_threads;
    running threads[];
};

static void finish(running *t)
{
    apus_pool *p = t->pool;
    apus_work *w = t->work;
    t->work = NULL;
    sim_note("work", (int64_t)(t - p->threads), 0);
    w->run(w);
    w->next = p->ended;
    p->ended = w;
    apus_reactor_wake(p->reactor);
}

static void begin(running *t)
{
    apus_pool *p = t->pool;
    if (t->work || !p->first)
        return;
    t->work = p->first;
    p->first = t->work->next;
    if (!p->first)
        p->last = &p->first;
    p->n_waiting--;
    sim_timer_start(&t->timer, sim.now + sim_between(0, sim.faults.work_max));
}

static void fired(void *ctx)
{
    finish(ctx);
    begin(ctx);
}

apus_rc apus_pool_create(apus_reactor *r, unsigned threads, unsigned queue_max, apus_pool **out)
{
    apus_pool *p = sim_take(sizeof(*p) + threads * sizeof(p->threads[0]));
    *p = (apus_pool){ .reactor = r, .queue_max = queue_max, .n_threads = threads };
    p->last = &p->first;
    for (unsigned i = 0; i < threads; i++)
        p->threads[i] = (running){ .timer = { .fn = fired, .ctx = &p->threads[i] }, .pool = p };
    *out = p;
    return APUS_OK;
}

apus_rc apus_pool_add(apus_pool *p, apus_work *w)
{
    if (p->n_waiting >= p->queue_max || sim_chance(sim.faults.pool_full)) {
        sim_note("pool full", p->n_waiting, 0);
        return APUS_BUSY;
    }
    w->next = NULL;
    *p->last = w;
    p->last = &w->next;
    p->n_waiting++;
    for (unsigned i = 0; i < p->n_threads; i++)
        begin(&p->threads[i]);
    return APUS_OK;
}

void apus_pool_collect(apus_pool *p)
{
    apus_work *ended = p->ended;
    p->ended = NULL;
    while (ended) {
        apus_work *w = ended;
        ended = w->next;
        w->done(w);
    }
}

void apus_pool_destroy(apus_pool *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->n_threads; i++) {
        if (!p->threads[i].work)
            continue;
        sim_timer_stop(&p->threads[i].timer);
        finish(&p->threads[i]);
    }
    sim_give(p);
}
