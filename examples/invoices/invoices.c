#include <apus/apus.h>

#include <string.h>

static void add_logo(apus_json *document, apus_arena *arena)
{
    apus_json *info = apus_json_get(document, "info");
    apus_json *logo = apus_json_object(arena);
    apus_json_set(arena, logo, "url", apus_json_text(arena, APUS_STR("/static/logo.svg")));
    apus_json_set(arena, info, "x-logo", logo);
}

/// Creates invoices, and tells who asked when they are paid.
App(invoices, title = "Invoices", version = "2.5.0", summary = "Bills, and news of them",
    description = "Send *invoices*; hear when they are paid.", contact = {
        name : "Accounts",
        url : "https://invoices.example/contact",
        email : "accounts@invoices.example"
    },
    license = { name : "MIT License", identifier : "MIT" },
    tags = [ {
        name : "items",
        description : "What invoices are about.",
        externalDocs : { description : "The catalogue", url : "https://invoices.example/catalogue" }
    } ],
    docs = { path : "/documentation", options : { syntaxHighlight : false, deepLinking : false } },
    redoc = false, openapi_edit = add_logo);

// tried last, so that what stands below is not hidden by it
Static(assets, "/static", .folder = "static");
Static(front, "", .folder = "static", .index = "index.html", .fallback = "index.html");

extern const apus_app sub_app;
Include(invoices_app, sub_app, prefix = "/subapi");

/// An invoice to be paid.
typedef struct invoice {
    apus_str id;
    apus_str *title;
    apus_str customer;
    double total;
} invoice;

/// That it was paid.
typedef struct invoice_event {
    apus_str description;
    bool paid;
} invoice_event;

/// That they heard it.
typedef struct invoice_event_received {
    bool ok;
} invoice_event_received;

Callback("{$callback_url}/invoices/{$request.body.id}")
invoice_event_received *invoice_notification(const invoice_event *body);

typedef struct received {
    apus_str msg;
} received;

/// Takes an invoice.
///
/// * It is sent to the customer.
/// * The callback says when it is paid.
/// @internal
/// Not for the eyes of clients.
Post("/invoices/", callbacks = [invoice_notification])
received *create_invoice(apus_req *req, const invoice *invoice,
                         apus_url *callback_url Query(schemes = [ "http", "https" ], host_required))
{
    return apus_some(req, received, { APUS_STR("taken") });
}

/// What a subscriber gets every month.
typedef struct subscription {
    apus_str username;
    double monthly_fee;
    apus_time start_date;
} subscription;

/// Sent when somebody subscribes.
Webhook("new-subscription")
void new_subscription(const subscription *body);

/// Items, of any shape.
Get("/items/", operation_id = "list_items", tags = ["items"],
    openapi_extra = { "x-shelf" : "blue" })
apus_json *read_items(apus_req *req)
{
    return apus_jsonf(req, "[{'item_id': 'lamp'}]");
}

Get("/hidden/", hidden)
bool hidden_route(apus_req *req)
{
    return true;
}

/// The body is read by the function itself; the document says what it is.
Post("/raw/", openapi_extra = {
    requestBody : {
        content : {
            "application/x-yaml" : {
                schema : {
                    type : "object",
                    required : [ "name", "price" ],
                    properties : {
                        name : { type : "string" },
                        price : { type : "number" },
                        description : { type : "string" }
                    }
                }
            }
        },
        required : true
    }
})
apus_json *create_raw(apus_req *req, apus_str body Body(raw, media_type = "application/x-yaml"))
{
    return apus_jsonf(req, "{'size': %d, 'content': %s}", (int)body.len, body.ptr);
}
