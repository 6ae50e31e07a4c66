/* WebSockets: every way to end, and the fibers that end with it. */
#include "sockets.h"

/* --- ends --- */

static void handlers_end_it(void **state)
{
    static const struct {
        const char *path, *text, *reason;
        unsigned code;
    } rows[] = {
        { "/silent", NULL, "", 1000 },
        { "/fails", "404", "the room is gone", 1008 },
        { "/fails", "1", "aborted", 1008 },
        { "/fails", "500", "", 1011 },
        { "/fails", "503", "the room is gone", 1013 },
        { "/closes", "1000", "as you wish", 1000 },
        { "/closes", "4999", "as you wish", 4999 },
        { "/invalid-out", NULL, "", 1011 },
        { "/broken-text", NULL, "", 1011 },
        { "/bad-code", NULL, "", 1011 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test *t = start();
        apus_test_socket *s = apus_test_ws(t, rows[i].path);
        if (strcmp(rows[i].path, "/broken-text") == 0) {
            apus_expect_status(apus_test_ws_answer(s), 500);
        } else {
            if (rows[i].text)
                apus_test_ws_send(s, rows[i].text);
            apus_expect_ws_close(s, rows[i].code);
            assert_string_equal(apus_test_ws_reason(s).ptr, rows[i].reason);
        }
        apus_test_stop(t);
    }
}

/* One is held by the handler, the others wait: each is given back once. */
static void messages_that_nobody_takes(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/fails");
    apus_test_ws_raw(s, APUS_STR("\x81\x83\0\0\0\0"
                                 "404\x81\x81\0\0\0\0"
                                 "a\x81\x81\0\0\0\0"
                                 "b"));
    apus_expect_ws_close(s, 1008);
    apus_test_stop(t);
}

static void closing_ends_receiving_and_sending(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/closes");
    apus_test_ws_send(s, "4000");
    apus_expect_ws_close(s, 4000);
    assert_false(seen.sends);
    assert_int_equal(seen.code, 4000);
    assert_string_equal(seen.reason, "as you wish");
    assert_true(seen.waits); /* nobody has gone: it was the handler's will */
    apus_test_stop(t);
}

static void clients_that_go_end_the_handlers_waits(void **state)
{
    static const struct {
        unsigned say, code;
    } rows[] = { { 1001, 1001 }, { 1005, 1005 }, { 0, 1006 } };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test *t = start();
        apus_test_socket *s = apus_test_ws(t, "/ticker");
        apus_test_ws_close(s, rows[i].say);
        for (int k = 0; k < 100 && t->service->live; k++)
            apus_loop_turn(t->loop, APUS_MILLISECOND);
        assert_int_equal(t->service->live, 0);
        assert_false(seen.waits);
        assert_int_equal(seen.code, rows[i].code);
        apus_test_stop(t);
    }
}

static void deadlines_and_drain_say_goodbye(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_expect_ws_close(apus_test_ws(t, "/deadline"), 1001);
    apus_test_socket *s = apus_test_ws(t, "/echo");
    apus_http_server_drain(t->server, apus_loop_now(t->loop) + APUS_SECOND, NULL, NULL);
    apus_expect_ws_close(s, 1001);
    apus_test_stop(t);
}

/* The client of the test answers pings while it listens, and otherwise does not. */
static void silent_clients_are_asked_and_given_up(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/pinging");
    int64_t begin = apus_loop_now(t->loop);
    for (int i = 0; i < 1000 && t->service->live; i++)
        apus_loop_turn(t->loop, APUS_MILLISECOND);
    assert_int_equal(t->service->live, 0);
    assert_true(apus_loop_now(t->loop) - begin >= 399 * APUS_MILLISECOND);
    assert_int_equal(seen.code, 1006);
    apus_expect_ws_close(s, 1006);
    apus_test_stop(t);
}

static void pongs_keep_it(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/pinging");
    for (int i = 0; i < 40; i++) {
        apus_loop_turn(t->loop, 20 * APUS_MILLISECOND);
        if (i % 2 == 0)
            apus_test_ws_raw(s, APUS_STR("\x8a\x80\0\0\0\0"));
    }
    assert_int_equal(t->service->live, 1);
    apus_test_stop(t);
}

/* --- fibers --- */

static void children_send_too_and_end_with_it(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/family");
    for (int i = 0; i < 3; i++)
        apus_expect_ws_text(s, "child");
    apus_test_ws_send(s, "parent");
    apus_expect_ws_text(s, "parent");
    apus_test_ws_close(s, 1000);
    apus_expect_ws_close(s, 1000);
    for (int i = 0; i < 100 && t->service->live; i++)
        apus_loop_turn(t->loop, APUS_MILLISECOND);
    assert_int_equal(t->service->live, 0);
    assert_false(seen.waits);
    apus_test_stop(t);
}

/* Other requests are answered while sockets are open, and stopping ends them. */
static void many_at_once(void **state)
{
    apus_test_socket *s[50];
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(s); i++)
        s[i] = apus_test_ws(t, "/echo");
    for (size_t i = 0; i < COUNT(s); i++)
        apus_test_ws_send(s[i], "hello");
    EXPECT_BODY(apus_test_get(t, "/echo"), "\"page\"");
    for (size_t i = 0; i < COUNT(s); i++)
        apus_expect_ws_text(s[i], "hello");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_end_it),
        cmocka_unit_test(messages_that_nobody_takes),
        cmocka_unit_test(closing_ends_receiving_and_sending),
        cmocka_unit_test(clients_that_go_end_the_handlers_waits),
        cmocka_unit_test(deadlines_and_drain_say_goodbye),
        cmocka_unit_test(silent_clients_are_asked_and_given_up),
        cmocka_unit_test(pongs_keep_it),
        cmocka_unit_test(children_send_too_and_end_with_it),
        cmocka_unit_test(many_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
