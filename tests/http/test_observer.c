/* What is told of requests that are over: once each, whatever became of them. */
#include "apus/metric.h"
#include "client.h"

enum { TOLD_MAX = 64 };

struct told {
    int n;
    struct {
        apus_http_outcome o;
        char target[64];
    } of[TOLD_MAX];
};

static void note(void *ctx, const apus_exchange *x, const apus_http_outcome *o)
{
    struct told *t = ctx;
    assert_true(t->n < TOLD_MAX);
    assert_true(o->duration >= 0);
    t->of[t->n].o = *o;
    snprintf(t->of[t->n].target, sizeof(t->of[0].target), "%.*s", (int)x->request.target.len,
             x->request.target.len ? x->request.target.ptr : "");
    t->n++;
}

static struct client *observed(struct told *told)
{
    struct client *t = client_open(NULL);
    *told = (struct told){ .n = 0 };
    /* as before the first connection: the one that is open has asked nothing */
    apus_http_server_on_end(t->server, note, told);
    return t;
}

static void each_answer_is_told_of(void **state)
{
    (void)state;
    struct told told;
    struct client *t = observed(&told);
    send_text(t, GET("/ok") GET("/empty") GET("/silent"));
    assert_int_equal(told.n, 3);
    assert_int_equal(told.of[0].o.status, 200);
    assert_int_equal(told.of[0].o.body_bytes, 2);
    assert_string_equal(told.of[0].target, "/ok");
    assert_int_equal(told.of[1].o.status, 204);
    assert_int_equal(told.of[1].o.body_bytes, 0);
    assert_int_equal(told.of[2].o.status, 500);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_requests), 0);
    client_close(t);
    assert_int_equal(told.n, 3);
}

static void a_lent_body_is_told_of_when_it_has_left(void **state)
{
    (void)state;
    struct told told;
    struct client *t = observed(&told);
    apus_http_pipe_set_room(t->pipe, 1000);
    send_text(t, GET("/big"));
    assert_int_equal(told.n, 0);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_requests), 1);
    apus_http_pipe_set_room(t->pipe, SIZE_MAX);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(told.n, 1);
    assert_int_equal(told.of[0].o.body_bytes, BIG);
    assert_false(told.of[0].o.is_lost);
    client_close(t);
}

static void refusals_show_nothing_of_the_request_before(void **state)
{
    (void)state;
    struct told told;
    struct client *t = observed(&told);
    send_text(t, GET("/echo"));
    send_text(t, "GARBAGE\r\n\r\n");
    assert_int_equal(told.n, 2);
    assert_int_equal(told.of[1].o.status, 400);
    assert_string_equal(told.of[1].target, "");
    client_close(t);
}

static void clients_that_leave_are_told_of_once(void **state)
{
    (void)state;
    struct told told;
    struct client *t = observed(&told);
    send_text(t, GET("/slow"));
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    apus_loop_turn(t->loop, 0);
    assert_int_equal(told.n, 1);
    assert_int_equal(told.of[0].o.status, 0);
    assert_true(told.of[0].o.is_lost);
    assert_string_equal(told.of[0].target, "/slow");
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_requests), 0);
    client_close(t);
    assert_int_equal(told.n, 1);
}

static void a_body_that_never_comes_is_told_of(void **state)
{
    (void)state;
    struct told told;
    struct client *t = observed(&told);
    send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    assert_int_equal(told.n, 1);
    assert_int_equal(told.of[0].o.status, 0);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_requests), 0);
    client_close(t);
}

/* Early answers wait for those of earlier requests, and so does what is told of them. */
static void pipelined_requests_are_told_of_in_order(void **state)
{
    (void)state;
    struct told told;
    struct client *t = observed(&told);
    send_text(t, GET("/slow") GET("/ok"));
    assert_int_equal(told.n, 0);
    release(t);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(told.n, 2);
    assert_string_equal(told.of[0].target, "/slow");
    assert_string_equal(told.of[1].target, "/ok");
    client_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_is_told_of),
        cmocka_unit_test(a_lent_body_is_told_of_when_it_has_left),
        cmocka_unit_test(refusals_show_nothing_of_the_request_before),
        cmocka_unit_test(clients_that_leave_are_told_of_once),
        cmocka_unit_test(a_body_that_never_comes_is_told_of),
        cmocka_unit_test(pipelined_requests_are_told_of_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
