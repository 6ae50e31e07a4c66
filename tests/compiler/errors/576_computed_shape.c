#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item item;
int total_of(const item *i);

struct item {
    double total Field(computed = total_of);
    apus_str id Field(alias_in = ["nr", "key"], alias_out = "total");
    apus_str key;
} Model(names = shouting);

Get("/")
const item *get(apus_req *req)
{
    (void)req;
    return 0;
}
