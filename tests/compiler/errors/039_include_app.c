#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

App(other, title = "Other", version = "1.0.0");
App(third, title = "Third", version = "1.0.0");
Router(orders, prefix = "/orders");
Include(shop_app, other_app);
Include(shop_app, other_app, prefix = "/x/");
Include(shop_app, other_app, prefix = "/{x}");
Include(shop_app, other_app, prefix = "/other");
Include(shop_app, third_app, prefix = "/other");
Include(other_app, shop_app, prefix = "/shop");
Include(orders_router, other_app, prefix = "/other");
Include(other_app, third_app, prefix = "/third", tags = "third");
