/* Messages of a WebSocket, as the handler takes and sends them. */
#include <stdio.h>

#include "apus/decode.h"
#include "apus/encode.h"
#include "apus/fiber.h"
#include "app/service.h"
#include "app/stream.h"
#include "app/ws.h"

enum { OUT_KEPT_MAX = 65536 }; /* bytes of buffers that are kept for the next message */

/* --- receiving --- */

/* What the handler held is dealt with. */
static void forget(apus_ws *ws)
{
    apus__ws_item_drop(ws, ws->held);
    ws->held = NULL;
    if (ws->pump && ws->pump_rests)
        apus_fiber_wake(ws->pump);
}

static void hold(apus_ws *ws)
{
    ws->held = ws->first;
    ws->first = ws->held->next;
    ws->held->next = NULL;
    if (!ws->first)
        ws->last = &ws->first;
    ws->n_queued--;
    ws->bytes_queued -= ws->held->bytes.len;
    if (ws->pump && ws->pump_rests)
        apus_fiber_wake(ws->pump);
}

/* Until there is a message.  false: there will be none. */
static bool wait_for_message(apus_ws *ws, apus_req *here)
{
    apus_rc rc = APUS_OK;
    if (ws->receiver) {
        apus__req_broken(ws->req, "two fibers receive from one WebSocket");
        return false;
    }
    if (!ws->codec && !apus__ws_open(ws))
        return false;
    while (!rc && !ws->first && !ws->is_over && !ws->is_left) {
        ws->receiver = here->fiber;
        rc = apus_fiber_park(APUS_NEVER);
        ws->receiver = NULL;
    }
    return !rc && ws->first && !ws->is_left && !apus_failed(here);
}

/* The next one, held until the one after it; NULL at the end. */
static apus__ws_item *next_item(apus_ws *ws)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(ws->req, "a WebSocket is used on a pool thread");
        return NULL;
    }
    apus_req *here = apus__req_here(ws->req);
    apus__turn_begin(here);
    forget(ws);
    if (!wait_for_message(ws, here))
        return NULL;
    hold(ws);
    return ws->held;
}

static apus_str text_of(apus_ws *ws, apus__ws_item *item)
{
    apus_str text;
    if (apus_buf_take(&item->bytes, &text))
        apus_abort(ws->req, 503, NULL, "out of memory");
    return text;
}

bool apus_ws_recv_any(apus_ws *ws, apus_ws_message *message)
{
    apus__ws_item *item = next_item(ws);
    if (item)
        *message = (apus_ws_message){ item->kind, text_of(ws, item) };
    return item != NULL;
}

/* The next message, if it is of that kind; another one ends it. */
static bool recv_kind(apus_ws *ws, apus_ws_kind kind, apus_str *text)
{
    apus_ws_message m;
    if (!apus_ws_recv_any(ws, &m))
        return false;
    if (m.kind != kind) {
        apus_ws_close(ws, APUS_WS_UNSUPPORTED,
                      kind == APUS_WS_TEXT ? "text is expected" : "bytes are expected");
        return false;
    }
    *text = m.text;
    return true;
}

bool apus_ws_recv_text(apus_ws *ws, apus_str *text)
{
    return recv_kind(ws, APUS_WS_TEXT, text);
}

bool apus_ws_recv_bytes(apus_ws *ws, apus_bytes *bytes)
{
    apus_str text;
    if (!recv_kind(ws, APUS_WS_BINARY, &text))
        return false;
    *bytes = (apus_bytes){ (const uint8_t *)text.ptr, text.len };
    return true;
}

static void close_not_json(apus_ws *ws, const apus_json_error *error)
{
    char reason[APUS_WS_REASON_MAX];
    snprintf(reason, sizeof(reason), "the message is not JSON: %s at %zu",
             error->message ? error->message : "", error->codepoints);
    apus_ws_close(ws, APUS_WS_BAD_DATA, reason);
}

const apus_json *apus_ws_recv_json(apus_ws *ws)
{
    apus_str text;
    apus_json *value = NULL;
    apus_json_error error = { 0 };
    if (!recv_kind(ws, APUS_WS_TEXT, &text))
        return NULL;
    apus_rc rc = apus_json_parse(apus__req_here(ws->req)->memory, text, NULL, &value, &error);
    if (rc == APUS_NOMEM)
        apus_abort(ws->req, 503, NULL, "out of memory");
    if (rc)
        close_not_json(ws, &error);
    return value;
}

/* --- models --- */

/* The first problem, as "quantity: Input should be greater than 0". */
static void close_invalid(apus_ws *ws, const apus_problems *problems)
{
    const apus_problem *p = problems->first;
    apus_buf b = apus_buf_in(problems->arena);
    apus_str reason;
    for (size_t i = 0; p && i < p->loc.len; i++)
        if (!strchr("[]\"", p->loc.ptr[i]))
            apus_buf_addc(&b, p->loc.ptr[i] == ',' ? '.' : p->loc.ptr[i]);
    if (b.len)
        apus_buf_lit(&b, ": ");
    if (p)
        apus_buf_add(&b, p->msg);
    apus_ws_close(ws, APUS_WS_POLICY,
                  apus_buf_take(&b, &reason) ? "the message is invalid" : reason.ptr);
}

/* What a body that is not JSON has as its detail. */
static void add_not_json(apus_problems *problems, const apus_json_error *error)
{
    char offset[24], ctx[160];
    snprintf(offset, sizeof(offset), "%zu", error->codepoints);
    snprintf(ctx, sizeof(ctx), "{\"error\":\"%s\"}", error->message ? error->message : "");
    apus_place at = { .index = (uint32_t)error->codepoints, .is_index = true };
    apus_problems_add(problems, &at, "json_invalid", APUS_STR("{}"), apus_str_of(ctx), "%s",
                      "JSON decode error");
}

static const apus_json *list_of(apus_ws *ws, apus_problems *problems)
{
    apus_buf b = apus_buf_in(problems->arena);
    apus_str text;
    apus_json *list = NULL;
    apus_problems_write_list(problems, &b);
    if (apus_buf_take(&b, &text) || apus_json_parse(problems->arena, text, NULL, &list, NULL))
        apus_abort(ws->req, 503, NULL, "out of memory");
    return list;
}

static void refuse(apus_ws *ws, apus_decoder *d, apus_rc rc, const apus_json **wrong)
{
    bool is_json = rc == APUS_INVALID;
    if (rc == APUS_NOMEM || d->problems->no_memory)
        apus_abort(ws->req, 503, NULL, "out of memory");
    if (!is_json && wrong)
        add_not_json(d->problems, &d->error);
    if (wrong)
        *wrong = list_of(ws, d->problems);
    else if (is_json)
        close_invalid(ws, d->problems);
    else
        close_not_json(ws, &d->error);
}

void *apus__ws_recv(apus_ws *ws, const apus_model *m, const apus_json **wrong)
{
    const apus_type type = {
        .kind = APUS_KIND_model, .size = m->size, .align = m->align, .model = m
    };
    apus_problems problems;
    apus_str text;
    apus_err err = { 0 };
    if (wrong)
        *wrong = NULL;
    if (!recv_kind(ws, APUS_WS_TEXT, &text))
        return NULL;
    if (apus_model_prepare(m, &err)) {
        apus__req_broken(ws->req, "apus_ws_recv: %s", err.msg);
        return NULL;
    }
    apus_req *here = apus__req_here(ws->req);
    apus_arena *memory = here->memory;
    void *object = apus_arena_alloc(memory, m->size, m->align);
    apus_problems_init(&problems, memory);
    apus_decoder d = apus__req_decoder(here);
    d.arena = memory;
    d.problems = &problems;
    apus_rc rc = object ? apus_decode_json(&d, &type, NULL, text, NULL, object) : APUS_NOMEM;
    if (rc == APUS_OK)
        return object;
    refuse(ws, &d, rc, wrong);
    return NULL;
}

/* --- sending --- */

apus_rc apus__ws_control(apus_ws *ws, apus_ws_kind kind, apus_str payload)
{
    char room[APUS_WS_CONTROL_MAX + 16]; /* a frame's head, and one to spare */
    apus_buf b = { .ptr = room, .cap = sizeof(room), .limit = sizeof(room) - 1 };
    apus_rc rc = apus_ws_codec_write(ws->codec, kind, payload, &b);
    return rc ? rc : apus_exchange_write(ws->req->x, (apus_str){ b.ptr, b.len });
}

static void end_sending(apus_ws *ws)
{
    ws->is_sending = false;
    if (ws->senders)
        apus_fiber_wake(ws->senders->fiber);
}

static apus_rc wait_in_line(apus_ws *ws)
{
    apus__ws_waiter self = { .fiber = apus_fiber_self() };
    *ws->senders_end = &self;
    ws->senders_end = &self.next;
    apus_rc rc = apus_fiber_park(APUS_NEVER);
    apus__ws_waiter **at = &ws->senders;
    while (*at != &self)
        at = &(*at)->next;
    *at = self.next;
    if (!self.next)
        ws->senders_end = at;
    if (rc && !ws->is_sending && ws->senders)
        apus_fiber_wake(ws->senders->fiber); /* it may have been this one's turn */
    return rc;
}

/* The buffers are this fiber's from now on.  false: nobody is there any more. */
static bool begin_sending(apus_ws *ws)
{
    apus_rc rc = APUS_OK;
    if (!apus__ws_open(ws))
        return false;
    while (!rc && ws->is_sending)
        rc = wait_in_line(ws);
    if (rc)
        return false;
    ws->is_sending = true;
    if (apus__ws_open(ws))
        return true;
    end_sending(ws);
    return false;
}

static void trim(apus_buf *b)
{
    if (b->cap > OUT_KEPT_MAX)
        apus_buf_finish(b);
    apus_buf_clear(b);
}

/* Sends a message and lets the next fiber send. */
static bool send_and_end(apus_ws *ws, apus_ws_kind kind, apus_str bytes)
{
    trim(&ws->out);
    apus_rc rc = apus_ws_codec_write(ws->codec, kind, bytes, &ws->out);
    bool no_memory = rc != APUS_OK;
    if (!rc)
        rc = apus_exchange_write(ws->req->x, (apus_str){ ws->out.ptr, ws->out.len });
    trim(&ws->json);
    end_sending(ws);
    if (no_memory)
        apus_abort(ws->req, 503, NULL, "out of memory");
    return rc == APUS_OK;
}

bool apus__ws_send(apus_ws *ws, const apus_model *m, const void *object)
{
    if (!begin_sending(ws))
        return false;
    apus_buf_clear(&ws->json);
    apus_rc rc = apus_encode_model(&ws->json, m, object, APUS_OMIT_nothing);
    if (rc == APUS_OK)
        return send_and_end(ws, APUS_WS_TEXT, (apus_str){ ws->json.ptr, ws->json.len });
    end_sending(ws);
    if (rc != APUS_INVALID)
        apus_abort(ws->req, 503, NULL, "out of memory");
    apus__req_breaks_model(ws->req, "apus_ws_send:", m->name, &ws->json);
    return false;
}

bool apus_ws_send_json(apus_ws *ws, const apus_json *value)
{
    if (!begin_sending(ws))
        return false;
    apus_buf_clear(&ws->json);
    apus_json_write(&ws->json, value);
    if (!ws->json.failed)
        return send_and_end(ws, APUS_WS_TEXT, (apus_str){ ws->json.ptr, ws->json.len });
    end_sending(ws);
    apus_abort(ws->req, 503, NULL, "out of memory");
}

bool apus_ws_send_text(apus_ws *ws, apus_str text)
{
    if (!apus_str_is_utf8(text)) {
        apus__req_broken(ws->req, "apus_ws_send_text: the text is not UTF-8");
        return false;
    }
    return begin_sending(ws) && send_and_end(ws, APUS_WS_TEXT, text);
}

bool apus_ws_send_bytes(apus_ws *ws, apus_bytes bytes)
{
    apus_str text = { (const char *)bytes.ptr, bytes.len };
    return begin_sending(ws) && send_and_end(ws, APUS_WS_BINARY, text);
}
