#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/items", scopes = "read")
void list_items(apus_req *req)
{
}
