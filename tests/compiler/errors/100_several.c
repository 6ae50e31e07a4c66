#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    int a Field(min_length = 3);
    int b Field(gt = 3, lt = 2);
} item;

Post("/items", status = 1000)
void add_item(apus_req *req, const item *body, int n Query(default = "x"))
{
}

Get("/items/{id}")
void get_item(apus_req *req)
{
}
