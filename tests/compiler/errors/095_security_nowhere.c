#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Security(api_key, realm = "shop");

Get("/items")
void list_items(apus_req *req, api_key key)
{
}
