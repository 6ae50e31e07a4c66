#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Post("/items")
void add_items(apus_req *req, int photo File())
{
}
