#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
    double price;
} item;

Get("/", produces = "html")
apus_str page(apus_req *req)
{
    (void)req;
    return (apus_str){ 0 };
}
