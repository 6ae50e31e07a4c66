#include <apus/apus.h>

enum tag { TAG_ITEMS, TAG_USERS };

App(shop, title = "Shop", version = "1.0.0");

Get("/items", tags = [TAG_ITEMS])
int count_items(apus_req *req)
{
    return 0;
}

Get("/users", summary = TAG_USERS)
int count_users(apus_req *req)
{
    return 0;
}
