/* Turns of the loop: what happens next, in an order that the seed chooses.
 *
 * As with epoll, what a turn tells is settled before the first of it is told; what a callback
 * asks for no more, or closes, is left out. */
#include "apus/reactor.h"

#include <assert.h>

#include "apus/value.h"
#include "sys/sim/world.h"

struct apus_watch {
    apus_reactor *reactor;
    sim_socket *socket;
    void (*fn)(void *ctx, unsigned events);
    void *ctx;
    unsigned asked;
    bool is_asked; /* at all: a watch that was told GONE is not looked at any more */
    unsigned told; /* in this turn, while it waits to be */
    size_t place;  /* in the reactor's list */
};

struct apus_reactor {
    apus_watch *watches[SIM_FDS_MAX];
    size_t n_watches;
    apus_watch *turn[SIM_FDS_MAX]; /* who is told, NULL once it has been or was closed */
    size_t n_turn;
    bool is_woken;
    void (*on_wake)(void *ctx);
    void *wake_ctx;
};

apus_rc apus_reactor_create(apus_reactor **out, apus_err *err)
{
    (void)err;
    *out = sim_take(sizeof(**out));
    return APUS_OK;
}

void apus_reactor_destroy(apus_reactor *r)
{
    assert(!r || r->n_watches == 0);
    sim_give(r);
}

void apus_reactor_on_wake(apus_reactor *r, void (*fn)(void *ctx), void *ctx)
{
    r->on_wake = fn;
    r->wake_ctx = ctx;
}

void apus_reactor_wake(apus_reactor *r)
{
    r->is_woken = true;
}

apus_rc apus_reactor_on_signal(apus_reactor *r, int number, void (*fn)(void *ctx, int number),
                               void *ctx)
{
    (void)r, (void)number, (void)fn, (void)ctx;
    return APUS_OK; /* nobody sends any */
}

/* --- watches --- */

apus_rc apus_watch_open(apus_reactor *r, int fd, void (*fn)(void *ctx, unsigned events), void *ctx,
                        apus_watch **out)
{
    sim_socket *s = sim.sockets[fd - SIM_FD_FIRST];
    assert(s && !s->watch);
    if (sim_chance(sim.faults.no_watch)) {
        sim_note("no watch", fd, 0);
        return sim_chance(500) ? APUS_NOMEM : APUS_LIMIT;
    }
    apus_watch *w = sim_take(sizeof(*w));
    *w = (apus_watch){ .reactor = r, .socket = s, .fn = fn, .ctx = ctx, .place = r->n_watches };
    r->watches[r->n_watches++] = w;
    s->watch = w;
    *out = w;
    return APUS_OK;
}

void apus_watch_set(apus_watch *w, unsigned events)
{
    w->asked = events;
    w->is_asked = true;
}

void apus_watch_close(apus_watch *w)
{
    apus_reactor *r = w->reactor;
    for (size_t i = 0; i < r->n_turn; i++)
        if (r->turn[i] == w)
            r->turn[i] = NULL;
    r->watches[w->place] = r->watches[--r->n_watches];
    r->watches[w->place]->place = w->place;
    w->socket->watch = NULL;
    sim_give(w);
}

/* --- turns --- */

static void shuffle(apus_reactor *r)
{
    for (size_t i = r->n_turn; i > 1; i--) {
        size_t k = (size_t)sim_between(0, (int64_t)i - 1);
        apus_watch *swap = r->turn[i - 1];
        r->turn[i - 1] = r->turn[k];
        r->turn[k] = swap;
    }
}

/* Who is to be told what.  One that is left out is ready still, and told next time. */
static void look(apus_reactor *r)
{
    r->n_turn = 0;
    for (size_t i = 0; i < r->n_watches; i++) {
        apus_watch *w = r->watches[i];
        w->told = w->is_asked ? sim_socket_events(w->socket, w->asked) : 0;
        if (!w->told && w->is_asked && sim_chance(sim.faults.false_event))
            w->told = w->asked;
        if (w->told)
            r->turn[r->n_turn++] = w;
    }
}

static void tell(apus_reactor *r)
{
    shuffle(r);
    size_t n = r->n_turn;
    while (n > 1 && sim_chance(sim.faults.late_event))
        n--;
    for (size_t i = 0; i < n; i++) {
        apus_watch *w = r->turn[i];
        if (!w)
            continue;
        r->turn[i] = NULL;
        unsigned told = w->told & (w->asked | APUS_WATCH_GONE);
        if (told & APUS_WATCH_GONE)
            w->is_asked = false;
        if (told)
            w->fn(w->ctx, told);
    }
    r->n_turn = 0;
}

/* Until something is ready, or `until`. */
static void pass_time(apus_reactor *r, int64_t until)
{
    for (;;) {
        sim_timers_fire();
        look(r);
        if (r->n_turn || r->is_woken || sim.now >= until)
            return;
        int64_t next = sim_timers_next();
        next = next < until ? next : until;
        if (next == INT64_MAX)
            sim_fail("nothing will ever happen");
        sim.now = next > sim.now ? next : sim.now;
    }
}

void apus_reactor_turn(apus_reactor *r, int64_t wait_ns)
{
    wait_ns = wait_ns > 0 ? wait_ns : 0;
    pass_time(r, wait_ns == INT64_MAX ? wait_ns : sim.now + wait_ns);
    bool is_woken = r->is_woken;
    r->is_woken = false;
    if (sim_chance(sim.faults.stall))
        sim.now += sim_between(0, sim.faults.stall_max);
    if ((r->n_turn || is_woken) && r->on_wake)
        r->on_wake(r->wake_ctx);
    tell(r);
}
