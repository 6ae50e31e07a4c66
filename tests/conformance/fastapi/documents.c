/* docs_src/metadata/tutorial001, openapi_webhooks/tutorial001, schema_extra_example/tutorial004. */
#include <apus/apus.h>

App(metadata1, title = "ChimichangApp", version = "0.0.1",
    summary = "Deadpool's favorite app. Nuff said.",
    description = "\n"
                  "ChimichangApp API helps you do awesome stuff. 🚀\n\n"
                  "## Items\n\nYou can **read items**.\n\n"
                  "## Users\n\nYou will be able to:\n\n"
                  "* **Create users** (_not implemented_).\n"
                  "* **Read users** (_not implemented_).\n",
    terms_of_service = "http://example.com/terms/", contact = {
        name : "Deadpoolio the Amazing",
        url : "http://x-force.example.com/contact/",
        email : "dp@x-force.example.com"
    },
    license = { name : "Apache 2.0", url : "https://www.apache.org/licenses/LICENSE-2.0.html" });

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *metadata1_read_items(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *list = apus_json_array(a), *item = apus_json_object(a);
    apus_json_set(a, item, "name", apus_json_text(a, APUS_STR("Katana")));
    apus_json_add(list, item);
    return list;
}

App(examples4, title = "FastAPI", version = "0.1.0");

typedef struct examples4_item {
    apus_str name;
    apus_str *description;
    double price;
    double *tax;
} Name("Item") examples4_item;

Put("/items/{item_id}", operation_id = "update_item_items__item_id__put", summary = "Update Item")
apus_json *examples4_update_item(
    apus_req *req, int item_id, const examples4_item *item Body(examples = [
        { name : "Foo", description : "A very nice Item", price : 35.4, tax : 3.2 },
        { name : "Bar", price : "35.4" }, { name : "Baz", price : "thirty five point four" }
    ]))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_int(a, item_id));
    apus_json_set(a, out, "item", apus_json_of(req, examples4_item, item));
    return out;
}

App(webhooks1, title = "FastAPI", version = "0.1.0");

typedef struct webhooks1_subscription {
    apus_str username;
    double monthly_fee;
    apus_time start_date;
} Name("Subscription") webhooks1_subscription;

/// When a new user subscribes to your service we'll send you a POST request with this
/// data to the URL that you register for the event `new-subscription` in the dashboard.
Webhook("new-subscription", operation_id = "new_subscriptionnew_subscription_post",
        summary = "New Subscription")
void webhooks1_new_subscription(const webhooks1_subscription *body);

Get("/users/", operation_id = "read_users_users__get", summary = "Read Users")
apus_json *webhooks1_read_users(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *list = apus_json_array(a);
    apus_json_add(list, apus_json_text(a, APUS_STR("Rick")));
    apus_json_add(list, apus_json_text(a, APUS_STR("Morty")));
    return list;
}
