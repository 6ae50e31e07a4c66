#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    int id;
} item;

static int count_bytes(apus_req *req, apus_body *body)
{
    (void)req;
    return (int)apus_body_received(body);
}

Post("/counted")
void counted(apus_req *req, int n Depends(count_bytes))
{
    (void)req;
    (void)n;
}

Post("/both")
void both(apus_req *req, const item *one, apus_body *body)
{
    (void)req;
    (void)one;
    (void)body;
}

Post("/twice")
void twice(apus_req *req, apus_body *one, apus_body *two)
{
    (void)req;
    (void)one;
    (void)two;
}

Post("/blocks", blocking)
void blocks(apus_req *req, apus_body *body)
{
    (void)req;
    (void)body;
}

Post("/ruled")
void ruled(apus_req *req, apus_body *body Body(media_type = "text/csv", max_length = 4, raw))
{
    (void)req;
    (void)body;
}

WebSocket("/talk")
void talk(apus_req *req, apus_ws *ws, apus_body *body)
{
    (void)req;
    (void)ws;
    (void)body;
}
