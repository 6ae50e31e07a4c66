/* Who writes lines, without a thread: a timer that does what the thread would. */
#include "sys/lines.h"

#include "sys/sim/world.h"

struct apus__lines_writer {
    sim_timer timer;
    apus_lines *lines;
    int64_t every;
};

static void write_lines(void *ctx)
{
    apus__lines_writer *w = ctx;
    apus__lines_write(w->lines);
    sim_timer_start(&w->timer, sim.now + w->every);
}

apus_rc apus__lines_writer_start(apus_lines *l, int64_t every, apus__lines_writer **out)
{
    apus__lines_writer *w = *out = sim_take(sizeof(*w));
    *w = (apus__lines_writer){ .lines = l, .every = every };
    w->timer = (sim_timer){ .fn = write_lines, .ctx = w, .is_background = true };
    sim_timer_start(&w->timer, sim.now + every);
    return APUS_OK;
}

void apus__lines_writer_wake(apus__lines_writer *w)
{
    sim_timer_start(&w->timer, sim.now);
}

bool apus__lines_writer_stop(apus__lines_writer *w, int64_t patience)
{
    (void)patience;
    apus__lines_write(w->lines);
    sim_timer_stop(&w->timer);
    sim_give(w);
    return true;
}
