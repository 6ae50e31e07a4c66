#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum side { SIDE_BUY, SIDE_SELL } Name(skip) side;

Get("/items")
void list_items(apus_req *req, side side)
{
}
