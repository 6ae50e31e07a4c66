#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_date day Field(default = "2023-02-29");
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
