/* What the document says about the service, and about what the service sends to others. */
#include <apus/apus.h>

// clang-format off
/// Takes orders, and *tells* whoever asked when they are paid.
App(shop, title = "Shop", version = "1.2.0", summary = "Orders, and news of them.",
    terms_of_service = "https://shop.example/terms",
    contact = {name: "Shop team", url: "https://shop.example/help", email: "api@shop.example"},
    license = {name: "MIT License", identifier: "MIT"},
    external_docs = {url: "https://shop.example/guide", description: "The guide"},
    tags = [{name: "orders", description: "What is bought."},
            {name: "events", description: "What happens.",
             externalDocs: {url: "https://shop.example/events"}}],
    servers = ["https://api.shop.example",
               {url: "https://{region}.shop.example", description: "Near you",
                variables: {region: {default: "eu", enum: ["eu", "us"]}}}],
    operation_ids = "{tag}-{name}",
    openapi_extra = {"x-logo": {url: "https://shop.example/logo.png"}});
// clang-format on

/// What we tell about an order.
typedef struct order_event {
    int64_t order;
    double total Field(openapi_extra = { "x-unit" : "EUR" }); ///< What was paid.
} order_event;

/// That it was heard.
typedef struct heard {
    bool ok;
} heard;

/// An order as a client sends it.
typedef struct new_order {
    apus_str symbol;
    int quantity Field(ge = 1);
} Model(openapi_extra = { "x-table" : "orders" }) new_order;

/// Sent to the `callback_url` of an order when it is paid.
Callback("{$request.query.callback_url}/orders/{$response.body#/order}")
heard *order_paid(const order_event *body);

/// Sent to every subscriber when an order leaves the house.
Webhook("order-shipped", tags = "events")
void order_shipped(const order_event *body);

// clang-format off
/// Places an order.
///
/// It is paid later: the callback says when.
/// @internal
/// The queue behind it is described in the wiki.
Post("/orders", status = 201, tags = "orders", callbacks = [order_paid],
     response_description = "The order, as it was taken.",
     external_docs = {url: "https://shop.example/guide/orders"},
     openapi_extra = {"x-cost": 2})
order_event *place_order(apus_req *req, apus_url *callback_url, const new_order *body
                         Body(examples = {
                             one: {summary: "A share", value: {symbol: "ACME", quantity: 1}},
                             refused: {summary: "None", value: {symbol: "ACME", quantity: 0}},
                             large: {externalValue: "https://shop.example/large.json"}}))
// clang-format on
{
    (void)callback_url;
    order_event *out = apus_new(req, order_event);
    *out = (order_event){ .order = 1, .total = 9.5 * body->quantity };
    return out;
}

/// Not shown to anybody.
Get("/internal/queue", hidden)
int queue_length(apus_req *req)
{
    (void)req;
    return 0;
}

/* --- one schema, or two --- */

App(stock, title = "Stock", version = "1.0.0", output_required);
App(stock_of_old, title = "Stock", version = "1.0.0", separate_schemas = false);

typedef struct problem {
    apus_str detail;
} problem;

Router(things, prefix = "/things", responses = { 404 : problem, 410 : "It was there once." });
Include(stock_app, things_router);
Include(stock_of_old_app, things_router);

typedef struct thing {
    int64_t id Field(read_only);
    apus_str name;
    apus_str *note;
    apus_str pin Field(write_only, default = "0000");
} thing;

/// Keeps a thing.
Post("", responses = { 410 : "It was thrown away." })
thing *keep_thing(apus_req *req, const thing *body)
{
    thing *kept = apus_new(req, thing);
    *kept = *body;
    kept->id = 7;
    return kept;
}

Test(the_document_says_who_offers_it)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.info.summary", "\"Orders, and news of them.\"");
    apus_expect_json(a, "$.info.description",
                     "\"Takes orders, and *tells* whoever asked when they are paid.\"");
    apus_expect_json(a, "$.info.termsOfService", "\"https://shop.example/terms\"");
    apus_expect_json(a, "$.info.contact.email", "\"api@shop.example\"");
    apus_expect_json(a, "$.info.license", "{\"name\":\"MIT License\",\"identifier\":\"MIT\"}");
    apus_expect_json(a, "$.externalDocs.url", "\"https://shop.example/guide\"");
    apus_expect_json(a, "$.tags[0].name", "\"orders\"");
    apus_expect_json(a, "$.tags[1].externalDocs.url", "\"https://shop.example/events\"");
    apus_expect_json(a, "$.servers[0].url", "\"https://api.shop.example\"");
    apus_expect_json(a, "$.servers[1].variables.region.default", "\"eu\"");
    apus_expect_json(a, "$.x-logo.url", "\"https://shop.example/logo.png\"");
    apus_test_stop(t);
}

Test(operations_are_named_by_the_rule_and_extended)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./orders.post.operationId", "\"orders-place_order\"");
    apus_expect_json(a, "$.paths./orders.post.description",
                     "\"Places an order.\\n\\nIt is paid later: the callback says when.\"");
    apus_expect_json(a, "$.paths./orders.post.x-cost", "2");
    apus_expect_json(a, "$.paths./orders.post.externalDocs.url",
                     "\"https://shop.example/guide/orders\"");
    apus_expect_json(a, "$.paths./orders.post.responses.201.description",
                     "\"The order, as it was taken.\"");
    apus_expect_json(a,
                     "$.paths./orders.post.requestBody.content.application/json.examples"
                     ".refused.value.quantity",
                     "0");
    apus_expect_json(a,
                     "$.paths./orders.post.requestBody.content.application/json.examples"
                     ".large.externalValue",
                     "\"https://shop.example/large.json\"");
    apus_expect_json(a, "$.components.schemas.NewOrder.x-table", "\"orders\"");
    apus_expect_json(a, "$.components.schemas.OrderEvent.properties.total.x-unit", "\"EUR\"");
    apus_test_stop(t);
}

Test(what_is_sent_to_others_is_documented_and_not_served)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.webhooks.order-shipped.post.summary", "\"Order Shipped\"");
    apus_expect_json(a, "$.webhooks.order-shipped.post.requestBody.content.application/json.schema",
                     "{\"$ref\":\"#/components/schemas/OrderEvent\"}");
    apus_expect_status(apus_test_post(t, "/order-shipped", APUS_JSON({})), 404);
    apus_test_stop(t);
}

Test(what_is_sent_and_what_is_answered_have_schemas_of_their_own)
{
    apus_test *t = apus_test_start(&stock_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Thing-Input.required", "[\"name\"]");
    apus_expect_json(a, "$.components.schemas.Thing-Output.required", "[\"id\",\"name\",\"note\"]");
    apus_expect_json(a, "$.components.schemas.Thing-Input.properties.pin.default", "\"0000\"");
    apus_expect_json(a, "$.paths./things.post.requestBody.content.application/json.schema",
                     "{\"$ref\":\"#/components/schemas/Thing-Input\"}");
    apus_expect_json(a, "$.paths./things.post.responses.200.content.application/json.schema",
                     "{\"$ref\":\"#/components/schemas/Thing-Output\"}");
    a = apus_test_post(t, "/things", APUS_JSON({ "name" : "a", "pin" : "1", "id" : 1 }));
    apus_expect_json(a, "$", "{\"id\":7,\"name\":\"a\",\"note\":null}");
    apus_test_stop(t);

    t = apus_test_start(&stock_of_old_app);
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.Thing.required", "[\"id\",\"name\"]");
    apus_test_stop(t);
}

Test(a_router_declares_answers_for_all_its_routes)
{
    apus_test *t = apus_test_start(&stock_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./things.post.responses.404.content.application/json.schema",
                     "{\"$ref\":\"#/components/schemas/Problem\"}");
    apus_expect_json(a, "$.paths./things.post.responses.410.description",
                     "\"It was thrown away.\"");
    apus_test_stop(t);
}
