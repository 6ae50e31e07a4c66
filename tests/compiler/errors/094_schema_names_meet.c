#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    int n;
} item;

typedef struct old_item {
    int n;
} Name("Item") old_item;

Post("/items")
item *add_item(apus_req *req, const old_item *body)
{
    return NULL;
}
