#include <apus/apus.h>

App(admin, title = "Admin", version = "1.0.0");
App(shop, title = "Shop", version = "1.0.0");
Include(shop_app, admin_app, prefix = "/admin", scopes = "admin");

Get("/items")
void list_items(apus_req *req)
{
}
