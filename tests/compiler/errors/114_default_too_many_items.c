#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_ints n Field(default = [1, 2, 3], max_items = 2);
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
