#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", operation_ids = "{tags}-{name}");
App(other, title = "Other", version = "1.0.0", operation_ids = "{method}");
App(third, title = "Third", version = "1.0.0", operation_ids = "{name}");

Router(items, prefix = "/items");
Include(third_app, items_router, prefix = "/a");
Include(third_app, items_router, prefix = "/b");

Get("")
int list(apus_req *req)
{
    return 1;
}
