/* apus/fiber.h - functions that can wait.
 *
 * A fiber is a function with a stack of its own.  It runs until it parks, and the
 * loop goes on; whoever it waits for wakes it, and it goes on behind its park.
 * Between two parks nothing else runs on the thread, so fibers need no locks.
 *
 *     apus_rc rc = apus_fiber_park(deadline);     // APUS_OK: woken
 *
 * STACKS have 256 KiB (four times that under a sanitizer) with a 1 MiB guard
 * below, are pooled, and are committed as they are touched.  A fiber never changes
 * its thread.
 *
 * CANCELLATION makes the wait that a fiber is in, and all later ones, return the
 * reason; nothing is unwound.  apus_fiber_shield gives cleanup its own deadline. */
#ifndef APUS_FIBER_H
#define APUS_FIBER_H

#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/loop.h"
#include "apus/rc.h"

APUS_API_BEGIN

typedef struct apus_fiber apus_fiber;

/* Starts fn(arg) in a fiber and returns when it has parked or ended.  label, a
 * static text or NULL, names it in a fault's report.  *out, unless out is NULL, is
 * valid until the fiber ends, and NULL when it has ended already.
 *
 * APUS_OK, or APUS_NOMEM and nothing was run. */
apus_rc apus_fiber_spawn(apus_loop *l, void (*fn)(void *arg), void *arg, const char *label,
                         apus_fiber **out) APUS_NODISCARD;

/* The fiber that runs, or NULL outside of any.  The one thread-local of Apus. */
apus_fiber *apus_fiber_self(void);

/* The loop that a fiber belongs to. */
apus_loop *apus_fiber_loop(const apus_fiber *f);

/* What fault reports call the fiber, from now on; `label` must live as long as it. */
void apus_fiber_set_label(apus_fiber *f, const char *label);

/* Suspends the calling fiber until it is woken (APUS_OK), until `deadline`
 * (APUS_TIMEOUT), or until it is cancelled (the reason).  A fiber that has been
 * cancelled does not suspend. */
apus_rc apus_fiber_park(int64_t deadline);

/* Suspends until woken, whatever happens: for waits whose other side holds pointers
 * into this fiber.  A reason that came meanwhile is told by the next park. */
void apus_fiber_park_firmly(void);

/* Lets a parked fiber go on, within this turn or the next.  No effect on one that
 * is not parked, or is woken already. */
void apus_fiber_wake(apus_fiber *f);

/* Waits until the deadline.  APUS_OK, or the reason why it was cut short. */
apus_rc apus_fiber_sleep(int64_t deadline);

/* Cancels: `reason` (APUS_CANCELLED, APUS_TIMEOUT) is what waits return from now on.
 * The first reason counts. */
void apus_fiber_cancel(apus_fiber *f, apus_rc reason);

/* Why the fiber was cancelled; APUS_OK if it was not. */
apus_rc apus_fiber_cancelled(const apus_fiber *f);

/* Cancels with APUS_TIMEOUT when `deadline` comes; APUS_NEVER takes it back. */
void apus_fiber_set_deadline(apus_fiber *f, int64_t deadline);

/* For cleanup in the calling fiber: forgets the reason and sets a new deadline, so
 * that waits work again until then. */
void apus_fiber_shield(int64_t deadline);

/* Ends the calling fiber here, at any depth.  Nothing is unwound. */
void apus_fiber_exit(void) APUS_NORETURN;

/* Runs fn(arg) on a pool thread while the calling fiber is parked firmly, so that
 * arg may point into its stack.  *result is what fn returned.
 *
 * APUS_OK; APUS_BUSY (the pool's queue is full) or APUS_NOMEM, and fn was not run;
 * the reason if the fiber was cancelled meanwhile (fn has ended then). */
apus_rc apus_offload_run(void *(*fn)(void *arg), void *arg, void **result) APUS_NODISCARD;

/* Makes a crash say where, by the label of the fiber that runs (apus/fault.h); a fault in
 * a guard reads "apus: stack overflow in LABEL".  Once per process, for the calling
 * thread. */
apus_rc apus_fiber_report_faults(void) APUS_NODISCARD;

/* How many fibers of the loop have not ended; how many stacks it keeps for reuse. */
size_t apus_fiber_count(const apus_loop *l);
size_t apus_fiber_pooled(const apus_loop *l);

APUS_API_END

#endif
