#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

Post("/items")
void add_item(apus_req *req, item it)
{
}
