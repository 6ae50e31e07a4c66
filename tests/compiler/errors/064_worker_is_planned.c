#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct pool pool;
typedef struct apus_worker apus_worker;

pool *open_pool(apus_worker *w, apus_str name)
{
    return NULL;
}

Get("/items")
void list_items(apus_req *req, pool *p Depends(open_pool))
{
}
