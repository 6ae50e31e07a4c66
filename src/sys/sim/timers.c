/* The moments at which something happens, as a binary heap; of two at the same moment the one
 * that was started first comes first. */
#include <string.h>

#include "sys/sim/world.h"

static bool is_before(const sim_timer *a, const sim_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(sim_timer *t, size_t place)
{
    sim.timers[place] = t;
    t->place = place;
}

static void rise(sim_timer *t, size_t place)
{
    while (place && is_before(t, sim.timers[(place - 1) / 2])) {
        put(sim.timers[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    put(t, place);
}

static void sink(sim_timer *t, size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < sim.n_timers && is_before(sim.timers[child + 1], sim.timers[child]))
            child++;
        if (child >= sim.n_timers || !is_before(sim.timers[child], t))
            break;
        put(sim.timers[child], place);
        place = child;
    }
    put(t, place);
}

void sim_timer_stop(sim_timer *t)
{
    if (!t->order)
        return;
    t->order = 0;
    sim.n_background -= t->is_background;
    sim_timer *last = sim.timers[--sim.n_timers];
    if (last == t)
        return;
    if (t->place && is_before(last, sim.timers[(t->place - 1) / 2]))
        rise(last, t->place);
    else
        sink(last, t->place);
}

void sim_timer_start(sim_timer *t, int64_t at)
{
    sim_timer_stop(t);
    if (sim.n_timers == SIM_TIMERS_MAX)
        sim_fail("over %d timers", SIM_TIMERS_MAX);
    t->at = at;
    t->order = ++sim.n_started;
    sim.n_background += t->is_background;
    rise(t, sim.n_timers++);
}

bool sim_is_busy(void)
{
    return sim.n_timers > sim.n_background;
}

int64_t sim_timers_next(void)
{
    return sim.n_timers ? sim.timers[0]->at : INT64_MAX;
}

void sim_timers_fire(void)
{
    while (sim.n_timers && sim.timers[0]->at <= sim.now) {
        sim_timer *t = sim.timers[0];
        sim_timer_stop(t);
        t->fn(t->ctx);
    }
}
