#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Post("/items")
void add_item(apus_req *req, int64_t it Body(raw))
{
}
