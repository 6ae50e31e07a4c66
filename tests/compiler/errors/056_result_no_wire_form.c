#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct store store;

Get("/items")
store *list_items(apus_req *req)
{
    return NULL;
}
