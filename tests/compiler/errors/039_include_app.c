#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

App(other, title = "Other", version = "1.0.0");
Include(shop_app, other_app);
