#include <apus/apus.h>

Router(stock, prefix = "/stock");

typedef enum state { STATE_FINE, STATE_BROKEN } state;

typedef struct item { // stock__Item
    apus_str shelf;
    state state;
} item;
List(item);

typedef struct place { // Place: there is no other
    apus_str shelf;
} place;

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
    apus_str kept = APUS_STR("[{\"shelf\": \"B1\", \"state\": \"fine\"}]");
    item_list *all = apus_read(apus_req_arena(req), item_list, kept, &problems);
    return all ? all->ptr : apus_fail(req, 500, NULL, "what was kept cannot be read");
}

Get("/gone", responses = { 410 : item })
static const place *where_it_was(apus_req *req)
{
    item last = { APUS_STR("none"), STATE_FINE };
    return apus_respond(req, 410, item, &last);
}
