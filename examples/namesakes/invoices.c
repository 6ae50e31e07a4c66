#include <apus/apus.h>

Router(invoices, prefix = "/invoices");

typedef enum state { STATE_OPEN, STATE_PAID } state;

typedef struct item { // invoices__Item
    double price;
    state state;
} item;
List(item);

Post("")
static const item *add_item(apus_req *req, const item *body)
{
    return body;
}

Get("/first")
static const item *first_item(apus_req *req)
{
    apus_problems problems;
    apus_problems_init(&problems, apus_req_arena(req));
    item_list *all = apus_read(apus_req_arena(req), item_list,
                               APUS_STR("[{\"price\": 9, \"state\": \"paid\"}]"), &problems);
    return all ? all->ptr : apus_fail(req, 500, NULL, "what was kept cannot be read");
}

Get("/gone", responses = { 410 : item })
static const item *what_it_cost(apus_req *req)
{
    item last = { 0, STATE_OPEN };
    return apus_respond(req, 410, item, &last);
}
