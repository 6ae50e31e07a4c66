#include "app/newest.h"

#include "apus/clock.h"

enum { SLICE = 5000000 }; /* ns of a turn for those that wait */

static void take(apus__newest *n, apus__place *p)
{
    *(p->newer ? &p->newer->older : &n->first) = p->older;
    *(p->older ? &p->older->newer : &n->last) = p->newer;
    apus_fiber_wake(p->fiber);
}

/* Runs again behind each that it woke. */
static void go_on(void *ctx)
{
    apus__newest *n = ctx;
    int64_t now = apus_clock_now(), turn = apus_loop_now(n->loop);
    if (n->turn != turn)
        n->slice_end = now + SLICE;
    n->turn = turn;
    while (n->last && now - n->last->since > n->longest)
        take(n, n->last);
    if (!n->last)
        apus_timer_stop(n->loop, &n->resume);
    else if (now > n->slice_end)
        apus_timer_start(n->loop, &n->resume, now);
    else
        take(n, now - n->last->since > n->patience ? n->first : n->last);
}

static void resume(void *ctx)
{
    apus__newest *n = ctx;
    apus_loop_at_end(n->loop, &n->hook);
}

void apus__newest_init(apus__newest *n, apus_loop *loop, int64_t patience, int64_t longest)
{
    *n = (apus__newest){ .loop = loop,
                         .patience = patience,
                         .longest = longest,
                         .hook = { .fn = go_on, .ctx = n },
                         .resume = { .fn = resume, .ctx = n } };
}

int64_t apus__newest_wait(apus__newest *n)
{
    apus__place p = { .older = n->first,
                      .fiber = apus_fiber_self(),
                      .since = apus_loop_now(n->loop) };
    *(n->first ? &n->first->newer : &n->last) = &p;
    n->first = &p;
    apus_loop_at_end(n->loop, &n->hook);
    apus_fiber_park_firmly();
    apus_loop_at_end(n->loop, &n->hook); /* who is next, when this one waits or has ended */
    return apus_clock_now() - p.since;
}
