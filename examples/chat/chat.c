/* A chat with rooms: a WebSocket for each guest, a topic for what is said. */
#include <apus/apus.h>

App(chat, title = "Chat", version = "1.0.0");

/// What somebody said.
typedef struct line {
    apus_str who;
    apus_str text;
} line;
Topic(rooms, line);

/// What a guest sends.
typedef struct saying {
    apus_str text Field(min_length = 1, max_length = 500);
} saying;

/// Who is at the other end.
typedef struct guest {
    apus_str name;
} guest;

/* By a cookie, or, since browsers send no headers of ours with a WebSocket, in the query. */
static const guest *current_guest(apus_req *req, apus_str *session Cookie(),
                                  apus_str *name Query(max_length = 20))
{
    apus_str *who = session ? session : name;
    if (!who)
        return apus_fail(req, 401, NULL, "say who you are");
    guest *g = apus_new(req, guest);
    g->name = *who;
    return g;
}

/* One guest in one room. */
typedef struct seat {
    apus_ws *ws;
    apus_str room;
} seat;

/* Beside the handler: what others say goes to the guest. */
static void listen(apus_req *req, void *arg)
{
    seat *s = arg;
    apus_sub *said = apus_subscribe(req, rooms, s->room);
    for (line *l; (l = apus_next(req, said));)
        apus_ws_send(s->ws, line, l);
}

/* What the guest says goes to all. */
WebSocket("/rooms/{room}", message_max = 4096)
void talk(apus_req *req, apus_ws *ws, apus_str room, const guest *who Depends(current_guest))
{
    seat *s = apus_new(req, seat);
    *s = (seat){ ws, room };
    line news = { APUS_STR("room"), apus_strf(req, "%s has come", who->name.ptr) };
    apus_spawn(req, listen, s);
    apus_publish(req, rooms, room, &news);
    for (saying *m; (m = apus_ws_recv(ws, saying));) {
        line l = { who->name, m->text };
        apus_publish(req, rooms, room, &l);
    }
    news.text = apus_strf(req, "%s has left", who->name.ptr);
    apus_publish(req, rooms, room, &news);
}

/* Corrects the guest instead of hanging up. */
WebSocket("/patient/{room}")
void talk_patiently(apus_req *req, apus_ws *ws, apus_str room,
                    const guest *who Depends(current_guest))
{
    const apus_json *wrong;
    saying *m;
    while ((m = apus_ws_try_recv(ws, saying, &wrong)) || wrong) {
        line l = { who->name, m ? m->text : APUS_STR("") };
        if (wrong)
            apus_ws_send_json(ws, wrong);
        else
            apus_publish(req, rooms, room, &l);
    }
}

/* Text in, text out; closes when it is told to. */
WebSocket("/echo", subprotocols = [ "v2.echo", "v1.echo" ], ping = "10s")
void echo(apus_req *req, apus_ws *ws)
{
    apus_str text;
    while (apus_ws_recv_text(ws, &text)) {
        if (apus_str_eq(text, APUS_STR("bye")))
            apus_ws_close(ws, 4000, "you said so");
        else
            apus_ws_send_text(ws, apus_strf(req, "%s!", text.ptr));
    }
}

/// The page.
Get("/", produces = "text/html")
apus_str page(void)
{
    return APUS_STR("<!doctype html><title>Chat</title><pre id=log></pre><input id=text autofocus>"
                    "<script>"
                    "const name = prompt('Your name?', 'ada');"
                    "const ws = new WebSocket('ws://' + location.host + '/rooms/lobby?name=' +"
                    " encodeURIComponent(name));"
                    "ws.onmessage = e => { const l = JSON.parse(e.data);"
                    " log.textContent += l.who + ': ' + l.text + '\\n'; };"
                    "text.onchange = () => { ws.send(JSON.stringify({ text: text.value }));"
                    " text.value = ''; };"
                    "</script>");
}

Test(guests_hear_one_another)
{
    apus_test *t = apus_test_start(&chat_app);
    apus_test_socket *ada = apus_test_ws(t, "/rooms/lobby?name=ada");
    apus_expect_json(apus_test_ws_recv(ada), "$.text", "\"ada has come\"");
    apus_test_socket *bob = apus_test_ws(t, "/rooms/lobby?name=bob");
    apus_test_socket *eve = apus_test_ws(t, "/rooms/cellar?name=eve");
    apus_test_ws_send(bob, APUS_JSON({ "text" : "hello" }));
    apus_expect_json(apus_test_ws_recv(ada), "$.text", "\"bob has come\"");
    apus_expect_ws_text(ada, "{\"who\":\"bob\",\"text\":\"hello\"}");
    apus_test_ws_close(bob, 1000);
    apus_expect_json(apus_test_ws_recv(ada), "$.text", "\"bob has left\"");
    apus_expect_json(apus_test_ws_recv(eve), "$.text", "\"eve has come\""); // and nothing else
    apus_test_ws_send(eve, APUS_JSON({ "text" : "" }));
    apus_expect_ws_close(eve, 1008);
    apus_test_stop(t);
}

Test(strangers_stay_outside)
{
    apus_test *t = apus_test_start(&chat_app);
    apus_expect_status(apus_test_ws_answer(apus_test_ws(t, "/rooms/lobby")), 401);
    apus_answer a =
        apus_test_ws_answer(apus_test_ws(t, "/rooms/lobby?name=far+too+long+for+a+name"));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"string_too_long\"");
    apus_test_header(t, "Cookie", "session=ada");
    apus_expect_status(apus_test_ws_answer(apus_test_ws(t, "/rooms/lobby")), 101);
    apus_test_stop(t);
}

Test(mistakes_are_told)
{
    apus_test *t = apus_test_start(&chat_app);
    apus_test_socket *s = apus_test_ws(t, "/patient/lobby?name=ada");
    apus_test_ws_send(s, APUS_JSON({ "text" : "" }));
    apus_expect_json(apus_test_ws_recv(s), "$[0].type", "\"string_too_short\"");
    apus_test_stop(t);
}

Test(echo_speaks_a_subprotocol)
{
    apus_test *t = apus_test_start(&chat_app);
    apus_test_header(t, "Sec-WebSocket-Protocol", "v1.echo, v2.echo");
    apus_test_socket *s = apus_test_ws(t, "/echo");
    apus_expect_header(apus_test_ws_answer(s), "sec-websocket-protocol", "v2.echo");
    apus_test_ws_send(s, "hi");
    apus_expect_ws_text(s, "hi!");
    apus_test_ws_send(s, "bye");
    apus_expect_ws_close(s, 4000);
    apus_test_stop(t);
}
