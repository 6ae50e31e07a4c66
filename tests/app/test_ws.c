/* WebSockets: the upgrade and its refusals, messages both ways, and every way to end. */
#include "tables.h"

#include <apus/fiber.h>
#include <apus/loop.h>
#include <apus/ws.h>
#include <string.h>

#include "app/service.h"
#include "app/test_client.h"

struct order {
    apus_str symbol;
    int64_t quantity;
};
static const apus_rules positive = { .has = APUS_RULE_gt };
static const apus_field order_fields[] = {
    FIELD(order, symbol, apus_type_str, REQUIRED),
    FIELD(order, quantity, apus_type_int64, REQUIRED, .rules = &positive),
};
static const apus_model order_model = { .name = "order",
                                        .size = sizeof(struct order),
                                        .align = _Alignof(struct order),
                                        .fields = order_fields,
                                        .n_fields = COUNT(order_fields) };

/* --- handlers --- */

static struct {
    unsigned code; /* apus_ws_close_code, after the loop */
    char reason[128];
    bool waits, sends; /* what a wait and a send gave after it */
    unsigned n;        /* messages */
} seen;

static void note_end(apus_req *req, apus_ws *ws)
{
    seen.code = apus_ws_close_code(ws);
    snprintf(seen.reason, sizeof(seen.reason), "%s", apus_ws_close_reason(ws).ptr);
    seen.sends = apus_ws_send_text(ws, APUS_STR("late"));
    seen.waits = apus_sleep(req, 0);
}

static void echo(apus_req *req, apus_ws *ws)
{
    apus_ws_message m;
    while (apus_ws_recv_any(ws, &m)) {
        seen.n++;
        if (m.kind == APUS_WS_TEXT)
            apus_ws_send_text(ws, m.text);
        else
            apus_ws_send_bytes(ws, (apus_bytes){ (const uint8_t *)m.text.ptr, m.text.len });
    }
    note_end(req, ws);
}

static void orders(apus_req *req, apus_ws *ws)
{
    struct order *o;
    while ((o = apus__ws_recv(ws, &order_model, NULL))) {
        o->quantity *= 2;
        apus__ws_send(ws, &order_model, o);
    }
    note_end(req, ws);
}

static void patient(apus_req *req, apus_ws *ws)
{
    struct order *o;
    const apus_json *wrong;
    (void)req;
    while ((o = apus__ws_recv(ws, &order_model, &wrong)) || wrong) {
        if (o)
            apus__ws_send(ws, &order_model, o);
        else
            apus_ws_send_json(ws, wrong);
    }
}

static void texts(apus_req *req, apus_ws *ws)
{
    apus_str text;
    while (apus_ws_recv_text(ws, &text))
        apus_ws_send_text(ws, apus_strf(req, "<%s>", text.ptr));
}

static void values(apus_req *req, apus_ws *ws)
{
    const apus_json *v;
    (void)req;
    while ((v = apus_ws_recv_json(ws)))
        apus_ws_send_json(ws, apus_json_get(v, "k"));
}

static void bytes(apus_req *req, apus_ws *ws)
{
    apus_bytes b;
    (void)req;
    while (apus_ws_recv_bytes(ws, &b))
        apus_ws_send_bytes(ws, b);
}

static void silent(apus_req *req, apus_ws *ws)
{
    (void)req;
    (void)ws;
}

static void refuses(apus_req *req, apus_ws *ws)
{
    (void)ws;
    apus_fail(req, 404, "no_room", "there is no such room");
}

static void denies(apus_req *req, apus_ws *ws)
{
    (void)req;
    apus_ws_close(ws, 1008, "not for you");
    seen.sends = apus_ws_send_text(ws, APUS_STR("late"));
}

static void fails(apus_req *req, apus_ws *ws)
{
    apus_str text;
    if (!apus_ws_recv_text(ws, &text))
        return;
    int status = atoi(text.ptr);
    if (status == 1)
        apus_abort(req, 410, NULL, "aborted");
    apus_fail(req, status, NULL, "the room is gone");
}

static void closes(apus_req *req, apus_ws *ws)
{
    apus_str text;
    if (!apus_ws_recv_text(ws, &text))
        return;
    apus_ws_close(ws, (unsigned)atoi(text.ptr), "as you wish");
    seen.sends = apus_ws_recv_text(ws, &text);
    note_end(req, ws);
}

static void greets(apus_req *req, apus_ws *ws)
{
    apus_set_header(req, "x-room", "7");
    apus_set_cookie(req, "seat", "12", NULL);
    if (apus_ws_offers(ws, "v1.chat"))
        apus_ws_accept(ws, "v1.chat");
    else
        apus_ws_accept(ws, NULL);
    apus_str spoken = apus_ws_subprotocol(ws);
    apus_ws_send_text(ws, spoken.len ? spoken : APUS_STR("none"));
}

static void insists(apus_req *req, apus_ws *ws)
{
    (void)req;
    apus_ws_accept(ws, "v9.chat");
}

static void ticker(apus_req *req, apus_ws *ws)
{
    apus_ws_accept(ws, NULL);
    seen.waits = apus_sleep(req, 30 * APUS_SECOND);
    seen.code = apus_ws_close_code(ws);
}

static void flood(apus_req *req, apus_ws *ws)
{
    static const char big[10000];
    (void)req;
    while (apus_ws_send_bytes(ws, (apus_bytes){ (const uint8_t *)big, sizeof(big) }))
        seen.n++;
}

/* Takes its time over each message. */
static void slow(apus_req *req, apus_ws *ws)
{
    apus_str text;
    while (apus_ws_recv_text(ws, &text)) {
        apus_sleep(req, APUS_MILLISECOND);
        seen.n++;
    }
    seen.code = apus_ws_close_code(ws);
}

static void speak(apus_req *child, void *arg)
{
    apus_ws *ws = arg;
    for (int i = 0; i < 3; i++) {
        apus_sleep(child, 0);
        apus_ws_send_text(ws, APUS_STR("child"));
    }
    seen.waits = apus_sleep(child, 60 * APUS_SECOND);
}

static void family(apus_req *req, apus_ws *ws)
{
    apus_str text;
    apus_ws_accept(ws, NULL);
    apus_spawn(req, speak, ws);
    while (apus_ws_recv_text(ws, &text))
        apus_ws_send_text(ws, text);
}

static void invalid_out(apus_req *req, apus_ws *ws)
{
    (void)req;
    seen.sends = apus__ws_send(ws, &order_model, &(struct order){ APUS_STR("\xff"), 1 });
}

static void broken_text(apus_req *req, apus_ws *ws)
{
    (void)req;
    apus_ws_send_text(ws, APUS_STR("\xff"));
}

static void bad_code(apus_req *req, apus_ws *ws)
{
    (void)req;
    apus_ws_accept(ws, NULL);
    apus_ws_close(ws, 1006, "");
}

static void ws_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *, apus_ws *))fn)(req, apus_req_ws(req));
}

/* --- parameters and dependencies --- */

struct room_args {
    int64_t id;
    apus_str token;
};

static void room(apus_req *req, apus_ws *ws, int64_t id, apus_str token)
{
    apus_ws_send_text(ws, apus_strf(req, "%d %s", (int)id, token.ptr));
}

static void room_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct room_args *a = args;
    (void)result;
    ((void (*)(apus_req *, apus_ws *, int64_t, apus_str))fn)(req, apus_req_ws(req), a->id,
                                                             a->token);
}

static const apus_param room_params[] = {
    { .in = APUS_IN_path, .field = FIELD(room_args, id, apus_type_int64, REQUIRED) },
    { .in = APUS_IN_query, .field = FIELD(room_args, token, apus_type_str, REQUIRED) },
};

static void check(apus_req *req)
{
    if (apus_req_header(req, "x-key").len == 0)
        apus_fail(req, 403, NULL, "no key");
}

static void check_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *))fn)(req);
}

static const apus_dependency check_dependency = { FN(check) };
static const apus_dependency *const checks[] = { &check_dependency };

static void page(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)req;
    (void)fn;
    (void)args;
    *(apus_str *)result = APUS_STR("page");
}

/* --- the app --- */

static const apus_str protocols[] = { APUS_STR_INIT("v2.chat"), APUS_STR_INIT("v1.chat") };
static const apus_ws_options plain = { 0 };
static const apus_ws_options limited = { .message_max = 1000, .queue = 2 };
static const apus_ws_options chatty = { .subprotocols = protocols, .n_subprotocols = 2 };
static const apus_ws_options pinging = { .ping = 20 * APUS_MILLISECOND };
static const apus_ws_options unpacked = { .is_plain = true };
static const apus_str origins[] = { APUS_STR_INIT("https://shop.example") };
static const apus_ws_options ours = { .origins = origins, .n_origins = 1 };

#define SOCKET(path_, fn_, ...)                                                                    \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = ws_call, .status = 200, .ws = &__VA_ARGS__                   \
    }

static const apus_route routes[] = {
    SOCKET("/echo", echo, plain),
    SOCKET("/limited", echo, limited),
    SOCKET("/unpacked", echo, unpacked),
    SOCKET("/ours", echo, ours),
    SOCKET("/orders", orders, plain),
    SOCKET("/patient", patient, plain),
    SOCKET("/texts", texts, plain),
    SOCKET("/values", values, plain),
    SOCKET("/bytes", bytes, plain),
    SOCKET("/silent", silent, plain),
    SOCKET("/refuses", refuses, plain),
    SOCKET("/denies", denies, plain),
    SOCKET("/fails", fails, plain),
    SOCKET("/closes", closes, plain),
    SOCKET("/greets", greets, chatty),
    SOCKET("/insists", insists, plain),
    SOCKET("/ticker", ticker, plain),
    SOCKET("/deadline", ticker, plain, .timeout = 30 * APUS_MILLISECOND),
    SOCKET("/pinging", ticker, pinging),
    SOCKET("/flood", flood, plain),
    SOCKET("/slow", slow, limited),
    SOCKET("/family", family, plain),
    SOCKET("/invalid-out", invalid_out, plain),
    SOCKET("/broken-text", broken_text, plain),
    SOCKET("/bad-code", bad_code, plain),
    SOCKET("/checked", echo, plain, .depends = checks, .n_depends = 1),
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/rooms/{id}"),
      FN(room),
      PARAMS(room_params),
      .args_size = sizeof(struct room_args),
      .status = 200,
      .ws = &plain },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/echo"),
      .name = "page",
      .fn = (apus_fn *)echo,
      .call = page,
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200 },
};

APP(app, routes, .n_slots = 1);

static apus_test *start(void)
{
    memset(&seen, 0, sizeof(seen));
    seen.sends = seen.waits = true;
    return apus_test_start(&app);
}

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

/* --- before the upgrade --- */

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
    assert_true(apus_loop_now(t->loop) - begin >= 39 * APUS_MILLISECOND);
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
        apus_loop_turn(t->loop, 5 * APUS_MILLISECOND);
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
        cmocka_unit_test(messages_both_ways),
        cmocka_unit_test(models_both_ways),
        cmocka_unit_test(messages_that_are_wrong_end_it),
        cmocka_unit_test(bytes_are_no_text),
        cmocka_unit_test(handlers_may_be_told_what_is_wrong),
        cmocka_unit_test(json_and_bytes),
        cmocka_unit_test(refusals_are_plain_http),
        cmocka_unit_test(parameters_are_checked_first),
        cmocka_unit_test(plain_requests_get_plain_answers),
        cmocka_unit_test(bad_handshakes),
        cmocka_unit_test(pages_of_others_stay_outside),
        cmocka_unit_test(headers_and_subprotocols),
        cmocka_unit_test(fragments_and_pings),
        cmocka_unit_test(limits_and_broken_frames),
        cmocka_unit_test(large_messages),
        cmocka_unit_test(slow_handlers_lose_nothing),
        cmocka_unit_test(slow_clients_hold_the_sender_back),
        cmocka_unit_test(handlers_end_it),
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
