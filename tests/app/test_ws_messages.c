/* WebSockets: messages both ways, their frames and their limits. */
#include "sockets.h"

/* --- messages --- */

static void messages_both_ways(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/echo");
    apus_expect_status(apus_test_ws_answer(s), 101);
    apus_expect_header(apus_test_ws_answer(s), "upgrade", "websocket");
    apus_expect_header(apus_test_ws_answer(s), "connection", "Upgrade");
    apus_expect_header(apus_test_ws_answer(s), "sec-websocket-accept",
                       "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_true(apus_answer_header(apus_test_ws_answer(s), "x-request-id").len > 0);
    apus_test_ws_send(s, "one");
    apus_test_ws_send(s, "");
    apus_test_ws_send_bytes(s, (apus_bytes){ (const uint8_t *)"\0\xff", 2 });
    apus_expect_ws_text(s, "one");
    apus_expect_ws_text(s, "");
    apus_answer a = apus_test_ws_recv(s);
    assert_int_equal(a.body.len, 2);
    assert_memory_equal(a.body.ptr, "\0\xff", 2);
    apus_test_ws_close(s, 4001);
    apus_expect_ws_close(s, 4001);
    assert_int_equal(seen.code, 4001);
    assert_false(seen.waits);
    assert_false(seen.sends);
    apus_test_stop(t);
}

static void models_both_ways(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/orders");
    apus_test_ws_send(s, APUS_JSON({ "symbol" : "BTC", "quantity" : 2 }));
    apus_answer a = apus_test_ws_recv(s);
    apus_expect_json(a, "$", "{\"symbol\": \"BTC\", \"quantity\": 4}");
    apus_test_stop(t);
}

static void messages_that_are_wrong_end_it(void **state)
{
    static const struct {
        const char *path, *text, *reason;
        unsigned code;
    } rows[] = {
        { "/orders", "{\"symbol\": \"BTC\", \"quantity\": 0}",
          "quantity: Input should be greater than 0", 1008 },
        { "/orders", "{\"quantity\": 1}", "symbol: Field required", 1008 },
        { "/orders", "[]", "Input should be a valid dictionary or object to extract fields from",
          1008 },
        { "/orders", "{\"symbol\"", "the message is not JSON: Expecting ':' delimiter at 9", 1007 },
        { "/values", "nope", "the message is not JSON: Expecting value at 0", 1007 },
        { "/bytes", "text", "bytes are expected", 1003 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test *t = start();
        apus_test_socket *s = apus_test_ws(t, rows[i].path);
        apus_test_ws_send(s, rows[i].text);
        apus_expect_ws_close(s, rows[i].code);
        assert_string_equal(apus_test_ws_reason(s).ptr, rows[i].reason);
        apus_test_stop(t);
    }
}

static void bytes_are_no_text(void **state)
{
    static const char *const paths[] = { "/texts", "/orders", "/values" };
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(paths); i++) {
        apus_test_socket *s = apus_test_ws(t, paths[i]);
        apus_test_ws_send_bytes(s, (apus_bytes){ (const uint8_t *)"{}", 2 });
        apus_expect_ws_close(s, 1003);
        assert_string_equal(apus_test_ws_reason(s).ptr, "text is expected");
    }
    apus_test_stop(t);
}

static void handlers_may_be_told_what_is_wrong(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/patient");
    apus_test_ws_send(s, "{\"symbol\": \"BTC\", \"quantity\": -1}");
    apus_answer a = apus_test_ws_recv(s);
    apus_expect_json(a, "$[0].type", "\"greater_than\"");
    apus_expect_json(a, "$[0].loc", "[\"quantity\"]");
    apus_test_ws_send(s, "{");
    a = apus_test_ws_recv(s);
    apus_expect_json(a, "$[0].type", "\"json_invalid\"");
    apus_expect_json(a, "$[0].loc", "[1]");
    apus_test_ws_send(s, "{\"symbol\": \"BTC\", \"quantity\": 1}");
    a = apus_test_ws_recv(s);
    apus_expect_json(a, "$.quantity", "1");
    apus_test_stop(t);
}

static void json_and_bytes(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/values");
    apus_test_ws_send(s, "{\"k\": [1, 2]}");
    apus_expect_ws_text(s, "[1,2]");
    s = apus_test_ws(t, "/bytes");
    apus_test_ws_send_bytes(s, (apus_bytes){ (const uint8_t *)"ab", 2 });
    apus_expect_ws_text(s, "ab");
    apus_test_stop(t);
}

/* --- limits and frames --- */

static void fragments_and_pings(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/echo");
    apus_test_ws_raw(s, APUS_STR("\x01\x82\0\0\0\0he"));
    apus_test_ws_raw(s, APUS_STR("\x89\x81\0\0\0\0p"));
    apus_test_ws_raw(s, APUS_STR("\x80\x83\0\0\0\0llo"));
    apus_expect_ws_text(s, "hello");
    apus_test_stop(t);
}

static void limits_and_broken_frames(void **state)
{
    static const struct {
        apus_str bytes;
        unsigned code;
    } rows[] = {
        { APUS_STR_INIT("\x81\x01"
                        "a"),
          1002 },
        { APUS_STR_INIT("\x83\x81\0\0\0\0a"), 1002 },
        { APUS_STR_INIT("\xc1\x81\0\0\0\0a"), 1002 },
        { APUS_STR_INIT("\x80\x81\0\0\0\0a"), 1002 },
        { APUS_STR_INIT("\x81\x82\0\0\0\0\xc3("), 1007 },
        { APUS_STR_INIT("\x82\xfe\x03\xe9\0\0\0\0a"), 1009 },
    };
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test_socket *s = apus_test_ws(t, "/limited");
        apus_test_ws_raw(s, rows[i].bytes);
        apus_expect_ws_close(s, rows[i].code);
        for (int k = 0; k < 10; k++)
            apus_loop_turn(t->loop, 0);
        assert_int_equal(seen.code, rows[i].code);
    }
    apus_test_stop(t);
}

static void large_messages(void **state)
{
    enum { LEN = 1 << 20 };
    (void)state;
    apus_test *t = start();
    char *text = malloc(LEN + 1);
    memset(text, 'x', LEN);
    text[LEN] = 0;
    for (int packs = 0; packs < 2; packs++) {
        apus_test_header(t, "Sec-WebSocket-Extensions", packs ? "permessage-deflate" : NULL);
        apus_test_socket *s = apus_test_ws(t, "/echo");
        assert_int_equal(
            apus_answer_header(apus_test_ws_answer(s), "sec-websocket-extensions").len != 0, packs);
        apus_test_ws_send(s, text);
        apus_answer a = apus_test_ws_recv(s);
        assert_int_equal(a.body.len, LEN);
        assert_memory_equal(a.body.ptr, text, LEN);
    }
    apus_answer a = apus_test_ws_answer(apus_test_ws(t, "/unpacked"));
    apus_expect_header(a, "sec-websocket-extensions", "");
    free(text);
    apus_test_stop(t);
}

/* Messages beyond the queue wait with the client, and all are dealt with before its close. */
static void slow_handlers_lose_nothing(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/slow");
    for (int i = 0; i < 20; i++)
        apus_test_ws_send(s, "more");
    apus_test_ws_close(s, 1000);
    apus_expect_ws_close(s, 1000);
    for (int i = 0; i < 200 && t->service->live; i++)
        apus_loop_turn(t->loop, APUS_MILLISECOND);
    assert_int_equal(seen.n, 20);
    assert_int_equal(seen.code, 1000);
    apus_test_stop(t);
}

/* A client that does not read holds back its sender, and costs no more than the limit. */
static void slow_clients_hold_the_sender_back(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/flood");
    apus_test_ws_room(s, 50000);
    for (int i = 0; i < 50; i++)
        apus_loop_turn(t->loop, 0);
    unsigned n = seen.n;
    assert_true(n < 20);
    for (int i = 0; i < 50; i++)
        apus_loop_turn(t->loop, 0);
    assert_int_equal(seen.n, n);
    for (int i = 0; i < 20; i++)
        assert_int_equal(apus_test_ws_recv(s).body.len, 10000);
    assert_true(seen.n > n);
    apus_test_ws_close(s, 0);
    for (int i = 0; i < 200 && t->service->live; i++)
        apus_loop_turn(t->loop, APUS_MILLISECOND);
    assert_int_equal(t->service->live, 0);
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_both_ways),
        cmocka_unit_test(models_both_ways),
        cmocka_unit_test(messages_that_are_wrong_end_it),
        cmocka_unit_test(bytes_are_no_text),
        cmocka_unit_test(handlers_may_be_told_what_is_wrong),
        cmocka_unit_test(json_and_bytes),
        cmocka_unit_test(fragments_and_pings),
        cmocka_unit_test(limits_and_broken_frames),
        cmocka_unit_test(large_messages),
        cmocka_unit_test(slow_handlers_lose_nothing),
        cmocka_unit_test(slow_clients_hold_the_sender_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
