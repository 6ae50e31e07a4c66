#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct event {
    int id;
} event;

Webhook("shipped", operation_id = "told")
void shipped(const event *body);

Callback("{$request.query.url}", operation_id = "told")
void told(const event *body);

Callback("{$request.query.other}", operation_id = "order")
void told_other(const event *body);

Post("/orders", operation_id = "order", callbacks = [ told, told_other ])
int64_t order(apus_req *req, apus_str url Query(), apus_str other Query())
{
    (void)req;
    return (int64_t)(url.len + other.len);
}

Post("/more", callbacks = told)
int64_t more(apus_req *req, apus_str url Query())
{
    (void)req;
    return (int64_t)url.len;
}
