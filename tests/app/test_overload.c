/* What is turned away when there is too much to do, and what is not; the machine's own pauses do
 * not count, since time passes in be_busy and in rest alone. */
#include "tables.h"

#include <sys/resource.h>

#include "apus/clock.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/main.h"
#include "apus/metric.h"
#include "apus/overload.h"
#include "app/codel.h"
#include "app/gradient.h"

static int64_t now = APUS_SECOND;
static int64_t rests; /* from when the clock is read next until the time after: a turn's wait */

/* In place of src/sys/clock.c, which is not linked then. */
int64_t apus_clock_now(void)
{
    int64_t read = now;
    now += rests;
    rests = 0;
    return read;
}

int64_t apus_clock_wall(void)
{
    return INT64_C(1700000000) * APUS_SECOND + now;
}

static void be_busy(int64_t ns)
{
    now += ns;
}

/* --- the rules --- */

/* By hand: limit * 0.8 + (limit * gradient + 4) * 0.2, the usual time being the mean at first. */
static void the_limit_follows_how_long_requests_take(void **state)
{
    (void)state;
    static const struct {
        int64_t took;
        uint32_t in_flight;
        double usual, limit;
    } rows[] = {
        { 10, 100, 10, 100.8 },  { 10, 100, 10, 101.6 }, { 40, 100, 20, 97.32 },
        { 40, 40, 25, 97.32 },   /* less than half of it was in use: it says nothing */
        { 10, 97, 20.9, 98.12 }, /* twice as fast as usual: what is usual is forgotten */
    };
    apus__gradient g = { .limit = 100, .min = 20, .max = 4000 };
    apus__usual usual = { .n = 0 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t n = rows[i].in_flight;
        apus__gradient_sample(&g, &usual, (apus__sample){ rows[i].took, n, n });
        assert_float_equal((float)usual.ns, (float)rows[i].usual, 1e-4);
        assert_float_equal((float)g.limit, (float)rows[i].limit, 1e-4);
    }
}

static void the_limit_has_bounds(void **state)
{
    (void)state;
    apus__gradient g = { .limit = 100, .min = 20, .max = 120 };
    apus__usual usual = { .n = 0 };
    for (int i = 0; i < 1000; i++)
        apus__gradient_sample(&g, &usual, (apus__sample){ 10, 120, 120 });
    assert_float_equal((float)g.limit, (float)120, 1e-4);
    for (int64_t took = 10; took < INT64_C(1) << 50; took *= 2)
        apus__gradient_sample(&g, &usual, (apus__sample){ took, 120, 120 });
    assert_float_equal((float)g.limit, (float)20, 1e-4);
}

/* As many as there were when it began, if it took no longer than usual. */
static void so_many_were_good(void **state)
{
    (void)state;
    apus__gradient g = { .limit = 100, .min = 20, .max = 4000 };
    apus__usual usual = { .n = 0 };
    apus__gradient_sample(&g, &usual, (apus__sample){ 10, 300, 700 });
    assert_float_equal((float)g.limit, (float)300, 1e-4);
}

/* Each route is compared with itself. */
static void a_slow_route_is_no_strain(void **state)
{
    (void)state;
    apus__gradient g = { .limit = 100, .min = 20, .max = 4000 };
    apus__usual quick = { .n = 0 }, slow = { .n = 0 };
    for (int i = 0; i < 50; i++)
        apus__gradient_sample(&g, &quick, (apus__sample){ 10, 100, 100 });
    for (int i = 0; i < 50; i++)
        apus__gradient_sample(&g, &slow, (apus__sample){ 100000, 100, 100 });
    assert_false(apus__gradient_is_strained(&g));
    for (int i = 0; i < 50; i++)
        apus__gradient_sample(&g, &quick, (apus__sample){ 20 + i, 100, 100 });
    assert_true(apus__gradient_is_strained(&g));
}

/* What requests take while others are turned away is not what is usual. */
static void a_queue_teaches_little(void **state)
{
    (void)state;
    apus__gradient g = { .limit = 100, .min = 20, .max = 4000 };
    apus__usual usual = { .n = 0 };
    for (int i = 0; i < 100; i++)
        apus__gradient_sample(&g, &usual, (apus__sample){ 100, 100, 100 });
    g.holds = true;
    for (int i = 0; i < 600; i++)
        apus__gradient_sample(&g, &usual, (apus__sample){ 200, 100, 100 });
    assert_true(usual.ns < 105);
    g.holds = false;
    for (int i = 0; i < 600; i++)
        apus__gradient_sample(&g, &usual, (apus__sample){ 200, 100, 100 });
    assert_true(usual.ns > 150);
}

/* It begins when there was no rest for an interval, and ends when there was a tenth of one. */
static void a_queue_stands_until_there_is_rest(void **state)
{
    (void)state;
    static const struct {
        int64_t now, empty_at, rested;
        bool stands;
    } rows[] = {
        { 1000, 0, 500, false },    { 1001, 0, 500, true },
        { 2000, 1999, 599, true },  /* the interval is not over */
        { 2001, 2000, 599, true },  /* 99 in 1,000 */
        { 3001, 3000, 709, false }, /* 110 */
        { 4000, 3000, 709, false }, { 4001, 3000, 709, true },
    };
    apus__codel c = { .interval = 1000 };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(apus__codel_stands(&c, rows[i].now, rows[i].empty_at, rows[i].rested),
                         rows[i].stands);
}

/* --- in a service --- */

static int64_t waits(apus_req *req)
{
    return apus_sleep(req, 600 * APUS_SECOND) ? 1 : 0;
}

static int64_t answers(apus_req *req)
{
    (void)req;
    return 1;
}

/* Something else that a loop does in every turn. */
struct chore {
    apus_loop *loop;
    apus_timer timer;
};

static void do_chore(void *ctx)
{
    struct chore *c = ctx;
    be_busy(20 * APUS_MILLISECOND);
    apus_timer_start(c->loop, &c->timer, apus_clock_now()); /* not in this turn again */
}

static char order[8]; /* of the handlers that ran */
static int64_t nap;   /* ns */

static int64_t note(char which)
{
    order[strlen(order)] = which;
    return 1;
}

static int64_t first(apus_req *req)
{
    (void)req;
    return note('1');
}

static int64_t second(apus_req *req)
{
    (void)req;
    return note('2');
}

/* Takes more than its slice of a turn. */
static int64_t long_one(apus_req *req)
{
    (void)req;
    be_busy(6 * APUS_MILLISECOND);
    return note('L');
}

static int64_t naps(apus_req *req)
{
    return apus_sleep(req, nap) ? 1 : 0;
}

static int64_t streams(apus_req *req)
{
    (void)apus_write(req, APUS_STR("piece\n"));
    (void)apus_sleep(req, 600 * APUS_SECOND);
    return 1;
}

static void call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(int64_t *)result = ((int64_t(*)(apus_req *))fn)(req);
}

#define ROUTE(path_, fn_, shed_)                                                                   \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = call, .result = &apus_type_int64,                            \
        .result_size = sizeof(int64_t), .status = 200, .limits.shed = APUS_SHED_##shed_            \
    }

static const apus_route routes[] = {
    ROUTE("/waits", waits, unsaid),        ROUTE("/streams", streams, unsaid),
    ROUTE("/usual", answers, unsaid),      ROUTE("/health", answers, never),
    ROUTE("/critical", answers, critical), ROUTE("/sheddable", answers, sheddable),
    ROUTE("/first", first, unsaid),        ROUTE("/second", second, unsaid),
    ROUTE("/long", long_one, unsaid),      ROUTE("/naps", naps, unsaid),
};
APP(app, routes, .n_tests = 0);

enum { PIPES_MAX = 32 };

struct bench {
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    apus_buf out[PIPES_MAX];
    apus_http_pipe *pipes[PIPES_MAX];
    unsigned n;
};

static void begin(struct bench *b, const apus_overload *settings)
{
    apus_err err = { 0 };
    *b = (struct bench){ 0 };
    assert_int_equal(apus_loop_create(&b->loop, &err), APUS_OK);
    assert_int_equal(apus_service_create(&app, b->loop, &b->service, &err), APUS_OK);
    assert_int_equal(apus_service_shed(b->service, settings, &err), APUS_OK);
    assert_int_equal(
        apus_http_server_create(b->loop, NULL, apus_service_handle, b->service, &b->server, &err),
        APUS_OK);
    apus_loop_turn(b->loop, APUS_MILLISECOND);
}

static void end(struct bench *b)
{
    for (unsigned i = 0; i < b->n; i++)
        if (b->pipes[i])
            apus_http_pipe_close(b->pipes[i]);
    apus_http_server_destroy(b->server);
    for (unsigned i = 0; i < b->n; i++)
        apus_buf_finish(&b->out[i]);
    apus_service_destroy(b->service);
    apus_loop_destroy(b->loop);
}

/* What has been answered to a request so far. */
static const char *answer_to(struct bench *b, unsigned i)
{
    if (!b->out[i].len || b->out[i].ptr[b->out[i].len - 1])
        apus_buf_addc(&b->out[i], '\0');
    return b->out[i].ptr;
}

/* A request on a connection of its own; the same. */
static const char *ask(struct bench *b, const char *path)
{
    char text[128];
    unsigned i = b->n++;
    assert_true(i < PIPES_MAX);
    b->out[i] = apus_buf_with(&apus_alloc_libc);
    assert_int_equal(apus_http_pipe_open(b->server, &b->out[i], &b->pipes[i]), APUS_OK);
    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    assert_int_equal(apus_http_pipe_send(b->pipes[i], apus_str_of(text)), APUS_OK);
    return b->out[i].len ? answer_to(b, i) : "";
}

static void expect(struct bench *b, const char *path, const char *status)
{
    const char *answer = ask(b, path);
    assert_memory_equal(answer, "HTTP/1.1 ", 9);
    assert_memory_equal(answer + 9, status, 3);
}

/* One that waits for its turn. */
static void expect_later(struct bench *b, const char *path, const char *status)
{
    unsigned i = b->n;
    assert_string_equal(ask(b, path), "");
    for (int turns = 0; turns < 100 && !b->out[i].len; turns++)
        apus_loop_turn(b->loop, APUS_MILLISECOND);
    assert_memory_equal(answer_to(b, i) + 9, status, 3);
}

/* The loop has nothing to do for so long. */
static void rest(struct bench *b, int64_t ns)
{
    apus_loop_turn(b->loop, 0);
    rests = ns;
    apus_loop_turn(b->loop, 0);
}

static int64_t counted(apus_metric m)
{
    return apus_metric_read(NULL, m);
}

/* Five at once: all of them for what is critical, four for most, three for what can wait. */
static void classes_share_the_limit(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_concurrency);
    begin(&b, &(apus_overload){ .concurrency = 5, .concurrency_min = 1, .concurrency_max = 5 });
    (void)ask(&b, "/waits");
    (void)ask(&b, "/waits");
    (void)ask(&b, "/waits");
    expect(&b, "/sheddable", "503");
    (void)ask(&b, "/waits");
    const char *refused = ask(&b, "/usual");
    assert_non_null(strstr(refused, "503 Service Unavailable\r\n"));
    assert_non_null(strstr(refused, "\r\nRetry-After: "));
    assert_non_null(strstr(refused, "\"code\":\"temporary-reduced-capacity\""));
    expect(&b, "/critical", "200");
    expect(&b, "/health", "200");
    assert_int_equal(counted(APUS_METRIC_shed_concurrency) - before, 2);
    end(&b);
}

/* One that goes away gives its place back. */
static void what_ends_makes_room(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, &(apus_overload){ .concurrency = 2, .concurrency_min = 1, .concurrency_max = 2 });
    (void)ask(&b, "/waits");
    expect(&b, "/usual", "503");
    apus_http_pipe_close(b.pipes[0]);
    b.pipes[0] = NULL;
    apus_loop_turn(b.loop, APUS_MILLISECOND);
    expect(&b, "/usual", "200");
    end(&b);
}

static void streams_do_not_count(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, &(apus_overload){ .concurrency = 2, .concurrency_min = 1, .concurrency_max = 2 });
    (void)ask(&b, "/streams");
    (void)ask(&b, "/streams");
    expect(&b, "/usual", "200");
    end(&b);
}

/* A queue that stands: whoever comes waits for the end of the turn. */
static const apus_overload standing = { .queue_interval = 20 * APUS_MILLISECOND,
                                        .queue_patience = 1,
                                        .queue_target = 600 * APUS_SECOND,
                                        .lag_max = 600 * APUS_SECOND };

static void who_waited_for_long_is_turned_away(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_queue);
    apus_overload o = standing;
    o.queue_target = 1;
    begin(&b, &o);
    be_busy(21 * APUS_MILLISECOND);
    expect_later(&b, "/usual", "503");
    be_busy(21 * APUS_MILLISECOND);
    expect(&b, "/critical", "200");
    expect(&b, "/health", "200");
    assert_int_equal(counted(APUS_METRIC_shed_queue) - before, 1);
    end(&b);
}

/* Long as they wait: it is over in a moment. */
static void a_burst_is_answered(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, NULL);
    be_busy(150 * APUS_MILLISECOND);
    expect(&b, "/usual", "200");
    end(&b);
}

static void the_newest_goes_first(void **state)
{
    (void)state;
    struct bench b;
    memset(order, 0, sizeof(order));
    begin(&b, &standing);
    be_busy(21 * APUS_MILLISECOND);
    (void)ask(&b, "/first");
    expect_later(&b, "/second", "200");
    assert_memory_equal(answer_to(&b, 0) + 9, "200", 3);
    assert_string_equal(order, "21");
    end(&b);
}

/* While that is soon. */
static void the_oldest_goes_first(void **state)
{
    (void)state;
    struct bench b;
    apus_overload o = standing;
    memset(order, 0, sizeof(order));
    o.queue_patience = 600 * APUS_SECOND;
    begin(&b, &o);
    be_busy(21 * APUS_MILLISECOND);
    (void)ask(&b, "/first");
    expect_later(&b, "/second", "200");
    assert_string_equal(order, "12");
    end(&b);
}

static void ask_both(void *ctx)
{
    (void)ask(ctx, "/first");
    be_busy(APUS_MICROSECOND); /* it has waited for a moment */
    (void)ask(ctx, "/long");
}

/* Who comes meanwhile is newer than those that are left. */
static void a_turn_has_a_slice_for_them(void **state)
{
    (void)state;
    struct bench b;
    memset(order, 0, sizeof(order));
    begin(&b, &standing);
    be_busy(21 * APUS_MILLISECOND);
    apus_timer in_turn = { .fn = ask_both, .ctx = &b };
    apus_timer_start(b.loop, &in_turn, apus_loop_now(b.loop));
    apus_loop_turn(b.loop, APUS_MILLISECOND);
    assert_string_equal(order, "L");
    (void)ask(&b, "/second");
    for (int turns = 0; turns < 100 && !b.out[0].len; turns++)
        apus_loop_turn(b.loop, APUS_MILLISECOND);
    assert_string_equal(order, "L21");
    end(&b);
}

/* What else a turn has to do takes none of the slice: there is one in each. */
static void a_busy_turn_has_a_slice_as_well(void **state)
{
    (void)state;
    struct bench b;
    memset(order, 0, sizeof(order));
    begin(&b, &standing);
    struct chore chore = { .loop = b.loop, .timer = { .fn = do_chore, .ctx = &chore } };
    do_chore(&chore);
    be_busy(21 * APUS_MILLISECOND);
    (void)ask(&b, "/first");
    for (int turns = 0; turns < 20 && !order[0]; turns++)
        apus_loop_turn(b.loop, APUS_MILLISECOND);
    assert_string_equal(order, "1");
    apus_timer_stop(b.loop, &chore.timer);
    end(&b);
}

/* Its place in the queue is on its stack: it goes when its turn has come, and runs nothing. */
static void who_goes_away_meanwhile_is_not_served(void **state)
{
    (void)state;
    struct bench b;
    memset(order, 0, sizeof(order));
    begin(&b, &standing);
    be_busy(21 * APUS_MILLISECOND);
    (void)ask(&b, "/first");
    apus_http_pipe_close(b.pipes[0]);
    b.pipes[0] = NULL;
    expect_later(&b, "/second", "200");
    assert_string_equal(order, "2");
    end(&b);
}

static void a_loop_that_lags_turns_all_away(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_lag);
    apus_overload o = standing;
    o.lag_max = 20 * APUS_MILLISECOND;
    begin(&b, &o);
    be_busy(21 * APUS_MILLISECOND);
    expect(&b, "/critical", "503");
    expect(&b, "/health", "200");
    assert_int_equal(counted(APUS_METRIC_shed_lag) - before, 1);
    end(&b);
}

static void nap_together(struct bench *b, unsigned n)
{
    unsigned from = b->n;
    for (unsigned i = 0; i < n; i++)
        assert_string_equal(ask(b, "/naps"), "");
    for (unsigned i = from; i < b->n; i++)
        while (!b->out[i].len)
            rest(b, APUS_MILLISECOND);
}

/* More at once than the limit, as long as none takes longer for it. */
static void many_at_once_are_no_queue(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, &(apus_overload){ .concurrency = 2, .concurrency_min = 2, .concurrency_max = 10 });
    for (int i = 0; i < 8; i++)
        assert_string_equal(ask(&b, "/waits"), "");
    expect(&b, "/usual", "503"); /* that is as many as may ever be */
    end(&b);
}

static void the_limit_holds_while_requests_take_longer(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_concurrency);
    begin(&b, &(apus_overload){ .concurrency = 2, .concurrency_min = 2, .concurrency_max = 40 });
    nap = 20 * APUS_MILLISECOND;
    for (int i = 0; i < 10; i++)
        nap_together(&b, 1);
    assert_int_equal(counted(APUS_METRIC_shed_concurrency) - before, 0);
    nap = 400 * APUS_MILLISECOND;
    nap_together(&b, 8);
    for (int i = 0; i < 12; i++)
        (void)ask(&b, "/waits");
    assert_in_range(counted(APUS_METRIC_shed_concurrency) - before, 1, 11);
    end(&b);
}

/* All of a route wait for something that does not come. */
static void requests_that_hang_are_not_joined(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, &(apus_overload){ .concurrency = 2, .concurrency_min = 2, .concurrency_max = 40 });
    nap = APUS_MILLISECOND;
    nap_together(&b, 1);
    nap = 600 * APUS_SECOND;
    for (int i = 0; i < 4; i++)
        assert_string_equal(ask(&b, "/naps"), "");
    rest(&b, 1100 * APUS_MILLISECOND);
    expect(&b, "/naps", "503");
    end(&b);
}

/* Some descriptors are always open. */
static void descriptors_run_out(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_descriptors);
    struct rlimit was, tight;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    begin(&b,
          &(apus_overload){ .queue_interval = 600 * APUS_SECOND, .lag_max = 600 * APUS_SECOND });
    tight = was;
    tight.rlim_cur = 4;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    expect(&b, "/critical", "503");
    expect(&b, "/health", "200");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(counted(APUS_METRIC_shed_descriptors) - before, 1);
    end(&b);
}

static void limits_that_contradict_are_refused(void **state)
{
    (void)state;
    apus_err err = { 0 };
    apus_loop *loop;
    apus_service *service;
    assert_int_equal(apus_loop_create(&loop, &err), APUS_OK);
    assert_int_equal(apus_service_create(&app, loop, &service, &err), APUS_OK);
    const apus_overload o = { .concurrency_min = 5, .concurrency_max = 4 };
    assert_int_equal(apus_service_shed(service, &o, &err), APUS_INVALID);
    assert_string_equal(err.msg, "at least 5 requests at once, but at most 4");
    apus_service_destroy(service);
    apus_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_follows_how_long_requests_take),
        cmocka_unit_test(the_limit_has_bounds),
        cmocka_unit_test(so_many_were_good),
        cmocka_unit_test(a_slow_route_is_no_strain),
        cmocka_unit_test(a_queue_teaches_little),
        cmocka_unit_test(a_queue_stands_until_there_is_rest),
        cmocka_unit_test(classes_share_the_limit),
        cmocka_unit_test(what_ends_makes_room),
        cmocka_unit_test(streams_do_not_count),
        cmocka_unit_test(who_waited_for_long_is_turned_away),
        cmocka_unit_test(a_burst_is_answered),
        cmocka_unit_test(the_newest_goes_first),
        cmocka_unit_test(the_oldest_goes_first),
        cmocka_unit_test(a_turn_has_a_slice_for_them),
        cmocka_unit_test(a_busy_turn_has_a_slice_as_well),
        cmocka_unit_test(who_goes_away_meanwhile_is_not_served),
        cmocka_unit_test(a_loop_that_lags_turns_all_away),
        cmocka_unit_test(many_at_once_are_no_queue),
        cmocka_unit_test(the_limit_holds_while_requests_take_longer),
        cmocka_unit_test(requests_that_hang_are_not_joined),
        cmocka_unit_test(descriptors_run_out),
        cmocka_unit_test(limits_that_contradict_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
