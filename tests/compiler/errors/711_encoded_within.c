#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct money {
    int64_t cents;
} Model(encode = as_text) money;

apus_str as_text(apus_arena *a, const money *m);

typedef struct order {
    money price Flatten();
    int n;
} order;

Get("/")
order *read_order(apus_req *req)
{
    return apus_new(req, order);
}
