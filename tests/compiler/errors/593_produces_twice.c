#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");
Router(pages, prefix = "/pages");
Include(shop_app, pages_router, produces = "text/html");
Include(shop_app, pages_router, prefix = "/plain", produces = "text/plain");

Get("/one")
apus_str one(apus_req *req)
{
    return apus_strf(req, "one");
}

Get("/two")
apus_str two(apus_req *req)
{
    return apus_strf(req, "two");
}
