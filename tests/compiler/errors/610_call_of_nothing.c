#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/")
int count_items(apus_req *req)
{
    apus_fial(req, 404, NULL, "none");
    return 0;
}
