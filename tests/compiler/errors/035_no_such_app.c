#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Router(items, prefix = "/items");
Include(shpo_app, items_router);
