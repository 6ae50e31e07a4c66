#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    int *n Field(count = n_n);
    double n_n;
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
