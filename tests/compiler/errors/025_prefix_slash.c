#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Router(items, prefix = "/items/");
Include(shop_app, items_router);

Get("")
void list_items(apus_req *req)
{
}
