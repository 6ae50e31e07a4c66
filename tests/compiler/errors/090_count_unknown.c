#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

typedef struct box {
    item *items Field(count = n_item);
    int n_items;
} box;

Post("/boxes")
void add_box(apus_req *req, const box *body)
{
}
