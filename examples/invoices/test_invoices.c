#include <apus/apus.h>

extern const apus_app invoices_app;

Test(document_says_what_we_added)
{
    apus_test *t = apus_test_start(&invoices_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.info.x-logo.url", "\"/static/logo.svg\"");
    apus_expect_json(a, "$.paths./items/.get.x-shelf", "\"blue\"");
    apus_expect_json(a, "$.webhooks.new-subscription.post.summary", "\"New Subscription\"");
    apus_expect_json(a,
                     "$.paths['/invoices/'].post.callbacks.invoice_notification['{$callback_url}/"
                     "invoices/{$request.body.id}'].post.summary",
                     "\"Invoice Notification\"");
    apus_expect_json(a, "$.paths['/raw/'].post.requestBody.content['application/x-yaml'].schema",
                     APUS_JSON({
                         "type" : "object",
                         "required" : [ "name", "price" ],
                         "properties" : {
                             "name" : { "type" : "string" },
                             "price" : { "type" : "number" },
                             "description" : { "type" : "string" }
                         }
                     }));
    apus_expect_status(apus_test_get(t, "/docs"), 404);
    apus_expect_status(apus_test_get(t, "/documentation"), 200);
    apus_expect_status(apus_test_get(t, "/subapi/docs"), 200);
    apus_test_stop(t);
}

Test(routes_answer)
{
    apus_test *t = apus_test_start(&invoices_app);
    apus_answer a = apus_test_post(t, "/invoices/?callback_url=https://subscriber.example",
                                   APUS_JSON({ "id" : "1", "customer" : "ada", "total" : 3 }));
    apus_expect_json(a, "$.msg", "\"taken\"");
    a = apus_test_post(t, "/raw/", "name: x");
    apus_expect_json(a, "$.size", "7");
    a = apus_test_get(t, "/subapi/sub");
    apus_expect_json(a, "$.message", "\"hello from below\"");
    apus_expect_json(apus_test_get(t, "/items/"), "$[0].item_id", "\"lamp\"");
    apus_expect_status(apus_test_get(t, "/hidden/"), 200);
    apus_test_stop(t);
}

Test(front_end_hides_nothing)
{
    apus_test *t = apus_test_start(&invoices_app);
    apus_test_header(t, "Accept", "text/html");
    apus_expect_header(apus_test_get(t, "/"), "Content-Type", "text/html; charset=utf-8");
    apus_expect_status(apus_test_get(t, "/some/page"), 200);
    apus_expect_header(apus_test_get(t, "/static/logo.svg"), "Content-Type", "image/svg+xml");
    apus_expect_json(apus_test_get(t, "/items/"), "$[0].item_id", "\"lamp\"");
    apus_expect_status(apus_test_get(t, "/subapi/sub"), 200);
    apus_expect_json(apus_test_get(t, "/subapi/sub"), "$.message", "\"hello from below\"");
    apus_test_header(t, "Accept", NULL);
    apus_expect_status(apus_test_get(t, "/some/page"), 404);
    apus_test_stop(t);
}
