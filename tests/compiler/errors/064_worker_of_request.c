#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct pool pool;
typedef struct account account;

account *current_account(apus_req *req)
{
    return NULL;
}

pool *open_pool(apus_worker *w, apus_str name, account *who Depends(current_account))
{
    return NULL;
}

pool *late_pool(apus_req *req, apus_worker *w)
{
    return NULL;
}

Get("/items")
void list_items(apus_req *req, apus_worker *w, pool *p Depends(open_pool), pool *l Depends(late_pool))
{
}
