#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct event {
    apus_str what;
} event;

Callback("{$request.query.callback_url}/paid", method = post)
void invoice_paid(const event *body);

Post("/invoices", callbacks = [invoice_payed])
void create_invoice(apus_req *req, apus_url callback_url)
{
}

Post("/orders", callbacks = [nothing_near])
void create_order(apus_req *req, apus_url callback_url)
{
}

Callback("{$request.query.callback_url}", method = sometimes)
void another(const event *body);
