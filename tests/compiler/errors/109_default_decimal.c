#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_decimal price Field(default = "1.2.3");
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
