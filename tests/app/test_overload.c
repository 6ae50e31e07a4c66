/* What is turned away when there is too much to do, and what is not. */
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
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus__gradient_sample(&g, rows[i].took, rows[i].in_flight);
        assert_float_equal((float)g.usual, (float)rows[i].usual, 1e-4);
        assert_float_equal((float)g.limit, (float)rows[i].limit, 1e-4);
    }
}

static void the_limit_has_bounds(void **state)
{
    (void)state;
    apus__gradient g = { .limit = 100, .min = 20, .max = 120 };
    for (int i = 0; i < 1000; i++)
        apus__gradient_sample(&g, 10, 120);
    assert_float_equal((float)g.limit, (float)120, 1e-4);
    for (int64_t took = 10; took < INT64_C(1) << 50; took *= 2)
        apus__gradient_sample(&g, took, 120);
    assert_float_equal((float)g.limit, (float)20, 1e-4);
}

static void a_standing_queue_is_short(void **state)
{
    (void)state;
    const apus__codel c = { .target = 5, .interval = 100 };
    assert_int_equal(apus__codel_longest(&c, 1000, 1000), 100);
    assert_int_equal(apus__codel_longest(&c, 1100, 1000), 100);
    assert_int_equal(apus__codel_longest(&c, 1101, 1000), 5);
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
};
APP(app, routes, .n_tests = 0);

enum { PIPES_MAX = 8 };

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

/* A request on a connection of its own; what has been answered so far. */
static const char *ask(struct bench *b, const char *path)
{
    char text[128];
    unsigned i = b->n++;
    assert_true(i < PIPES_MAX);
    b->out[i] = apus_buf_with(&apus_alloc_libc);
    assert_int_equal(apus_http_pipe_open(b->server, &b->out[i], &b->pipes[i]), APUS_OK);
    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    assert_int_equal(apus_http_pipe_send(b->pipes[i], apus_str_of(text)), APUS_OK);
    apus_buf_addc(&b->out[i], '\0');
    return b->out[i].ptr;
}

static void expect(struct bench *b, const char *path, const char *status)
{
    const char *answer = ask(b, path);
    assert_memory_equal(answer, "HTTP/1.1 ", 9);
    assert_memory_equal(answer + 9, status, 3);
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

static void be_busy(int64_t ns)
{
    for (int64_t until = apus_clock_now() + ns; apus_clock_now() < until;)
        continue;
}

static void who_waited_for_long_is_turned_away(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_queue);
    begin(&b, &(apus_overload){ .queue_target = 1,
                                .queue_interval = 20 * APUS_MILLISECOND,
                                .lag_max = 600 * APUS_SECOND });
    be_busy(21 * APUS_MILLISECOND);
    expect(&b, "/usual", "503");
    expect(&b, "/critical", "200");
    expect(&b, "/health", "200");
    assert_int_equal(counted(APUS_METRIC_shed_queue) - before, 1);
    end(&b);
}

static void a_loop_that_lags_turns_all_away(void **state)
{
    (void)state;
    struct bench b;
    int64_t before = counted(APUS_METRIC_shed_lag);
    begin(&b, &(apus_overload){ .lag_max = 20 * APUS_MILLISECOND });
    be_busy(21 * APUS_MILLISECOND);
    expect(&b, "/critical", "503");
    expect(&b, "/health", "200");
    assert_int_equal(counted(APUS_METRIC_shed_lag) - before, 1);
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
        cmocka_unit_test(a_standing_queue_is_short),
        cmocka_unit_test(classes_share_the_limit),
        cmocka_unit_test(what_ends_makes_room),
        cmocka_unit_test(streams_do_not_count),
        cmocka_unit_test(who_waited_for_long_is_turned_away),
        cmocka_unit_test(a_loop_that_lags_turns_all_away),
        cmocka_unit_test(descriptors_run_out),
        cmocka_unit_test(limits_that_contradict_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
