#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static void check(apus_req *req)
{
}

Get("/items", depends = [check, check])
void list_items(apus_req *req)
{
}
