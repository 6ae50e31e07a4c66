#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static int limit_of(apus_req *req)
{
    return 1;
}

Get("/items")
void list_items(apus_req *req, int n Depends(limt_of))
{
}
