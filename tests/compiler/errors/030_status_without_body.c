#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

Delete("/items", status = 204)
item *delete_items(apus_req *req)
{
    return NULL;
}
