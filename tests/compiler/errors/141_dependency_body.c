#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

static int peek(apus_req *req, const item *it)
{
    return 1;
}

Get("/items")
void list_items(apus_req *req, int n Depends(peek))
{
}
