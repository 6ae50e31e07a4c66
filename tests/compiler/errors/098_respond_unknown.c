#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

Get("/items")
item *list_items(apus_req *req)
{
    extern const struct apus_model apus_model_itme;
    return apus__respond(req, 409, &apus_model_itme, NULL);
}
