#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static apus_str limit_of(apus_req *req)
{
    return APUS_STR("1");
}

Get("/items")
void list_items(apus_req *req, int n Depends(limit_of))
{
}
