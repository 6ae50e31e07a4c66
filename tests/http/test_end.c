/* How connections end: lost clients, half-closed ones, lingering, draining. */
#include "client.h"

#define MS APUS_MILLISECOND

static void lost_client_cancels_its_requests(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow") GET("/ok") GET("/slow"));
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_cancelled, 2);
    assert_int_equal(t->reply_rc, APUS_IO); /* an answer has nowhere to go */
    assert_int_equal(t->n_deferred, 3);
    assert_int_equal(apus_http_server_connections(t->server), 0);
    client_close(t);
}

static void lost_client_gives_the_lent_body_back(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    apus_http_pipe_set_room(t->pipe, 1000);
    send_text(t, GET("/big"));
    assert_int_equal(t->n_deferred, 0);
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    assert_int_equal(t->n_deferred, 1);
    client_close(t);
}

static void lost_client_ends_a_flush(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    apus_http_pipe_set_room(t->pipe, 5);
    send_text(t, GET("/flush"));
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_flushed, 0);
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->n_flushed, 1);
    client_close(t);
}

static void half_closed_client_gets_its_answers(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/ok") GET("/slow"));
    apus_http_pipe_finish(t->pipe);
    EXPECT(t, OK);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    release(t);
    EXPECT(t, OK);
    assert_int_equal(t->n_cancelled, 0);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

static void half_closed_in_the_middle_ends_quietly(void **state)
{
    static const char *const pieces[] = {
        "", "GET /o", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"
    };
    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct client *t = client_open(NULL);
        send_text(t, pieces[i]);
        apus_http_pipe_finish(t->pipe);
        EXPECT(t, "");
        assert_true(apus_http_pipe_is_closed(t->pipe));
        assert_int_equal(apus_http_server_connections(t->server), 0);
        assert_int_equal(t->n_calls, 0);
        client_close(t);
    }
}

/* After an error we read on for a while, so that the client is not reset before it
 * has read the answer. */
static void lingers_until_the_client_is_done(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, "GARBAGE\r\n\r\n");
    EXPECT_STATUS(t, 400);
    assert_int_equal(apus_http_pipe_send(t->pipe, APUS_STR("still talking")), APUS_OK);
    assert_int_equal(apus_http_server_connections(t->server), 1);
    apus_http_pipe_finish(t->pipe);
    assert_int_equal(apus_http_server_connections(t->server), 0);
    client_close(t);
}

static void lingers_when_something_was_left_unread(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/ok"));
    EXPECT(t, OK_CLOSE);
    assert_int_equal(apus_http_server_connections(t->server), 1);
    apus_http_pipe_finish(t->pipe);
    assert_int_equal(apus_http_server_connections(t->server), 0);
    client_close(t);

    t = client_open(NULL);
    send_text(t, "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT(t, OK_CLOSE);
    assert_int_equal(apus_http_server_connections(t->server), 0);
    client_close(t);
}

static void lingers_for_so_many_bytes(void **state)
{
    struct client *t = client_open(NULL);
    static char noise[4096];
    (void)state;
    send_text(t, "GARBAGE\r\n\r\n");
    int n = 0;
    while (apus_http_pipe_send(t->pipe, (apus_str){ noise, sizeof(noise) }) == APUS_OK)
        assert_true(++n <= 256);
    assert_int_equal(n, 256);
    assert_int_equal(apus_http_server_connections(t->server), 0);
    client_close(t);
}

static void lingers_for_so_long(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, "GARBAGE\r\n\r\n");
    turn_for(t, 1500 * MS);
    assert_int_equal(apus_http_server_connections(t->server), 1);
    turn_for(t, 700 * MS);
    assert_int_equal(apus_http_server_connections(t->server), 0);
    client_close(t);
}

/* --- draining --- */

static void note_drained(void *ctx)
{
    ((struct client *)ctx)->drained = true;
}

static void drain(struct client *t, int64_t ns)
{
    apus_loop_turn(t->loop, 0);
    apus_http_server_drain(t->server, apus_loop_now(t->loop) + ns, note_drained, t);
}

static void drain_closes_idle_connections(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/ok"));
    EXPECT(t, OK);
    turn_for(t, 300 * MS);
    drain(t, APUS_SECOND);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);
}

static void drain_waits_for_who_may_be_sending(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/ok"));
    EXPECT(t, OK);
    drain(t, 10 * APUS_SECOND);
    turn_for(t, 300 * MS);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    send_text(t, GET("/ok"));
    EXPECT(t, OK_CLOSE);
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);

    t = client_open(NULL); /* one that has only connected */
    drain(t, 10 * APUS_SECOND);
    turn_for(t, 300 * MS);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    turn_for(t, 300 * MS);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    assert_true(t->drained);
    client_close(t);
}

static void drain_lets_requests_finish(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow") GET("/slow"));
    drain(t, APUS_SECOND);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    apus_loop_turn(t->loop, 0);
    assert_false(t->drained);
    release(t);
    EXPECT(t, OK OK_CLOSE);
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);
}

static void drain_serves_the_request_that_is_arriving(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Le");
    drain(t, APUS_SECOND);
    send_text(t, "ngth: 5\r\n\r\nhe");
    assert_false(apus_http_pipe_is_closed(t->pipe));
    send_text(t, "llo");
    EXPECT(t, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
              "Connection: close\r\n\r\nhello");
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);
}

static void drain_ends_at_its_deadline(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow"));
    drain(t, 300 * MS);
    turn_for(t, 100 * MS);
    assert_false(t->drained);
    turn_for(t, 250 * MS);
    assert_true(t->drained);
    assert_int_equal(t->n_cancelled, 0);
    client_close(t); /* destroys the server: what is left is cancelled */
}

/* --- retiring --- */

static void retire(struct client *t, int64_t ns)
{
    apus_loop_turn(t->loop, 0);
    apus_http_server_retire(t->server, apus_loop_now(t->loop) + ns, note_drained, t);
}

static void retiring_waits_for_the_next_request_of_the_idle(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/ok"));
    EXPECT(t, OK);
    retire(t, APUS_SECOND);
    turn_for(t, 100 * MS);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    assert_false(t->drained);
    send_text(t, GET("/ok"));
    EXPECT(t, OK_CLOSE);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);
}

static void retiring_serves_who_has_only_connected(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    retire(t, APUS_SECOND);
    send_text(t, GET("/ok"));
    EXPECT(t, OK_CLOSE);
    client_close(t);
}

static void retiring_lets_requests_finish(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow") GET("/slow"));
    retire(t, APUS_SECOND);
    assert_false(t->drained);
    release(t);
    EXPECT(t, OK OK_CLOSE);
    apus_http_pipe_finish(t->pipe); /* it has read the end */
    apus_loop_turn(t->loop, 0);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);
}

static void a_body_that_is_arriving_is_the_last(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    retire(t, APUS_SECOND);
    send_text(t, "llo");
    EXPECT(t, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
              "Connection: close\r\n\r\nhello");
    client_close(t);
}

static void retiring_ends_at_its_deadline(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/ok"));
    EXPECT(t, OK);
    retire(t, 300 * MS);
    turn_for(t, 100 * MS);
    assert_false(t->drained);
    turn_for(t, 250 * MS);
    assert_true(t->drained);
    client_close(t);
}

static void who_retires_can_be_told_to_hurry(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/ok"));
    EXPECT(t, OK);
    retire(t, 600 * APUS_SECOND);
    turn_for(t, 300 * MS);
    drain(t, 600 * APUS_SECOND);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    apus_loop_turn(t->loop, 0);
    assert_true(t->drained);
    client_close(t);
}

static void destroy_cancels_what_is_left(void **state)
{
    struct client *t = client_open(NULL);
    (void)state;
    send_text(t, GET("/slow"));
    apus_http_server_destroy(t->server);
    assert_int_equal(t->n_cancelled, 1);
    t->server = NULL;
    client_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_client_cancels_its_requests),
        cmocka_unit_test(lost_client_gives_the_lent_body_back),
        cmocka_unit_test(lost_client_ends_a_flush),
        cmocka_unit_test(half_closed_client_gets_its_answers),
        cmocka_unit_test(half_closed_in_the_middle_ends_quietly),
        cmocka_unit_test(lingers_until_the_client_is_done),
        cmocka_unit_test(lingers_when_something_was_left_unread),
        cmocka_unit_test(lingers_for_so_many_bytes),
        cmocka_unit_test(lingers_for_so_long),
        cmocka_unit_test(drain_closes_idle_connections),
        cmocka_unit_test(drain_waits_for_who_may_be_sending),
        cmocka_unit_test(drain_lets_requests_finish),
        cmocka_unit_test(drain_serves_the_request_that_is_arriving),
        cmocka_unit_test(drain_ends_at_its_deadline),
        cmocka_unit_test(retiring_waits_for_the_next_request_of_the_idle),
        cmocka_unit_test(retiring_serves_who_has_only_connected),
        cmocka_unit_test(retiring_lets_requests_finish),
        cmocka_unit_test(a_body_that_is_arriving_is_the_last),
        cmocka_unit_test(retiring_ends_at_its_deadline),
        cmocka_unit_test(who_retires_can_be_told_to_hurry),
        cmocka_unit_test(destroy_cancels_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
