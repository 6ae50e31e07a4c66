#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

WebSocket("/ws")
int talk(apus_req *req, apus_ws *ws);
