/* planted NAME: makes one mistake, inside a fiber, for a checker to find.
 *
 * Checkers follow stacks, and a switch they were not told of blinds them quietly: a
 * clean run then means nothing.  So each kind of mistake is made here on purpose,
 * after the fiber has been away and come back, and the tests expect its report. */
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/loop.h"
#include "apus/value.h"

static volatile int index_eight = 8; /* not for the compiler to see through */
static volatile int sink;
static char *volatile kept;

static void go_away(void)
{
    (void)apus_fiber_sleep(apus_clock_now() + APUS_MILLISECOND);
}

static void read_past_heap(void)
{
    char *eight = malloc(8);
    if (!eight)
        return;
    memset(eight, 1, 8);
    go_away();
    sink = eight[index_eight];
    free(eight);
}

static void read_freed(void)
{
    char *eight = malloc(8);
    if (!eight)
        return;
    memset(eight, 1, 8);
    kept = eight;
    free(eight);
    go_away();
    sink = *kept;
}

static void write_past_local(void)
{
    char eight[8];
    memset(eight, 0, sizeof(eight));
    go_away();
    kept = eight;
    kept[index_eight] = 1;
}

static void leave_local(void)
{
    char local = 1;
    kept = &local;
    go_away();
}

static void read_left_local(void)
{
    leave_local();
    go_away();
    sink = *kept;
}

static void overflow_int(void)
{
    volatile int most = INT_MAX;
    go_away();
    sink = most + index_eight;
}

static void branch_on_unset(void)
{
    volatile int *unset = malloc(sizeof(int));
    go_away();
    if (unset && *unset == 7)
        puts("seven");
    free((void *)unset);
}

/* --- two threads, one counter, no lock --- */

static int counter;

static void *count_up(void *arg)
{
    for (int i = 0; i < 1000; i++)
        counter++;
    return arg;
}

static void race(void)
{
    pthread_t other;
    if (pthread_create(&other, NULL, count_up, NULL))
        return;
    go_away();
    count_up(NULL);
    pthread_join(other, NULL);
}

static const struct mistake {
    const char *name;
    void (*make)(void);
} mistakes[] = {
    { "heap", read_past_heap },
    { "freed", read_freed },
    { "local", write_past_local },
    { "left", read_left_local },
    { "overflow", overflow_int },
    { "unset", branch_on_unset },
    { "race", race },
};

static void run(void *arg)
{
    const struct mistake *m = arg;
    m->make();
}

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        if (argc < 2 || strcmp(mistakes[i].name, argv[1]) != 0)
            continue;
        apus_loop *loop;
        if (apus_loop_create(&loop, NULL) ||
            apus_fiber_spawn(loop, run, (void *)(uintptr_t)&mistakes[i], argv[1], NULL))
            return 2;
        while (apus_fiber_count(loop))
            apus_loop_turn(loop, APUS_NEVER);
        apus_loop_destroy(loop);
        puts("nothing was found");
        return 0;
    }
    fputs("usage: planted heap|freed|local|left|overflow|unset|race\n", stderr);
    return 2;
}
