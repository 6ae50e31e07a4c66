/* The fiber that reads a WebSocket. */
#include "app/ws.h"

#include "apus/fiber.h"
#include "app/service.h"

enum {
    PART = 4096,           /* bytes read at a time */
    ITEM_KEPT_MAX = 65536, /* of a message's buffer that is kept for the next */
};

#define PING_NS  (20 * APUS_SECOND)
#define GRACE_NS (5 * APUS_SECOND) /* for the handler to deal with what came before a close */

/* --- items --- */

apus__ws_item *apus__ws_item_take(apus_ws *ws)
{
    apus__ws_item *item = ws->spare;
    if (item) {
        ws->spare = item->next;
    } else {
        item = apus_alloc_libc.resize(apus_alloc_libc.ctx, NULL, 0, sizeof(*item));
        if (item)
            *item = (apus__ws_item){ .bytes = apus_buf_with(&apus_alloc_libc) };
    }
    if (item)
        item->next = NULL;
    return item;
}

void apus__ws_item_drop(apus_ws *ws, apus__ws_item *item)
{
    if (!item)
        return;
    if (item->bytes.cap > ITEM_KEPT_MAX)
        apus_buf_finish(&item->bytes);
    apus_buf_clear(&item->bytes);
    item->next = ws->spare;
    ws->spare = item;
}

/* --- what comes --- */

static uint64_t message_max(const apus_ws *ws)
{
    return ws->options->message_max ? ws->options->message_max : APUS_WS_MESSAGE_MAX;
}

static bool is_full(const apus_ws *ws)
{
    uint32_t queue = ws->options->queue ? ws->options->queue : APUS_WS_QUEUE;
    return !ws->is_ending && !ws->is_left &&
           (ws->n_queued >= queue || ws->bytes_queued >= message_max(ws));
}

/* Nothing more will come: who waits for it is told, and the handler's waits end, as soon as
 * it has dealt with what came before. */
static void end_receiving(apus_ws *ws)
{
    apus_loop *loop = ws->req->service->loop;
    apus_rc rc = APUS_OK;
    ws->is_over = true;
    if (ws->receiver)
        apus_fiber_wake(ws->receiver);
    ws->pump_rests = true;
    int64_t until = apus_loop_now(loop) + GRACE_NS;
    while (!rc && (ws->first || ws->held) && !ws->is_ending)
        rc = apus_fiber_park(until);
    ws->pump_rests = false;
    if (!ws->is_ending)
        apus_fiber_cancel(ws->req->fiber, APUS_CANCELLED);
}

static void lose(apus_ws *ws)
{
    if (!ws->code)
        ws->code = APUS_WS_LOST;
    end_receiving(ws);
}

static void take_message(apus_ws *ws, apus_ws_kind kind)
{
    apus__ws_item *item = ws->incoming;
    ws->incoming = NULL;
    item->kind = kind;
    if (ws->is_ending || ws->is_left) {
        apus__ws_item_drop(ws, item);
        return;
    }
    *ws->last = item;
    ws->last = &item->next;
    ws->n_queued++;
    ws->bytes_queued += item->bytes.len;
    if (ws->receiver)
        apus_fiber_wake(ws->receiver);
}

/* The client closes: as an answer, or first, and is answered with its own code. */
static void take_close(apus_ws *ws, const apus_ws_event *e)
{
    apus__ws_say_close(ws, e->code, e->payload);
    end_receiving(ws);
}

/* APUS_OK; APUS_DONE when nothing more will come; or as any wait. */
static apus_rc take_event(apus_ws *ws, const apus_ws_event *e)
{
    switch (e->kind) {
    case APUS_WS_TEXT:
    case APUS_WS_BINARY:
        take_message(ws, e->kind);
        return APUS_OK;
    case APUS_WS_PING:
        return ws->is_closed ? APUS_OK : apus__ws_control(ws, APUS_WS_PONG, e->payload);
    case APUS_WS_PONG:
        return APUS_OK;
    case APUS_WS_CLOSE:
        take_close(ws, e);
        return APUS_DONE;
    }
    return APUS_OK;
}

/* --- reading --- */

/* When it is time to ask whether the client is there, or to give it up. */
static int64_t due(const apus_ws *ws)
{
    int64_t ping = ws->options->ping ? ws->options->ping : PING_NS;
    int64_t from = ws->asked_at ? ws->asked_at : ws->heard_at;
    return ping < 0 || ping > APUS_NEVER - from ? APUS_NEVER : from + ping;
}

/* The next bytes, or a ping in place of them. */
static apus_rc read_more(apus_ws *ws, char *part, apus_str *input)
{
    size_t got = 0;
    apus_rc rc = apus_exchange_recv(ws->req->x, part, PART, due(ws), &got);
    if (rc == APUS_OK) {
        *input = (apus_str){ part, got };
        ws->heard_at = apus_loop_now(ws->req->service->loop);
        ws->asked_at = 0;
        return APUS_OK;
    }
    if (rc != APUS_TIMEOUT || ws->asked_at)
        return rc;
    ws->asked_at = apus_loop_now(ws->req->service->loop);
    return ws->is_closed ? APUS_OK : apus__ws_control(ws, APUS_WS_PING, APUS_STR(""));
}

/* The handler has time for nothing more at present. */
static apus_rc rest(apus_ws *ws)
{
    ws->pump_rests = true;
    apus_rc rc = apus_fiber_park(APUS_NEVER);
    ws->pump_rests = false;
    ws->heard_at = apus_loop_now(ws->req->service->loop); /* it was us who did not listen */
    ws->asked_at = 0;
    return rc;
}

static apus_rc step(apus_ws *ws, char *part, apus_str *input)
{
    apus_ws_event e = { .code = APUS_WS_INTERNAL, .why = "out of memory" };
    if (is_full(ws))
        return rest(ws);
    if (!ws->incoming)
        ws->incoming = apus__ws_item_take(ws);
    apus_rc rc =
        ws->incoming ? apus_ws_codec_next(ws->codec, input, &ws->incoming->bytes, &e) : APUS_NOMEM;
    if (rc == APUS_OK)
        return take_event(ws, &e);
    if (rc == APUS_MORE)
        return read_more(ws, part, input);
    apus__ws_say_close(ws, e.code, apus_str_of(e.why));
    end_receiving(ws);
    return APUS_DONE;
}

void apus__ws_pump(void *arg)
{
    apus_ws *ws = arg;
    char part[PART];
    apus_str input = { part, 0 };
    apus_rc rc = APUS_OK;
    ws->pump = apus_fiber_self();
    while (!rc)
        rc = step(ws, part, &input);
    if (!ws->is_over)
        lose(ws);
    ws->pump = NULL;
    if (ws->ender)
        apus_fiber_wake(ws->ender);
}
