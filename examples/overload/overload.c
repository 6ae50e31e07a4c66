/* Who gives way when there is too much to do. */
#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/health", shed = never)
void be_alive(apus_req *req)
{
    (void)req;
}

typedef struct order {
    int64_t id;
} order;

Post("/orders", status = 201, shed = critical)
order *place_order(apus_req *req)
{
    order *out = apus_new(req, order);
    out->id = 1;
    return out;
}

Router(reports, prefix = "/reports", shed = sheddable);
Include(shop_app, reports_router);

Get("/monthly")
order *read_report(apus_req *req)
{
    return place_order(req);
}

Test(all_is_answered_when_there_is_little_to_do)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_status(apus_test_get(t, "/health"), 200);
    apus_expect_status(apus_test_post(t, "/orders", ""), 201);
    apus_expect_status(apus_test_get(t, "/reports/monthly"), 200);
    apus_test_stop(t);
}
