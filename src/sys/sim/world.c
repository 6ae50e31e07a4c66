#include "sys/sim/disk.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "apus/value.h"

/* The one world: see sim.h. */
struct sim_world sim;

enum { BEGINNING = 1000 }; /* seconds on the clock when a world begins */

void sim_begin(uint64_t seed, const sim_faults *faults, FILE *trace)
{
    sim = (struct sim_world){
        .random = seed, .now = BEGINNING * APUS_SECOND, .faults = *faults, .trace = trace
    };
    sim_folder_make(SIM_DISK);
    sim_note("seed", (int64_t)seed, 0);
}

void sim_set_faults(const sim_faults *faults)
{
    sim.faults = *faults;
}

uint64_t sim_end(void)
{
    assert(sim.n_timers == 0 && sim.n_sockets == 0);
    sim_disk_end();
    return sim.hash;
}

int64_t sim_now(void)
{
    return sim.now;
}

sim_held sim_count(void)
{
    return (sim_held){ .descriptors = sim.n_sockets,
                       .blocks = sim.n_blocks,
                       .bytes = sim.n_bytes,
                       .mapped = sim.n_mapped };
}

/* --- chance --- */

/* splitmix64: every state has a successor of its own, and a seed of 0 is as good as any. */
uint64_t sim_random(void)
{
    uint64_t z = sim.random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int64_t sim_between(int64_t least, int64_t most)
{
    assert(least <= most);
    return least + (int64_t)(sim_random() % ((uint64_t)(most - least) + 1));
}

bool sim_chance(unsigned per_mille)
{
    return per_mille && sim_random() % 1000 < per_mille;
}

/* --- the trace --- */

void sim_note(const char *what, int64_t who, int64_t how_much)
{
    int64_t numbers[] = { sim.now, who, how_much };
    sim.hash = apus_hash(what, strlen(what), sim.hash);
    sim.hash = apus_hash(numbers, sizeof(numbers), sim.hash);
    sim.n_notes++;
    if (sim.trace)
        fprintf(sim.trace, "%12.6f %-12s %lld %lld\n", (double)sim.now / APUS_SECOND - BEGINNING,
                what, (long long)who, (long long)how_much);
}

void sim_fail(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (sim.trace)
        fflush(sim.trace);
    fprintf(stderr, "sim: after %llu notes: ", (unsigned long long)sim.n_notes);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
