/* apus/loop.h - one thread's work, turn by turn.
 *
 * A turn: wait for events and call those they concern; run timers that are due and
 * fibers that were woken; then the hooks for the end of the turn, which is where
 * everything the turn has answered is written at once.
 *
 * THREADS: a loop belongs to one thread; only apus_loop_wake may be called from
 * others.  TIME is monotonic, in nanoseconds, read once per turn. */
#ifndef APUS_LOOP_H
#define APUS_LOOP_H

#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/reactor.h"

APUS_API_BEGIN

typedef struct apus_loop apus_loop;

#define APUS_NEVER INT64_MAX /* as a deadline */

/* A loop for the calling thread, with nothing to do yet.  APUS_OK, APUS_NOMEM or
 * APUS_IO with a sentence in *err, which may be NULL. */
apus_rc apus_loop_create(apus_loop **out, apus_err *err) APUS_NODISCARD;

/* No fiber may be alive and no watch open. */
void apus_loop_destroy(apus_loop *l); /* NULL is fine */

/* Turns until apus_loop_stop. */
void apus_loop_run(apus_loop *l);

/* One turn that waits at most wait_ns; for tests and for loops within loops. */
void apus_loop_turn(apus_loop *l, int64_t wait_ns);

/* Ends apus_loop_run after the turn; apus_loop_wake from another thread only makes
 * the loop take a turn. */
void apus_loop_stop(apus_loop *l);
void apus_loop_wake(apus_loop *l);

/* The moment this turn began, on the monotonic clock. */
int64_t apus_loop_now(const apus_loop *l);

/* When the loop last had nothing to do and had to wait. */
int64_t apus_loop_idle_at(const apus_loop *l);

/* Of the loop's life, the ns in which that was so; of two answers the difference counts. */
int64_t apus_loop_rested(const apus_loop *l);

/* From now on the loop writes to *busy_since when this turn's wait was over, and 0 while
 * it waits: whoever reads it, in another process too (with __atomic_load_n), sees for how
 * long the loop has not come round.  NULL: no more. */
void apus_loop_show_busy(apus_loop *l, int64_t *busy_since);

/* The events that the loop waits for; the loop's own. */
apus_reactor *apus_loop_reactor(apus_loop *l);

/* --- timers --- */

/* Set fn and ctx once; the rest is private.  Zeroed, it is stopped. */
typedef struct apus_timer {
    void (*fn)(void *ctx);
    void *ctx;
    int64_t deadline;
    struct apus_timer *child, *next, *prev; /* a pairing heap, see src/run/timer.c */
    unsigned char running;
} apus_timer;

/* fn(ctx) once, in the first turn after the deadline.  A running timer is moved.
 * Never fails. */
void apus_timer_start(apus_loop *l, apus_timer *t, int64_t deadline);
void apus_timer_stop(apus_loop *l, apus_timer *t); /* fine when it is stopped */

/* --- the end of the turn --- */

/* Set fn and ctx once; the rest is private. */
typedef struct apus_hook {
    void (*fn)(void *ctx);
    void *ctx;
    struct apus_hook *next;
    unsigned char queued;
} apus_hook;

/* fn(ctx) once, when this turn ends; asking twice is asking once. */
void apus_loop_at_end(apus_loop *l, apus_hook *h);

APUS_API_END

#endif
