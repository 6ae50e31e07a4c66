#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <limits.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/loop.h"
#include "apus/reactor.h"
#include "apus/value.h"
#include "run/sanitize.h"

#if defined(__x86_64__) && !defined(APUS__RUN_ASAN) && !defined(APUS__RUN_TSAN)
#define HAS_NO_ADDRESSES 1 /* sanitizers look the address up first */
#endif

static apus_loop *loop;

static int set_up(void **state)
{
    (void)state;
    return apus_loop_create(&loop, NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(apus_fiber_count(loop), 0);
    apus_loop_destroy(loop);
    return 0;
}

/* Turns until no fiber is left; a test that hangs ends by ctest's limit. */
static void run_all(void)
{
    while (apus_fiber_count(loop))
        apus_loop_turn(loop, APUS_NEVER);
}

struct note {
    char text[32];
    size_t n;
    apus_rc rc[4];
    apus_fiber *fiber;
};

static void write_note(struct note *n, char c)
{
    n->text[n->n++] = c;
}

static void parks_once(void *arg)
{
    struct note *n = arg;
    write_note(n, 'a');
    n->rc[0] = apus_fiber_park(APUS_NEVER);
    write_note(n, 'b');
}

static void runs_until_it_parks_and_on_when_woken(void **state)
{
    (void)state;
    struct note n = { 0 };
    assert_int_equal(apus_fiber_spawn(loop, parks_once, &n, "t", &n.fiber), APUS_OK);
    assert_string_equal(n.text, "a");
    assert_null(apus_fiber_self());
    apus_loop_turn(loop, 0);
    assert_string_equal(n.text, "a");
    apus_fiber_wake(n.fiber);
    apus_fiber_wake(n.fiber); /* twice is once */
    assert_string_equal(n.text, "a");
    run_all();
    assert_string_equal(n.text, "ab");
    assert_int_equal(n.rc[0], APUS_OK);
}

static void ends_at_once(void *arg)
{
    write_note(arg, 'x');
}

static void spawns_within(void *arg)
{
    struct note *n = arg;
    apus_fiber *inner = (apus_fiber *)n;
    write_note(n, '1');
    assert_int_equal(apus_fiber_spawn(loop, ends_at_once, n, NULL, &inner), APUS_OK);
    assert_null(inner);
    write_note(n, '2');
    assert_int_equal(apus_fiber_spawn(loop, parks_once, n, NULL, &n->fiber), APUS_OK);
    write_note(n, '3');
    apus_fiber_wake(n->fiber);
}

static void fibers_start_fibers(void **state)
{
    (void)state;
    struct note n = { 0 };
    assert_int_equal(apus_fiber_spawn(loop, spawns_within, &n, NULL, NULL), APUS_OK);
    run_all();
    assert_string_equal(n.text, "1x2a3b");
}

static void waits_in_every_way(void *arg)
{
    struct note *n = arg;
    n->rc[0] = apus_fiber_sleep(apus_clock_now() + 5 * APUS_MILLISECOND);
    n->rc[1] = apus_fiber_park(apus_clock_now() + 5 * APUS_MILLISECOND);
    apus_fiber_set_deadline(apus_fiber_self(), apus_clock_now() + 5 * APUS_MILLISECOND);
    n->rc[2] = apus_fiber_sleep(apus_clock_now() + 3600 * APUS_SECOND);
    n->rc[3] = apus_fiber_park(APUS_NEVER); /* cancelled stays cancelled */
}

static void deadlines_end_waits(void **state)
{
    (void)state;
    struct note n = { 0 };
    int64_t began = apus_clock_now();
    assert_int_equal(apus_fiber_spawn(loop, waits_in_every_way, &n, NULL, NULL), APUS_OK);
    run_all();
    assert_true(apus_clock_now() - began >= 15 * APUS_MILLISECOND);
    assert_int_equal(n.rc[0], APUS_OK);
    assert_int_equal(n.rc[1], APUS_TIMEOUT);
    assert_int_equal(n.rc[2], APUS_TIMEOUT);
    assert_int_equal(n.rc[3], APUS_TIMEOUT);
}

static void cleans_up_when_cancelled(void *arg)
{
    struct note *n = arg;
    n->rc[0] = apus_fiber_park(APUS_NEVER);
    n->rc[1] = apus_fiber_sleep(apus_loop_now(loop) + APUS_SECOND);
    apus_fiber_shield(apus_loop_now(loop) + APUS_SECOND);
    n->rc[2] = apus_fiber_sleep(apus_loop_now(loop) + APUS_MILLISECOND);
    n->rc[3] = apus_fiber_cancelled(apus_fiber_self());
}

static void cancelling_ends_waits_and_a_shield_allows_cleanup(void **state)
{
    (void)state;
    struct note n = { 0 };
    assert_int_equal(apus_fiber_spawn(loop, cleans_up_when_cancelled, &n, NULL, &n.fiber), APUS_OK);
    apus_fiber_cancel(n.fiber, APUS_CANCELLED);
    apus_fiber_cancel(n.fiber, APUS_TIMEOUT); /* the first reason counts */
    run_all();
    assert_int_equal(n.rc[0], APUS_CANCELLED);
    assert_int_equal(n.rc[1], APUS_CANCELLED);
    assert_int_equal(n.rc[2], APUS_OK);
    assert_int_equal(n.rc[3], APUS_OK);
}

static void leave_deep(struct note *n, int depth)
{
    volatile char frame[512];
    frame[0] = (char)depth;
    if (depth == 0) {
        volatile bool leaves = true;
        write_note(n, 'd');
        if (leaves)
            apus_fiber_exit();
        return;
    }
    leave_deep(n, depth - 1);
    write_note(n, frame[0] ? '!' : '?');
}

static void exits_deep(void *arg)
{
    leave_deep(arg, 20);
}

static void a_fiber_ends_at_any_depth(void **state)
{
    (void)state;
    struct note n = { 0 };
    for (int i = 0; i < 10; i++)
        assert_int_equal(apus_fiber_spawn(loop, exits_deep, &n, NULL, NULL), APUS_OK);
    assert_string_equal(n.text, "dddddddddd");
}

static void stacks_are_used_again(void **state)
{
    (void)state;
    struct note n = { 0 };
#if defined(__SANITIZE_THREAD__)
    enum { TIMES = 2000 };
#else
    enum { TIMES = 100000 };
#endif
    for (int i = 0; i < TIMES; i++) {
        n.n = 0;
        assert_int_equal(apus_fiber_spawn(loop, ends_at_once, &n, NULL, NULL), APUS_OK);
    }
    assert_int_equal(apus_fiber_pooled(loop), 1);
}

static void *slow_square(void *arg)
{
    usleep(2000);
    int *n = arg;
    *n *= *n;
    return n;
}

static void offloads(void *arg)
{
    struct note *n = arg;
    int number = 12;
    void *result = NULL;
    n->rc[0] = apus_offload_run(slow_square, &number, &result);
    assert_ptr_equal(result, &number);
    write_note(n, number == 144 ? 'y' : 'n');
}

static void work_on_other_threads(void **state)
{
    (void)state;
    struct note notes[20] = { { { 0 }, 0, { APUS_OK }, NULL } };
    for (int i = 0; i < 20; i++)
        assert_int_equal(apus_fiber_spawn(loop, offloads, &notes[i], NULL, &notes[i].fiber),
                         APUS_OK);
    apus_fiber_cancel(notes[3].fiber, APUS_CANCELLED); /* waits for its work all the same */
    run_all();
    for (int i = 0; i < 20; i++) {
        assert_int_equal(notes[i].rc[0], i == 3 ? APUS_CANCELLED : APUS_OK);
        assert_string_equal(notes[i].text, "y");
    }
}

/* --- timers --- */

struct tick {
    apus_timer timer;
    int64_t *last;
    int *fired;
};

static void on_tick(void *ctx)
{
    struct tick *t = ctx;
    assert_true(t->timer.deadline >= *t->last);
    *t->last = t->timer.deadline;
    ++*t->fired;
}

static void timers_fire_in_order(void **state)
{
    (void)state;
    enum { N = 500 };
    static struct tick ticks[N];
    int64_t last = 0, now = apus_loop_now(loop);
    int fired = 0;
    for (int i = 0; i < N; i++) {
        ticks[i] = (struct tick){ .last = &last, .fired = &fired };
        ticks[i].timer.fn = on_tick;
        ticks[i].timer.ctx = &ticks[i];
        apus_timer_start(loop, &ticks[i].timer, now + (i * 7919 % N) * 10000);
    }
    for (int i = 0; i < N; i += 3)
        apus_timer_stop(loop, &ticks[i].timer);
    for (int i = 0; i < N; i += 3)
        apus_timer_stop(loop, &ticks[i].timer); /* twice is fine */
    for (int i = 1; i < N; i += 3)
        apus_timer_start(loop, &ticks[i].timer, now + (i * 31 % N) * 10000); /* moved */
    while (fired < N - (N + 2) / 3)
        apus_loop_turn(loop, APUS_NEVER);
    apus_loop_turn(loop, 0);
    assert_int_equal(fired, N - (N + 2) / 3);
}

/* --- faults --- */

static volatile int bottom = INT_MAX; /* never reached */

static int dig(int depth)
{
    volatile char frame[70000];
    frame[depth % 70000] = 1;
    return depth == bottom ? 0 : dig(depth + 1) + frame[depth % 70000];
}

static void overflows(void *arg)
{
    *(int *)arg = dig(0);
}

/* What a child wrote to standard error before it died of `signal_number`. */
static void expect_death(void (*fn)(void *arg), char *report, size_t room)
{
    int ends[2], status, unused = 0;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        apus_loop *own;
        bool ran = apus_loop_create(&own, NULL) == APUS_OK &&
                   apus_fiber_report_faults() == APUS_OK &&
                   apus_fiber_spawn(own, fn, &unused, "GET /deep", NULL) == APUS_OK;
        _exit(ran ? 0 : 99);
    }
    close(ends[1]);
    size_t len = 0;
    for (ssize_t n; (n = read(ends[0], report + len, room - 1 - len)) > 0;)
        len += (size_t)n;
    report[len] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}

static void an_overflow_hits_the_guard_and_says_where(void **state)
{
    (void)state;
    char report[8192];
    expect_death(overflows, report, sizeof(report));
    assert_non_null(strstr(report, "stack overflow in GET /deep"));
}

static void crashes(void *unused)
{
    volatile uintptr_t nowhere = 16; /* which no sanitizer takes for NULL */
    (void)unused;
    *(int *)nowhere = 1;
}

#ifdef HAS_NO_ADDRESSES
static void follows_what_is_no_address(void *unused)
{
    volatile uintptr_t gone = 0xDBDBDBDBDBDBDBDB;
    (void)unused;
    *(int *)gone = 1;
}
#endif

static void aborts(void *unused)
{
    (void)unused;
    abort();
}

static void a_crash_says_where(void **state)
{
    (void)state;
    char report[8192];
    expect_death(aborts, report, sizeof(report));
    assert_non_null(strstr(report, " crashes in GET /deep: Aborted\n"));
    assert_non_null(strstr(report, "test_fiber(")); /* a frame of the backtrace */
    expect_death(crashes, report, sizeof(report));
    assert_non_null(strstr(report, " crashes in GET /deep: Segmentation fault at 0x10\n"));
#ifdef HAS_NO_ADDRESSES
    expect_death(follows_what_is_no_address, report, sizeof(report));
    assert_non_null(strstr(report, "at 0x0: not an address at all; the pointer was overwritten"));
#endif
}

/* --- others see that the loop comes round --- */

static int64_t seen_busy;

static void note_busy(void *arg)
{
    int64_t *shown = arg;
    seen_busy = *shown;
}

static void a_loop_shows_since_when_it_is_busy(void **state)
{
    (void)state;
    apus_loop *own;
    int64_t shown = 0;
    assert_int_equal(apus_loop_create(&own, NULL), APUS_OK);
    apus_loop_show_busy(own, &shown);
    apus_timer t = { .fn = note_busy, .ctx = &shown };
    apus_timer_start(own, &t, apus_loop_now(own));
    seen_busy = 0;
    while (!seen_busy)
        apus_loop_turn(own, APUS_MILLISECOND);
    assert_true(seen_busy == apus_loop_now(own));
    apus_loop_show_busy(own, NULL);
    shown = -1;
    apus_loop_turn(own, 0);
    assert_true(shown == -1);
    apus_loop_destroy(own);
}

/* --- signals --- */

static void hear(void *heard, int number)
{
    assert_int_equal(number, SIGUSR1);
    ++*(unsigned *)heard;
}

static _Noreturn void signal_when_asked(int asked, int process)
{
    char c;
    while (read(asked, &c, 1) == 1)
        kill(process, SIGUSR1);
    _exit(0);
}

static void calls_nobody(void *turns)
{
    for (volatile unsigned n = *(unsigned *)turns; n > 0;)
        n = n - 1;
}

/* Each comes while a fiber begins, runs or ends; one that is lost is waited for until ctest's
 * limit. */
static void signals_are_heard_whoever_runs(void **state)
{
    (void)state;
    enum { SIGNALS = 1000 };
    unsigned heard = 0;
    int asks[2];
    pid_t parent = getpid();
    assert_int_equal(pipe(asks), 0);
    assert_int_equal(apus_reactor_on_signal(apus_loop_reactor(loop), SIGUSR1, hear, &heard),
                     APUS_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(asks[1]);
        signal_when_asked(asks[0], parent);
    }
    close(asks[0]);
    for (unsigned n = 1; n <= SIGNALS; n++) {
        unsigned turns = n % 64;
        assert_int_equal(write(asks[1], "", 1), 1);
        while (heard < n) {
            assert_int_equal(apus_fiber_spawn(loop, calls_nobody, &turns, "t", NULL), APUS_OK);
            apus_loop_turn(loop, 0);
        }
    }
    close(asks[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_until_it_parks_and_on_when_woken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fibers_start_fibers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deadlines_end_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancelling_ends_waits_and_a_shield_allows_cleanup, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_fiber_ends_at_any_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stacks_are_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(work_on_other_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timers_fire_in_order, set_up, tear_down),
        cmocka_unit_test(an_overflow_hits_the_guard_and_says_where),
        cmocka_unit_test(a_crash_says_where),
        cmocka_unit_test(a_loop_shows_since_when_it_is_busy),
        cmocka_unit_test_setup_teardown(signals_are_heard_whoever_runs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
