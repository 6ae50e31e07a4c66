#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static void each(void (*visit)(void *item));

static void count(apus_req *req, void *item)
{
}

Get("/")
int count_items(apus_req *req)
{
    each(count);
    return 0;
}
