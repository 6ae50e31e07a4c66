#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/items/{kind}{id}")
void get_item(apus_req *req, apus_str kind, int64_t id)
{
}

Get("/prices/from-{price:float}")
void get_price(apus_req *req, double price)
{
}

Get("/files/v{path:path}")
void get_file(apus_req *req, apus_str path)
{
}
