/* The WebSockets that the tests of this floor talk to: one handler for each thing that a handler
 * may do. */
#ifndef APUS_TESTS_SOCKETS_H
#define APUS_TESTS_SOCKETS_H

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
static const apus_ws_options pinging = { .ping = 200 * APUS_MILLISECOND };
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

#endif
