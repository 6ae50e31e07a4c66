#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Router(a, prefix = "/a");
Include(shop_app, a_router);
Include(shop_app, a_router);
