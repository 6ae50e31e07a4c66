#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct point {
    int x;
} point;

typedef struct item {
    point at;
} item;

Get("/items")
void add_item(apus_req *req, const item *body Query())
{
}
