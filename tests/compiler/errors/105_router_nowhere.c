#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Router(a, prefix = "/a");

Get("/items")
void list_items(apus_req *req)
{
}
