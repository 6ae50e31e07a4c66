#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Security(token, bearer);

int count(apus_req *req, token t, apus_str scopes Query())
{
    return 1;
}

Get("/items")
void list_items(apus_req *req, int n Depends(count, scopes = "read"), int m Depends(count, frehs))
{
}
