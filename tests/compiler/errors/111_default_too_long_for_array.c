#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    char code[4] Field(default = "abcd");
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
