#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
    double price;
} item;

Get("/", exclude = ["name"])
int count_items(apus_req *req)
{
    (void)req;
    return 0;
}
