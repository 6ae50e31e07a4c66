#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    apus_str name;
} item;

Get("/items", responses = {404: item, 404: item})
void list_items(apus_req *req)
{
}
