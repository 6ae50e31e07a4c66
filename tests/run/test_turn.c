/* A turn ends when it should, and knows when it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <unistd.h>

#include "apus/clock.h"
#include "apus/loop.h"
#include "apus/value.h"

#define MS APUS_MILLISECOND

static void be_busy(int64_t ns)
{
    for (int64_t end = apus_clock_now() + ns; apus_clock_now() < end;)
        ;
}

/* The system's notion of time may be older than the wait is long. */
static void a_short_wait_ends_after_a_long_turn(void **state)
{
    apus_loop *l;
    (void)state;
    assert_int_equal(apus_loop_create(&l, NULL), APUS_OK);
    for (int i = 0; i < 10; i++) {
        apus_loop_turn(l, MS);
        be_busy(5 * MS);
        int64_t before = apus_clock_now();
        apus_loop_turn(l, MS);
        assert_true(apus_clock_now() - before < APUS_SECOND);
    }
    apus_loop_destroy(l);
}

struct note {
    apus_loop *loop;
    apus_watch *watch;
    int64_t told_at;
};

static void readable(void *ctx, unsigned events)
{
    struct note *n = ctx;
    (void)events;
    n->told_at = apus_loop_now(n->loop);
    apus_watch_set(n->watch, 0);
}

/* What an event does is timed from when it came, not from when the wait began. */
static void an_event_knows_when_it_came(void **state)
{
    struct note n = { 0 };
    int ends[2];
    (void)state;
    assert_int_equal(apus_loop_create(&n.loop, NULL), APUS_OK);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(apus_watch_open(apus_loop_reactor(n.loop), ends[0], readable, &n, &n.watch),
                     APUS_OK);
    apus_watch_set(n.watch, APUS_WATCH_READ);
    apus_loop_turn(n.loop, 0);
    be_busy(30 * MS);
    int64_t written = apus_clock_now();
    assert_int_equal(write(ends[1], "x", 1), 1);
    apus_loop_turn(n.loop, APUS_SECOND);
    assert_true(n.told_at >= written);
    apus_watch_close(n.watch);
    apus_loop_turn(n.loop, 0);
    close(ends[0]);
    close(ends[1]);
    apus_loop_destroy(n.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_wait_ends_after_a_long_turn),
        cmocka_unit_test(an_event_knows_when_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
