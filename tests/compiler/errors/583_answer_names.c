#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/count", by_alias = false)
int count(apus_req *req)
{
    return 1;
}

typedef struct item {
    int a Field(alias = "b", le = 1, ge = 2);
} item;

Get("/item", by_alias = false)
item *get_item(apus_req *req)
{
    return NULL;
}

Get("/length", omit = unset)
int length(apus_req *req)
{
    return 1;
}
