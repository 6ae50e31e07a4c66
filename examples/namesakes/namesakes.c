/* Two files that each have an `item` of their own. */
#include <apus/apus.h>

App(warehouse, title = "Warehouse", version = "1.0.0");

extern const apus_router stock_router, invoices_router;
Include(warehouse_app, stock_router);
Include(warehouse_app, invoices_router);

Test(each_file_has_its_item)
{
    apus_test *t = apus_test_start(&warehouse_app);
    apus_answer a = apus_test_post(t, "/stock", APUS_JSON({ "shelf" : "A7", "state" : "broken" }));
    apus_expect_json(a, "$", "{\"shelf\":\"A7\",\"state\":\"broken\"}");
    a = apus_test_post(t, "/invoices", APUS_JSON({ "price" : 2.5, "state" : "paid" }));
    apus_expect_json(a, "$", "{\"price\":2.5,\"state\":\"paid\"}");
    a = apus_test_post(t, "/invoices", APUS_JSON({ "shelf" : "A7", "state" : "broken" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"body\",\"price\"]");
    apus_expect_json(a, "$.detail[1].msg", "\"Input should be 'open' or 'paid'\"");
    apus_test_stop(t);
}

Test(what_is_read_by_name_is_the_files_own)
{
    apus_test *t = apus_test_start(&warehouse_app);
    apus_expect_json(apus_test_get(t, "/stock/first"), "$.shelf", "\"B1\"");
    apus_expect_json(apus_test_get(t, "/invoices/first"), "$.price", "9.0");
    apus_expect_json(apus_test_get(t, "/stock/gone"), "$",
                     "{\"shelf\":\"none\",\"state\":\"fine\"}");
    apus_expect_json(apus_test_get(t, "/invoices/gone"), "$", "{\"price\":0.0,\"state\":\"open\"}");
    apus_test_stop(t);
}

Test(the_document_tells_them_apart)
{
    apus_test *t = apus_test_start(&warehouse_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.stock__Item.title", "\"Item\"");
    apus_expect_json(a, "$.components.schemas.stock__Item.properties.state.$ref",
                     "\"#/components/schemas/stock__State\"");
    apus_expect_json(a, "$.components.schemas.invoices__Item.properties.state.$ref",
                     "\"#/components/schemas/invoices__State\"");
    apus_expect_json(a, "$.components.schemas.Place.title", "\"Place\"");
    apus_test_stop(t);
}
