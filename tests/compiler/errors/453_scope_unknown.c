#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");
Router(orders, prefix = "/orders", scopes = "trade");
Include(shop_app, orders_router, scopes = "tarde");

Security(token, bearer, scopes = {trade: "Place orders.", read: "See orders."});

const char *who(apus_req *req, token t)
{
    return "";
}

Get("", scopes = "raed")
void list_orders(apus_req *req, const char *name Depends(who, scopes = "admin"))
{
}

Get("/all")
void list_all(apus_req *req, const char *name Depends(who, scopes = "read"))
{
}
