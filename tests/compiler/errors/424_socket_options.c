#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

WebSocket("/a", message_max = 0, queue = 100000)
void a(apus_req *req, apus_ws *ws);

WebSocket("/b", ping = "soon", subprotocols = ["v1 chat", ""])
void b(apus_req *req, apus_ws *ws);

WebSocket("/c", status = 201)
void c(apus_req *req, apus_ws *ws);

WebSocket("/c")
void d(apus_req *req, apus_ws *ws);

WebSocket("/e", origins = ["https://shop.example/", "shop.example", "*"])
void e(apus_req *req, apus_ws *ws);
