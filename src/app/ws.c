/* The life of a WebSocket: handshake, upgrade, goodbye. */
#include "app/ws.h"

#include "apus/fiber.h"
#include "app/log.h"
#include "app/service.h"
#include "app/overload.h"
#include "app/wait.h"
#include "app/wire.h"

/* What the client has for its part of the goodbye. */
#define CLOSE_NS (5 * APUS_SECOND)

/* --- the handshake --- */

/* Headers that are not a handler's to set. */
void apus__ws_name_upgrade(apus_req *req)
{
    apus_buf *to = &apus__req_rare(req)->fail_headers;
    apus_arena *a = &req->x->arena;
    apus__header_add(to, a, APUS_STR("upgrade"), APUS_STR("websocket"));
    apus__header_add(to, a, APUS_STR("connection"), APUS_STR("upgrade"));
}

static void fail_handshake(apus_req *req, apus_rc rc, const char *why)
{
    if (rc == APUS_SYNTAX) {
        apus_fail(req, 400, NULL, "%s", why);
        return;
    }
    apus_fail(req, 426, NULL, "This WebSocket speaks version 13");
    apus_fail_header(req, "sec-websocket-version", "13");
    apus__ws_name_upgrade(req);
}

/* A browser connects for any page, with our cookies: which pages may is ours to say (RFC 6455
 * section 10.2). */
static bool origin_may(const apus_req *req, const apus_ws_options *o)
{
    apus_str origin = apus__req_raw_header(req, APUS_STR("origin"));
    bool may = !o->origins || origin.len == 0;
    for (uint32_t i = 0; !may && i < o->n_origins; i++)
        may = apus_str_eq_nocase(origin, o->origins[i]);
    return may;
}

void apus__ws_phase(apus_req *req)
{
    const apus_http_request *r = &req->x->request;
    apus_ws *ws = APUS_NEW(&req->x->arena, apus_ws, 1);
    if (!ws) {
        apus__req_no_memory(req);
        return;
    }
    ws->req = req;
    ws->options = req->plan->route->ws;
    ws->last = &ws->first;
    ws->senders_end = &ws->senders;
    ws->out = apus_buf_with(&apus_alloc_libc);
    ws->json = apus_buf_with(&apus_alloc_libc);
    apus_rc rc = apus_ws_handshake_read(r->headers, r->n_headers, &ws->handshake);
    if (rc) {
        fail_handshake(req, rc, ws->handshake.why);
        return;
    }
    if (!origin_may(req, ws->options)) {
        apus_fail(req, 403, NULL, "This origin may not connect");
        return;
    }
    ws->subprotocol = apus_ws_subprotocol_choose(
        r->headers, r->n_headers, ws->options->subprotocols, ws->options->n_subprotocols);
    apus__req_rare(req)->ws = ws;
}

apus_ws *apus_req_ws(apus_req *req)
{
    return apus__req_rare(req)->ws;
}

bool apus_ws_offers(const apus_ws *ws, const char *subprotocol)
{
    const apus_http_request *r = &ws->req->x->request;
    return apus_ws_subprotocol_is_offered(r->headers, r->n_headers, apus_str_of(subprotocol));
}

apus_str apus_ws_subprotocol(const apus_ws *ws)
{
    return ws->subprotocol;
}

/* --- the upgrade --- */

/* One pair of streams for all sockets of the service; without memory, nothing is packed. */
static apus_ws_deflate *deflate_for(apus_ws *ws)
{
    apus_service *s = ws->req->service;
    if (!ws->handshake.has_deflate || ws->options->is_plain)
        return NULL;
    if (!s->deflate && apus_ws_deflate_create(&apus_alloc_libc, &s->deflate))
        s->deflate = NULL;
    return s->deflate;
}

static apus_str upgrade_headers(apus_ws *ws, bool packs)
{
    apus_http_reply reply = { 0 };
    apus_buf b = apus_buf_in(&ws->req->x->arena);
    char accept[APUS_WS_ACCEPT_LEN];
    apus_str text;
    apus_ws_accept_print(ws->handshake.key, accept);
    apus__reply_success(ws->req, &reply);
    apus_buf_lit(&b, "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ");
    apus_buf_add(&b, (apus_str){ accept, sizeof(accept) });
    apus_buf_lit(&b, "\r\n");
    if (ws->subprotocol.len)
        apus_buf_addf(&b, "sec-websocket-protocol: %.*s\r\n", APUS_FMT(ws->subprotocol));
    if (packs)
        apus_buf_lit(&b, "sec-websocket-extensions: " APUS_WS_DEFLATE_ANSWER "\r\n");
    apus_buf_add(&b, reply.headers);
    return apus_buf_take(&b, &text) ? (apus_str){ 0 } : text;
}

/* NULL without memory. */
static apus_ws_codec *new_codec(const apus_ws *ws, apus_ws_deflate *deflate)
{
    apus_ws_codec *codec;
    apus_ws_codec_options o = { .message_max = ws->options->message_max
                                                   ? (size_t)ws->options->message_max
                                                   : APUS_WS_MESSAGE_MAX,
                                .deflate = deflate };
    return apus_ws_codec_create(&o, &apus_alloc_libc, &codec) ? NULL : codec;
}

/* It was accepted, and there is nobody to read it: whichever fiber found that out, the request's
 * own must not wait for messages. */
static void give_up(apus_ws *ws)
{
    apus__req_no_memory(ws->req);
    apus__ws_say_close(ws, APUS_WS_TRY_LATER, APUS_STR("out of memory"));
    ws->is_over = true;
    if (ws->req->fiber != apus_fiber_self())
        apus_fiber_cancel(ws->req->fiber, APUS_CANCELLED);
}

/* --- one fiber upgrades, others wait for that --- */

/* false: this fiber's wait was cut short. */
static bool wait_for_upgrade(apus_ws *ws)
{
    apus_rc rc = APUS_OK;
    apus__ws_waiter self = { .next = ws->openers, .fiber = apus_fiber_self() };
    ws->openers = &self;
    while (!rc && ws->is_upgrading)
        rc = apus_fiber_park(APUS_NEVER);
    apus__ws_waiter **at = &ws->openers;
    while (*at != &self)
        at = &(*at)->next;
    *at = self.next;
    return !rc;
}

/* Suspends until the answers of earlier requests have been given. */
static apus_rc answer_upgrade(apus_ws *ws, apus_str headers)
{
    ws->is_upgrading = true;
    apus_rc rc = apus_exchange_upgrade(ws->req->x, headers);
    ws->is_upgrading = false;
    for (apus__ws_waiter *w = ws->openers; w; w = w->next)
        apus_fiber_wake(w->fiber);
    return rc;
}

/* A fiber that was cancelled leaves it to the next one that sends or receives. */
static void note_refusal(apus_ws *ws, apus_rc rc)
{
    if (rc == APUS_INVALID)
        apus_fail(ws->req, 400, NULL, "Nothing may be sent before the upgrade is answered");
    if (rc == APUS_BUSY)
        apus_fail(ws->req, 503, NULL, "The service is stopping");
    ws->is_over = rc != APUS_CANCELLED && rc != APUS_TIMEOUT;
}

/* Whether the handler may go on.  The answer has begun when this is true. */
static bool upgrade(apus_ws *ws)
{
    apus_req *req = ws->req;
    apus_ws_deflate *deflate = deflate_for(ws);
    apus_str headers = upgrade_headers(ws, deflate != NULL);
    apus_ws_codec *codec = headers.ptr ? new_codec(ws, deflate) : NULL;
    if (!codec)
        apus_abort(req, 503, NULL, "out of memory");
    apus_rc rc = answer_upgrade(ws, headers);
    req->begun = req->answered = rc == APUS_OK || rc == APUS_IO;
    apus__overload_leave(req);
    if (rc) {
        apus_ws_codec_destroy(codec);
        note_refusal(ws, rc);
        return false;
    }
    ws->codec = codec;
    ws->heard_at = apus_loop_now(req->service->loop);
    apus_exchange_end_on_drain(req->x);
    if (apus_fiber_spawn(req->service->loop, apus__ws_pump, ws, "reader of a WebSocket", &ws->pump))
        give_up(ws);
    return !apus_failed(req);
}

bool apus__ws_open(apus_ws *ws)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(ws->req, "a WebSocket is used on a pool thread");
        return false;
    }
    if (ws->is_upgrading && !wait_for_upgrade(ws))
        return false;
    if (ws->is_denied || ws->is_ending || apus_failed(apus__req_here(ws->req)))
        return false;
    if (ws->is_over || ws->is_closed)
        return false;
    return ws->codec || upgrade(ws);
}

bool apus_ws_accept(apus_ws *ws, const char *subprotocol)
{
    if (!ws->codec && subprotocol) {
        if (!apus_ws_offers(ws, subprotocol)) {
            apus__req_broken(ws->req, "apus_ws_accept: \"%s\" is not offered", subprotocol);
            return false;
        }
        ws->subprotocol = apus_strdup(ws->req, apus_str_of(subprotocol));
    }
    return apus__ws_open(ws);
}

/* --- the end --- */

static void note_end(apus_ws *ws, unsigned code, apus_str reason)
{
    reason = apus_ws_reason_cut(reason);
    if (ws->code)
        return;
    ws->code = (uint16_t)code;
    if (reason.len)
        memcpy(ws->reason, reason.ptr, reason.len);
    ws->reason[reason.len] = 0;
}

void apus__ws_say_close(apus_ws *ws, unsigned code, apus_str reason)
{
    char room[APUS_WS_CONTROL_MAX + 16]; /* a frame's head, and one to spare */
    apus_buf b = { .ptr = room, .cap = sizeof(room), .limit = sizeof(room) - 1 };
    note_end(ws, code, reason);
    if (ws->is_closed)
        return;
    ws->is_closed = true;
    if (ws->receiver)
        apus_fiber_wake(ws->receiver);
    apus_rc rc = apus_ws_codec_write_close(ws->codec, code, reason, &b);
    if (!rc)
        rc = apus_exchange_write(ws->req->x, (apus_str){ b.ptr, b.len });
    (void)rc; /* who does not hear it has gone: the reader sees that */
}

void apus_ws_close(apus_ws *ws, unsigned code, const char *reason)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(ws->req, "apus_ws_close on a pool thread");
        return;
    }
    if (!apus_ws_code_may_travel(code)) {
        apus__req_broken(ws->req, "apus_ws_close: %u is no code that may be sent", code);
        code = APUS_WS_INTERNAL;
    }
    if (ws->is_upgrading && !wait_for_upgrade(ws))
        return;
    if (!ws->codec) {
        ws->is_denied = true;
        note_end(ws, code, apus_str_of(reason));
    } else if (!ws->is_over) {
        ws->is_left = true;
        apus__ws_say_close(ws, code, apus_str_of(reason));
    }
}

unsigned apus_ws_close_code(const apus_ws *ws)
{
    return ws->code;
}

apus_str apus_ws_close_reason(const apus_ws *ws)
{
    return apus_str_of(ws->reason);
}

/* The text of a failure that is told to clients: `"detail"` without its quotes. */
static apus_str reason_of(apus_req *req)
{
    const apus_json *detail = apus_failed_detail(req);
    return apus_json_text_or(detail, APUS_STR(""));
}

static void say_goodbye(apus_ws *ws)
{
    apus_req *req = ws->req;
    int status = req->failure.status;
    if (!status && req->rare.too_slow)
        apus__ws_say_close(ws, APUS_WS_TRY_LATER, APUS_STR("too slow"));
    else if (!status)
        apus__ws_say_close(ws, APUS_WS_NORMAL, APUS_STR(""));
    else if (req->cut_short)
        apus__ws_say_close(ws, APUS_WS_GOING_AWAY, APUS_STR(""));
    else if (status < 500)
        apus__ws_say_close(ws, APUS_WS_POLICY, reason_of(req));
    else if (status == 503)
        apus__ws_say_close(ws, APUS_WS_TRY_LATER, reason_of(req));
    else
        apus__ws_say_close(ws, APUS_WS_INTERNAL, APUS_STR(""));
    if (status >= 500 && !req->cut_short && !req->failure.internal)
        apus__log(req, "a WebSocket failed: %d %.*s", status, APUS_FMT(req->failure.detail));
}

static void drop_items(apus__ws_item *list)
{
    for (apus__ws_item *item; (item = list);) {
        list = item->next;
        apus_buf_finish(&item->bytes);
        apus_alloc_libc.resize(apus_alloc_libc.ctx, item, sizeof(*item), 0);
    }
}

static void release(apus_ws *ws)
{
    drop_items(ws->first);
    drop_items(ws->spare);
    drop_items(ws->held);
    drop_items(ws->incoming);
    ws->first = ws->spare = ws->held = ws->incoming = NULL;
    apus_buf_finish(&ws->out);
    apus_buf_finish(&ws->json);
    apus_ws_codec_destroy(ws->codec);
    ws->codec = NULL;
}

/* Until the client has said goodbye too, or had its time. */
static void wait_for_pump(apus_ws *ws)
{
    apus_rc rc = APUS_OK;
    ws->ender = apus_fiber_self();
    if (ws->pump && ws->pump_rests)
        apus_fiber_wake(ws->pump);
    while (ws->pump && !rc)
        rc = apus_fiber_park(APUS_NEVER);
    if (ws->pump)
        apus_fiber_cancel(ws->pump, APUS_CANCELLED);
    while (ws->pump)
        apus_fiber_park_firmly();
}

bool apus__ws_end(apus_req *req)
{
    apus_ws *ws = req->has_rare ? req->rare.ws : NULL;
    if (!ws)
        return false;
    if (ws->is_denied && !req->failure.status)
        apus_fail(req, 403, NULL, "Forbidden");
    if (!ws->codec && !req->failure.status && !req->response && !apus__ws_open(ws))
        apus__wait_end(req);
    if (!ws->codec)
        return req->begun;
    ws->is_ending = true;
    apus_fiber_shield(apus_loop_now(req->service->loop) + CLOSE_NS);
    if (!ws->is_over)
        say_goodbye(ws);
    wait_for_pump(ws);
    apus_exchange_finish(req->x);
    release(ws);
    return true;
}
