#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct store {
    int items;
} store;

const store *open_store(apus_req *req);

static store *test_store(apus_req *req)
{
    return apus_new(req, store);
}

Test(counts_items)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_override(t, open_store, test_store);
    apus_test_stop(t);
}
