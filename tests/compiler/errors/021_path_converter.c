#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/items/{id:integer}")
void get_item(apus_req *req, int64_t id)
{
}
