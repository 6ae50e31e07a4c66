#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/items")
int list(apus_req *req, int limit Query(default = 1, examples = {few: 1, many: {sumary: "many", value: 100}}))
{
    return limit;
}
