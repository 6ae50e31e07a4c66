#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

#define SMALL Field(ge = 1, le = 0)

typedef struct item {
    int n SMALL;
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
