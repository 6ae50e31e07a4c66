/* Requests that wait for their turn while there are too many: once they wait for long, the
 * newest goes first.
 *
 * Who has waited for long has often given up, and whoever came last can still be answered as
 * fast as ever; in order of arrival all would be answered late (adaptive LIFO, see codel.h).
 * As long as the oldest has not waited for long, it goes first: clients of which each waits for
 * its answer before it asks again are served in turn.
 * The loop goes on reading meanwhile: in each of its turns a slice of time is for those that
 * wait, and the rest stay for the next.  Those that have waited for too long are let go from
 * the other end, to be turned away. */
#ifndef APUS_APP_NEWEST_H
#define APUS_APP_NEWEST_H

#include <stdint.h>

#include "apus/fiber.h"
#include "apus/loop.h"

/* Stands on the stack of the fiber that waits. */
typedef struct apus__place {
    struct apus__place *newer, *older;
    apus_fiber *fiber;
    int64_t since; /* loop time */
} apus__place;

typedef struct apus__newest {
    apus_loop *loop;
    int64_t patience; /* ns that the oldest waits before the newest goes first */
    int64_t longest;  /* ns that anybody waits */
    apus__place *first, *last;
    int64_t turn;      /* whose slice it is, loop time; ... */
    int64_t slice_end; /* ... it begins with the first of them, however long the turn is by then */
    apus_hook hook;    /* the end of a turn: whose is the next one? */
    apus_timer resume; /* a turn that does not wait, since somebody does */
} apus__newest;

void apus__newest_init(apus__newest *n, apus_loop *loop, int64_t patience, int64_t longest);

/* Suspends the running fiber until it is its turn, or it has waited for `longest`.  Cannot be
 * cancelled.  How long it has waited, ns. */
int64_t apus__newest_wait(apus__newest *n);

#endif
