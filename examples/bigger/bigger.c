/* A bigger application: routers, and an app within the app. */
#include <apus/apus.h>

// --- what the staff sees: an app of its own ---

App(admin, title = "Administration", version = "1.0.0", problems = rfc9457);

/// Closes the shop.
Post("/close", status = 204)
void close_shop(apus_req *req)
{
    if (apus_req_header(req, "X-Sure").len == 0)
        apus_fail(req, 409, "not_sure", "say X-Sure: yes");
}

// --- what customers see ---

App(shop, title = "Shop", version = "1.0.0");

Router(orders, prefix = "/orders", tags = "orders");

Get("/{id}")
int64_t get_order(apus_req *req, int64_t id)
{
    return id;
}

Router(v1, prefix = "/v1");
Include(v1_router, orders_router);
Include(shop_app, v1_router);

// the same routes once more, for those who still call them there
Include(shop_app, orders_router, prefix = "/old");

Include(shop_app, admin_app, prefix = "/admin");

Test(routers_join)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_json(apus_test_get(t, "/v1/orders/7"), "$", "7");
    apus_expect_json(apus_test_get(t, "/old/orders/7"), "$", "7");
    apus_expect_status(apus_test_get(t, "/orders/7"), 404);
    apus_test_stop(t);
}

Test(an_app_within_keeps_its_ways)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_post(t, "/admin/close", NULL);
    apus_expect_status(a, 409);
    apus_expect_json(a, "$.code", "\"not_sure\"");
    apus_expect_json(a, "$.title", "\"Conflict\"");
    a = apus_test_get(t, "/v1/orders/x");
    apus_expect_json(a, "$.detail[0].type", "\"int_parsing\"");
    apus_test_stop(t);
}

Test(each_app_has_its_document)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/admin/openapi.json");
    apus_expect_json(a, "$.info.title", "\"Administration\"");
    apus_expect_json(a, "$.servers[0].url", "\"/admin\"");
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.info.title", "\"Shop\"");
    apus_expect_status(apus_test_get(t, "/admin/docs"), 200);
    apus_expect_status(apus_test_get(t, "/admin/docs/assets/docs.js"), 200);
    apus_test_stop(t);
}
