#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static int told(apus_req *req, apus_ws *ws)
{
    (void)req;
    (void)ws;
    return 1;
}

Get("/items")
void items(apus_req *req, apus_ws *ws);

Get("/others")
void others(apus_req *req, int n Depends(told));

WebSocket("/ws")
void silent(apus_req *req);
