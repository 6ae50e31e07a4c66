#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

int a(apus_req *req, int b Depends(b_of));

int b_of(apus_req *req, int a_value Depends(a))
{
    return 1;
}

int a(apus_req *req, int b)
{
    return b;
}

Get("/items")
void list_items(apus_req *req, int n Depends(a))
{
}
