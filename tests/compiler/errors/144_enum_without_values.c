#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum side { SIDE_COUNT Name(skip) } side;

Get("/items")
void list_items(apus_req *req, side s)
{
}
