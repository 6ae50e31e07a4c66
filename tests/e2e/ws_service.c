/* What ws.mjs talks to. */
#include <apus/apus.h>

App(sockets, title = "Sockets", version = "1.0.0");

/// Back it goes.
WebSocket("/echo", subprotocols = ["v2.echo"])
void echo(apus_req *req, apus_ws *ws)
{
    apus_ws_message m;
    (void)req;
    while (apus_ws_recv_any(ws, &m)) {
        if (m.kind == APUS_WS_TEXT)
            apus_ws_send_text(ws, m.text);
        else
            apus_ws_send_bytes(ws, (apus_bytes){ (const uint8_t *)m.text.ptr, m.text.len });
    }
}

WebSocket("/plain", deflate = false, message_max = 1000)
void plain(apus_req *req, apus_ws *ws)
{
    echo(req, ws);
}

/// What is ordered.
typedef struct order {
    apus_str symbol Field(pattern = "^[A-Z]+$");
    int quantity Field(gt = 0);
} order;

WebSocket("/orders")
void orders(apus_req *req, apus_ws *ws)
{
    (void)req;
    for (order *o; (o = apus_ws_recv(ws, order));) {
        o->quantity *= 2;
        apus_ws_send(ws, order, o);
    }
}

/// What somebody said in a room.
typedef struct said {
    apus_str who;
    apus_str text;
} said;
Topic(rooms, said, queue = 1000);

/* Who may come in. */
static const apus_str *member(apus_req *req, apus_str token Query(min_length = 3))
{
    apus_str *name = apus_new(req, apus_str);
    if (apus_str_eq(token, APUS_STR("eve")))
        return apus_fail(req, 403, "not_a_member", "%s is no member", token.ptr);
    *name = token;
    return name;
}

typedef struct seat {
    apus_ws *ws;
    apus_str room;
} seat;

static void listen(apus_req *req, void *arg)
{
    seat *s = arg;
    apus_sub *sub = apus_subscribe(req, rooms, s->room);
    for (said *one; (one = apus_next(req, sub));)
        apus_ws_send(s->ws, said, one);
}

WebSocket("/rooms/{room}")
void talk(apus_req *req, apus_ws *ws, apus_str room, const apus_str *who Depends(member))
{
    seat *s = apus_new(req, seat);
    *s = (seat){ ws, room };
    apus_spawn(req, listen, s);
    apus_str text;
    while (apus_ws_recv_text(ws, &text))
        apus_publish(req, rooms, room, &(said){ *who, text });
    apus_str left = apus_strf(req, "left with %u", apus_ws_close_code(ws));
    apus_publish(req, rooms, room, &(said){ *who, left });
}

/* What the flood has sent, for the worker. */
typedef struct level {
    int sent;
    int ended;
} level;

static level *make_level(apus_worker *w)
{
    return apus_worker_new(w, level);
}

/// Sends without end.
WebSocket("/flood", deflate = false)
void flood(apus_req *req, apus_ws *ws, level *l Depends(make_level))
{
    static const uint8_t zeros[50000];
    (void)req;
    while (apus_ws_send_bytes(ws, (apus_bytes){ zeros, sizeof(zeros) }))
        l->sent++;
    l->ended++;
}

/// How much of it, and how many floods are over.
Get("/level")
level *get_level(level *l Depends(make_level))
{
    return l;
}

/// Closes as it is told.
WebSocket("/close/{code}")
void close_with(apus_req *req, apus_ws *ws, int code Path(ge = 1000, le = 4999))
{
    (void)req;
    apus_ws_accept(ws, NULL);
    apus_ws_close(ws, (unsigned)code, "as told");
}
