/* apus/reactor.h - the system's events, one turn at a time.
 *
 * The seam to libuv: only src/sys knows it.  A loop (apus/loop.h) calls
 * apus_reactor_turn again and again; everyone else watches descriptors.
 *
 * THREADS: a reactor belongs to the thread that turns it; apus_reactor_wake and
 * apus_pool_add may be called from any. */
#ifndef APUS_REACTOR_H
#define APUS_REACTOR_H

#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"

APUS_API_BEGIN

typedef struct apus_reactor apus_reactor;
typedef struct apus_watch apus_watch;

enum {
    APUS_WATCH_READ = 1,
    APUS_WATCH_WRITE = 2,
    APUS_WATCH_GONE = 4, /* an error or a full hang-up; told even when nothing is asked for */
};

enum { APUS_REACTOR_FD_MAX = 65536 }; /* descriptors from here on cannot be watched */

/* APUS_OK, APUS_NOMEM or APUS_IO with a sentence in *err. */
apus_rc apus_reactor_create(apus_reactor **out, apus_err *err) APUS_NODISCARD;

/* Every watch must have been closed. */
void apus_reactor_destroy(apus_reactor *r); /* NULL is fine */

/* Waits for events, at most wait_ns (0: not at all; INT64_MAX: for ever), and calls
 * those they concern. */
void apus_reactor_turn(apus_reactor *r, int64_t wait_ns);

/* fn(ctx) in each turn that brings events, when the wait is over and before the first
 * of them is told: the moment to read the clock. */
void apus_reactor_on_wake(apus_reactor *r, void (*fn)(void *ctx), void *ctx);

/* Ends a wait that is going on, or the next one. */
void apus_reactor_wake(apus_reactor *r);

/* Watches a descriptor, for nothing yet.  APUS_OK, APUS_NOMEM, APUS_LIMIT (see
 * APUS_REACTOR_FD_MAX) or APUS_IO. */
apus_rc apus_watch_open(apus_reactor *r, int fd, void (*fn)(void *ctx, unsigned events), void *ctx,
                        apus_watch **out) APUS_NODISCARD;

/* What is asked for from now on, level-triggered; 0 still tells GONE. */
void apus_watch_set(apus_watch *w, unsigned events);

/* Ends the watch; fn is not called again.  Close the descriptor after, not before. */
void apus_watch_close(apus_watch *w);

/* fn(ctx, number) in the reactor's thread whenever the signal arrives. */
apus_rc apus_reactor_on_signal(apus_reactor *r, int number, void (*fn)(void *ctx, int number),
                               void *ctx) APUS_NODISCARD;

/* --- threads for what blocks --- */

typedef struct apus_pool apus_pool;

/* One piece of work; lives with whoever waits for it. */
typedef struct apus_work {
    void (*run)(struct apus_work *w);  /* on a pool thread */
    void (*done)(struct apus_work *w); /* afterwards, in the reactor's thread */
    struct apus_work *next;
} apus_work;

/* Threads are started when first needed, at most `threads`; at most `queue_max` pieces
 * wait. */
apus_rc apus_pool_create(apus_reactor *r, unsigned threads, unsigned queue_max, apus_pool **out)
    APUS_NODISCARD;

/* Waits for the pieces that run; those that wait are dropped without `done`. */
void apus_pool_destroy(apus_pool *p); /* NULL is fine */

/* APUS_OK, and w->done will be called; APUS_BUSY when too many wait; APUS_NOMEM when
 * not one thread can be started. */
apus_rc apus_pool_add(apus_pool *p, apus_work *w) APUS_NODISCARD;

/* Calls `done` for what has ended since; the loop does so each turn. */
void apus_pool_collect(apus_pool *p);

APUS_API_END

#endif
