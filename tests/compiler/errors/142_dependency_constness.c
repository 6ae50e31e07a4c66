#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static const int *n_of(apus_req *req)
{
    return NULL;
}

Get("/items")
void list_items(apus_req *req, int *n Depends(n_of))
{
}
