/* Answers in pieces, held back by clients that do not read, and connections taken over. */
#include "client.h"

#define TEXT_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
#define CHUNKED   TEXT_HEAD "Transfer-Encoding: chunked\r\n\r\n"

static void write_text(apus_exchange *x, const char *text)
{
    assert_int_equal(apus_exchange_write(x, apus_str_of(text)), APUS_OK);
}

static uint64_t length_of(apus_str path)
{
    return apus_str_starts(path, APUS_STR("/counted")) ? 8 : APUS_LENGTH_UNKNOWN;
}

/* Writes "ab", "" and "cdefgh", waits in between for /slow ones. */
static void three_pieces(struct client *t, apus_exchange *x)
{
    apus_str path = x->request.path;
    apus_http_reply head = text_reply(200, APUS_STR(""));
    if (apus_str_eq(path, APUS_STR("/ok"))) {
        apus_exchange_reply(x, &(apus_http_reply){ .status = 200, .body = APUS_STR("OK") });
        return;
    }
    apus_rc rc = apus_exchange_begin(x, &head, length_of(path));
    if (rc == APUS_DONE) {
        assert_int_equal(apus_exchange_write(x, APUS_STR("ab")), APUS_DONE);
        assert_int_equal(apus_exchange_finish(x), APUS_OK);
        return;
    }
    assert_int_equal(rc, APUS_OK);
    write_text(x, "ab");
    write_text(x, "");
    if (apus_str_ends(path, APUS_STR("slow")))
        wait_for_release(t);
    write_text(x, "cdefgh");
    assert_int_equal(apus_exchange_finish(x), APUS_OK);
    assert_int_equal(apus_exchange_write(x, APUS_STR("i")), APUS_DONE);
}

static void each_framing(void **state)
{
    static const struct {
        const char *what, *sent, *expected;
        bool closed;
    } table[] = {
        { "chunks", GET("/"), CHUNKED "2\r\nab\r\n6\r\ncdefgh\r\n0\r\n\r\n", false },
        { "a length", GET("/counted"), TEXT_HEAD "Content-Length: 8\r\n\r\nabcdefgh", false },
        { "HEAD", "HEAD /counted HTTP/1.1\r\nHost: a\r\n\r\n" GET("/ok"),
          TEXT_HEAD "Content-Length: 8\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
          false },
        { "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", TEXT_HEAD "Connection: close\r\n\r\nabcdefgh",
          true },
        { "HTTP/1.0 that wants to stay and cannot",
          "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /ok HTTP/1.0\r\n\r\n",
          TEXT_HEAD "Connection: close\r\n\r\nabcdefgh", true },
        { "HTTP/1.0 that stays, with a length",
          "GET /counted HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          TEXT_HEAD "Content-Length: 8\r\nConnection: keep-alive\r\n\r\nabcdefgh", false },
        { "the last of its connection", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          TEXT_HEAD "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    "2\r\nab\r\n6\r\ncdefgh\r\n0\r\n\r\n",
          true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct client *t = client_open(NULL);
        t->own = three_pieces;
        send_text(t, table[i].sent);
        apus_loop_turn(t->loop, 0);
        char *got = received(t);
        if (strcmp(got, table[i].expected) != 0)
            fail_msg("%s:\n%s\ninstead of\n%s", table[i].what, got, table[i].expected);
        if (apus_http_pipe_is_closed(t->pipe) != table[i].closed)
            fail_msg("%s: closed or not", table[i].what);
        client_close(t);
    }
}

static void pieces_leave_while_the_handler_waits(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = three_pieces;
    send_text(t, GET("/slow") GET("/ok"));
    apus_loop_turn(t->loop, 0);
    EXPECT(t, CHUNKED "2\r\nab\r\n"); /* and the second answer waits */
    release(t);
    EXPECT(t, "6\r\ncdefgh\r\n0\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    client_close(t);
}

static void a_stream_waits_for_its_turn(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = three_pieces;
    send_text(t, GET("/slow") GET("/counted"));
    apus_loop_turn(t->loop, 0);
    EXPECT(t, CHUNKED "2\r\nab\r\n");
    release(t);
    apus_loop_turn(t->loop, 0);
    EXPECT(t, "6\r\ncdefgh\r\n0\r\n\r\n" TEXT_HEAD "Content-Length: 8\r\n\r\nabcdefgh");
    client_close(t);
}

/* --- ends that must not look whole --- */

static void breaks_off(struct client *t, apus_exchange *x)
{
    apus_http_reply head = text_reply(200, APUS_STR(""));
    apus_str path = x->request.path;
    assert_int_equal(apus_exchange_begin(x, &head, length_of(path)), APUS_OK);
    write_text(x, "ab");
    if (apus_str_ends(path, APUS_STR("more")))
        assert_int_equal(apus_exchange_write(x, APUS_STR("1234567")), APUS_LIMIT);
    else if (apus_str_ends(path, APUS_STR("short")))
        t->reply_rc = apus_exchange_finish(x);
}

static void a_part_does_not_look_whole(void **state)
{
    static const char *const sent[] = { GET("/unfinished"), GET("/counted"), GET("/counted-short"),
                                        GET("/counted-more") };
    (void)state;
    for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
        struct client *t = client_open(NULL);
        t->own = breaks_off;
        send_text(t, sent[i]);
        apus_loop_turn(t->loop, 0);
        assert_true(apus_http_pipe_is_closed(t->pipe));
        assert_null(strstr(received(t), "0\r\n\r\n"));
        assert_int_equal(t->reply_rc, i == 2 ? APUS_INVALID : APUS_OK);
        client_close(t);
    }
}

static void big_or_broken_off(struct client *t, apus_exchange *x)
{
    apus_http_reply head = text_reply(200, (apus_str){ t->big, BIG });
    if (apus_str_eq(x->request.path, APUS_STR("/big")))
        assert_int_equal(apus_exchange_reply(x, &head), APUS_OK);
    else
        breaks_off(t, x);
}

static void what_was_answered_before_is_sent_all_the_same(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = big_or_broken_off;
    apus_http_pipe_set_room(t->pipe, 1000);
    send_text(t, GET("/big") GET("/counted") GET("/big"));
    apus_loop_turn(t->loop, 0);
    assert_false(apus_http_pipe_is_closed(t->pipe));
    apus_http_pipe_set_room(t->pipe, SIZE_MAX);
    apus_loop_turn(t->loop, 0);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    const char *got = received(t), *second = strstr(got, "bHTTP/1.1 200 OK\r\n");
    assert_non_null(second);
    assert_int_equal(second + 1 - strstr(got, "\r\n\r\nb") - 4, BIG);
    assert_string_equal(second + 1, TEXT_HEAD "Content-Length: 8\r\n\r\nab");
    client_close(t);
}

/* --- clients that do not read --- */

/* Writes for ever, small pieces or large ones; counts them in n_calls. */
static void floods(struct client *t, apus_exchange *x)
{
    apus_http_reply head = text_reply(200, APUS_STR(""));
    apus_str piece = { t->big, apus_str_ends(x->request.path, APUS_STR("large")) ? BIG : 1000 };
    apus_rc rc = apus_exchange_begin(x, &head, APUS_LENGTH_UNKNOWN);
    while (!rc) {
        rc = apus_exchange_write(x, piece);
        t->n_calls++;
    }
    t->reply_rc = rc;
}

static void a_writer_waits_for_its_client(void **state)
{
    static const struct {
        const char *sent;
        int calls;
    } table[] = { { GET("/small"), 70 }, { GET("/large"), 2 } };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct client *t = client_open(&(apus_http_limits){ .stream_max = 65536 });
        t->own = floods;
        apus_http_pipe_set_room(t->pipe, 0);
        send_text(t, table[i].sent);
        turn_for(t, 5 * APUS_MILLISECOND);
        int calls = t->n_calls;
        assert_true(calls <= table[i].calls);
        for (int round = 0; round < 4; round++) { /* and goes on when it reads */
            apus_buf_clear(&t->out);
            apus_http_pipe_set_room(t->pipe, 100000);
            turn_for(t, 5 * APUS_MILLISECOND);
        }
        assert_true(t->n_calls > calls);
        apus_http_pipe_close(t->pipe);
        apus_loop_turn(t->loop, 0);
        assert_int_equal(t->reply_rc, APUS_IO);
        t->pipe = NULL;
        client_close(t);
    }
}

static void the_write_timeout_ends_a_stream(void **state)
{
    (void)state;
    struct client *t = client_open(&(apus_http_limits){ .write_timeout = 20 * APUS_MILLISECOND });
    t->own = floods;
    apus_http_pipe_set_room(t->pipe, 0);
    send_text(t, GET("/large"));
    turn_for(t, 60 * APUS_MILLISECOND);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    assert_int_equal(t->reply_rc, APUS_IO);
    client_close(t);
}

static void waits_in_the_middle(struct client *t, apus_exchange *x)
{
    apus_http_reply head = text_reply(200, APUS_STR(""));
    assert_int_equal(apus_exchange_begin(x, &head, APUS_LENGTH_UNKNOWN), APUS_OK);
    wait_for_release(t);
    t->reply_rc = apus_exchange_write(x, APUS_STR("nobody"));
}

static void a_client_that_goes_cancels(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = waits_in_the_middle;
    send_text(t, GET("/"));
    apus_loop_turn(t->loop, 0);
    apus_http_pipe_close(t->pipe);
    t->pipe = NULL;
    turn_for(t, APUS_MILLISECOND);
    assert_int_equal(t->n_cancelled, 1);
    assert_int_equal(t->reply_rc, APUS_IO);
    client_close(t);
}

/* --- draining --- */

static void streams_on(struct client *t, apus_exchange *x)
{
    apus_http_reply head = text_reply(200, APUS_STR(""));
    assert_int_equal(apus_exchange_begin(x, &head, APUS_LENGTH_UNKNOWN), APUS_OK);
    apus_exchange_end_on_drain(x);
    wait_for_release(t);
    assert_int_equal(apus_exchange_write(x, APUS_STR("bye")), APUS_OK);
    assert_int_equal(apus_exchange_finish(x), APUS_OK);
}

static void note_drained(void *ctx)
{
    ((struct client *)ctx)->drained = true;
}

static void an_endless_answer_ends_when_the_server_drains(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = streams_on;
    send_text(t, GET("/"));
    apus_loop_turn(t->loop, 0);
    apus_http_server_drain(t->server, apus_loop_now(t->loop) + 10 * APUS_SECOND, note_drained, t);
    turn_for(t, 5 * APUS_MILLISECOND);
    EXPECT(t, CHUNKED "3\r\nbye\r\n0\r\n\r\n");
    assert_int_equal(t->n_cancelled, 1);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

/* --- leaving HTTP --- */

/* Sends back what comes, in brackets, until the client has finished. */
static void echoes(struct client *t, apus_exchange *x)
{
    char bytes[8];
    size_t got;
    apus_rc rc = apus_exchange_upgrade(x, APUS_STR("Connection: Upgrade\r\nUpgrade: echo\r\n"));
    if (rc) {
        t->reply_rc = rc;
        apus_exchange_reply(x, &(apus_http_reply){ .status = 400 });
        return;
    }
    while (!(rc = apus_exchange_recv(x, bytes, sizeof(bytes), APUS_NEVER, &got))) {
        write_text(x, "[");
        assert_int_equal(apus_exchange_write(x, (apus_str){ bytes, got }), APUS_OK);
        write_text(x, "]");
    }
    t->reply_rc = rc;
    apus_exchange_finish(x);
}

#define UPGRADE  "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
#define SWITCHED "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"

static void an_upgraded_connection_is_the_handlers(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = echoes;
    send_text(t, UPGRADE "early");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, SWITCHED "[early]");
    send_text(t, "GET / HTTP/1.1\r\n");
    apus_loop_turn(t->loop, 0);
    EXPECT(t, "[GET / HT][TP/1.1\r\n]");
    apus_http_pipe_finish(t->pipe);
    apus_loop_turn(t->loop, 0);
    apus_loop_turn(t->loop, 0);
    assert_int_equal(t->reply_rc, APUS_DONE);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

static void an_upgrade_with_requests_behind_is_refused(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = three_pieces;
    send_text(t, GET("/slow")); /* so that both of the next are under way */
    t->own = echoes;
    send_text(t, UPGRADE UPGRADE);
    t->own = three_pieces;
    release(t);
    t->own = echoes;
    turn_for(t, 5 * APUS_MILLISECOND);
    assert_int_equal(t->reply_rc, APUS_INVALID);
    assert_int_equal(count(received(t), "HTTP/1.1 400"), 1);
    client_close(t);
}

static void gives_up(struct client *t, apus_exchange *x)
{
    char byte;
    size_t got;
    assert_int_equal(apus_exchange_upgrade(x, APUS_STR("Connection: Upgrade\r\n")), APUS_OK);
    t->reply_rc = apus_exchange_recv(x, &byte, 1, apus_loop_now(t->loop) + APUS_MILLISECOND, &got);
    apus_exchange_finish(x);
}

static void waiting_for_bytes_can_time_out(void **state)
{
    (void)state;
    struct client *t = client_open(NULL);
    t->own = gives_up;
    send_text(t, UPGRADE);
    turn_for(t, 10 * APUS_MILLISECOND);
    assert_int_equal(t->reply_rc, APUS_TIMEOUT);
    assert_true(apus_http_pipe_is_closed(t->pipe));
    client_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_framing),
        cmocka_unit_test(pieces_leave_while_the_handler_waits),
        cmocka_unit_test(a_stream_waits_for_its_turn),
        cmocka_unit_test(a_part_does_not_look_whole),
        cmocka_unit_test(what_was_answered_before_is_sent_all_the_same),
        cmocka_unit_test(a_writer_waits_for_its_client),
        cmocka_unit_test(the_write_timeout_ends_a_stream),
        cmocka_unit_test(a_client_that_goes_cancels),
        cmocka_unit_test(an_endless_answer_ends_when_the_server_drains),
        cmocka_unit_test(an_upgraded_connection_is_the_handlers),
        cmocka_unit_test(an_upgrade_with_requests_behind_is_refused),
        cmocka_unit_test(waiting_for_bytes_can_time_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
