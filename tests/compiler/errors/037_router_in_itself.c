#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Router(a, prefix = "/a");
Router(b, prefix = "/b");
Include(shop_app, a_router);
Include(a_router, b_router);
Include(b_router, a_router);
