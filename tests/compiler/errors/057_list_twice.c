#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

List(item);
List(item);

Post("/items")
void add_items(apus_req *req, const item_list *body)
{
}
