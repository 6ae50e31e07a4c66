/* docs_src/websockets_/tutorial001, app_testing/tutorial002. */
#include <apus/apus.h>

App(sockets1, title = "FastAPI", version = "0.1.0");

Get("/", produces = "text/html", operation_id = "get__get", summary = "Get")
apus_str sockets1_get(void)
{
    return APUS_STR(
        "<!DOCTYPE html>\n"
        "<title>Chat</title>\n"
        "<form onsubmit=\"send(event)\"><input id=text><button>Send</button></form>\n"
        "<ul id=said></ul>\n"
        "<script>\n"
        "const ws = new WebSocket('ws://' + location.host + '/ws');\n"
        "ws.onmessage = e => said.append(Object.assign(document.createElement('li'),\n"
        "    { textContent: e.data }));\n"
        "function send(e) { ws.send(text.value); text.value = ''; e.preventDefault(); }\n"
        "</script>\n");
}

WebSocket("/ws")
void sockets1_endpoint(apus_req *req, apus_ws *ws)
{
    apus_str text;
    while (apus_ws_recv_text(ws, &text))
        apus_ws_send_text(ws, apus_strf(req, "Message text was: %s", text.ptr));
}

App(testing2, title = "FastAPI", version = "0.1.0");

Get("/", operation_id = "read_main__get", summary = "Read Main")
apus_json *testing2_read_main(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "msg", apus_json_text(a, APUS_STR("Hello World")));
    return out;
}

typedef struct testing2_greeting {
    apus_str msg;
} testing2_greeting;

WebSocket("/ws")
void testing2_websocket(apus_req *req, apus_ws *ws)
{
    (void)req;
    apus_ws_send(ws, testing2_greeting, &(testing2_greeting){ APUS_STR("Hello WebSocket") });
}
