#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

static int count(apus_req *req, const item *body Body())
{
    (void)req;
    return body->name.len > 0;
}

WebSocket("/a")
void takes_body(apus_req *req, apus_ws *ws, const item *first Body());

WebSocket("/b")
void takes_none(apus_req *req, apus_ws *ws, const item *second);

WebSocket("/c")
void depends(apus_req *req, apus_ws *ws, int n Depends(count));
