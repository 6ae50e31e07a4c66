/* src/run/loop.h - what the files of this floor know of the loop. */
#ifndef APUS_RUN_LOOP_H
#define APUS_RUN_LOOP_H

#include <stdbool.h>

#include "apus/fiber.h"
#include "apus/loop.h"

struct apus_loop {
    apus_reactor *reactor;
    int64_t now;
    int64_t slept_at;    /* this turn's wait began; APUS_NEVER when it is over */
    int64_t idle_at;     /* the last wait for something to do ended */
    int64_t rested;      /* ns of all of them */
    int64_t slept;       /* ns of the wait before this turn, if that may have been one */
    uint32_t n_spawned;  /* fibers, in this turn */
    int64_t *busy_since; /* where others see it, or nowhere: `unseen` */
    int64_t unseen;
    apus_timer *timers;              /* the root of the heap */
    apus_fiber *ready, **ready_last; /* woken, oldest first */
    apus_hook *hooks, **hooks_last;  /* for the end of the turn, in order */
    apus_pool *pool;                 /* for apus_offload_run; NULL until first needed */
    apus_fiber *idle;                /* stacks for reuse */
    size_t n_idle, n_alive;
    bool stopping;
};

/* --- timer.c --- */
int64_t apus__timers_next(const apus_loop *l);
void apus__timers_fire(apus_loop *l);

/* --- fiber.c --- */

/* Resumes every fiber that has been woken, also those that they wake. */
void apus__fibers_run(apus_loop *l);

/* What the fiber is called; NULL: nothing. */
const char *apus__fiber_label(const apus_fiber *f);

/* What is said of a crash of this thread, which runs no fibers; NULL: nothing. */
void apus__fiber_lend_label(const char *label);

/* Gives the stacks of ended fibers back to the system. */
void apus__fibers_release(apus_loop *l);

#endif
