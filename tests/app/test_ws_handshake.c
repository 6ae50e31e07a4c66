/* WebSockets: the upgrade and what is refused before it. */
#include "sockets.h"

static void refusals_are_plain_http(void **state)
{
    static const struct {
        const char *path, *body;
        int status;
    } rows[] = {
        { "/refuses", "{\"detail\":\"there is no such room\",\"code\":\"no_room\"}", 404 },
        { "/denies", "{\"detail\":\"Forbidden\"}", 403 },
        { "/checked", "{\"detail\":\"no key\"}", 403 },
        { "/nowhere", "{\"detail\":\"Not Found\"}", 404 },
    };
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_ws_answer(apus_test_ws(t, rows[i].path));
        apus_expect_status(a, rows[i].status);
        EXPECT_BODY(a, rows[i].body);
    }
    assert_false(seen.sends);
    apus_test_header(t, "X-Key", "k");
    apus_expect_status(apus_test_ws_answer(apus_test_ws(t, "/checked")), 101);
    apus_test_stop(t);
}

static void parameters_are_checked_first(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_answer a = apus_test_ws_answer(apus_test_ws(t, "/rooms/x"));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"path\", \"id\"]");
    apus_expect_json(a, "$.detail[1].loc", "[\"query\", \"token\"]");
    apus_test_socket *s = apus_test_ws(t, "/rooms/7?token=abc");
    apus_expect_ws_text(s, "7 abc");
    apus_expect_ws_close(s, 1000);
    apus_test_stop(t);
}

static void plain_requests_get_plain_answers(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_answer a = apus_test_get(t, "/orders");
    apus_expect_status(a, 426);
    apus_expect_header(a, "upgrade", "websocket");
    a = apus_test_post(t, "/orders", NULL);
    apus_expect_status(a, 405);
    apus_expect_header(a, "allow", "GET");
    a = apus_test_get(t, "/echo"); /* a page at the same path */
    EXPECT_BODY(a, "\"page\"");
    a = apus_test_send(t, "BREW", "/orders", NULL, APUS_STR(""));
    apus_expect_status(a, 405);
    apus_test_stop(t);
}

static void bad_handshakes(void **state)
{
#define UPGRADE                                                                                    \
    "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n"
    (void)state;
    apus_test *t = start();
    apus_answer a = apus_test_raw(t, APUS_STR(UPGRADE "Sec-WebSocket-Version: 8\r\n\r\n"));
    apus_expect_status(a, 426);
    apus_expect_header(a, "sec-websocket-version", "13");
    a = apus_test_raw(
        t, APUS_STR(UPGRADE "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: no\r\n\r\n"));
    apus_expect_status(a, 400);
    apus_test_stop(t);
}

static void pages_of_others_stay_outside(void **state)
{
    static const struct {
        const char *origin;
        int status;
    } rows[] = {
        { NULL, 101 },
        { "https://shop.example", 101 },
        { "https://Shop.example", 101 },
        { "http://shop.example", 403 },
        { "https://shop.example.evil", 403 },
        { "null", 403 },
    };
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test_header(t, "Origin", rows[i].origin);
        apus_expect_status(apus_test_ws_answer(apus_test_ws(t, "/ours")), rows[i].status);
        apus_expect_status(apus_test_ws_answer(apus_test_ws(t, "/echo")), 101);
    }
    apus_test_stop(t);
}

static void headers_and_subprotocols(void **state)
{
    static const struct {
        const char *offered, *spoken;
    } rows[] = {
        { "v1.chat, v2.chat", "v1.chat" }, /* the handler's choice */
        { "v3.chat, v2.chat", "v2.chat" }, /* the route's */
        { "v3.chat", "none" },
    };
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test_header(t, "Sec-WebSocket-Protocol", rows[i].offered);
        apus_test_socket *s = apus_test_ws(t, "/greets");
        apus_answer a = apus_test_ws_answer(s);
        apus_expect_status(a, 101);
        apus_expect_header(a, "x-room", "7");
        assert_non_null(strstr(a.head.ptr, "seat=12"));
        apus_expect_header(a, "sec-websocket-protocol",
                           strcmp(rows[i].spoken, "none") == 0 ? "" : rows[i].spoken);
        apus_expect_ws_text(s, rows[i].spoken);
    }
    apus_expect_status(apus_test_ws_answer(apus_test_ws(t, "/insists")), 500);
    apus_test_stop(t);
}

/* Who accepts would promise to stay. */
static void a_server_that_drains_accepts_none(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_http_server_drain(t->server, apus_loop_now(t->loop) + APUS_SECOND, NULL, NULL);
    apus_answer a = apus_test_ws_answer(apus_test_ws(t, "/echo"));
    apus_expect_status(a, 503);
    EXPECT_BODY(a, "{\"detail\":\"The service is stopping\"}");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_plain_http),
        cmocka_unit_test(parameters_are_checked_first),
        cmocka_unit_test(plain_requests_get_plain_answers),
        cmocka_unit_test(bad_handshakes),
        cmocka_unit_test(pages_of_others_stay_outside),
        cmocka_unit_test(headers_and_subprotocols),
        cmocka_unit_test(a_server_that_drains_accepts_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
