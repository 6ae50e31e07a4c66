/* A router, and a dependency that the other file uses too. */
#include "several.h"

Router(items, prefix = "/items", tags = "items");

struct store {
    int n;
};

/* Another function of this name stands in the other file. */
static bool is_ready(apus_req *req, const char *why)
{
    (void)req;
    return why == NULL;
}

store *open_store(apus_req *req)
{
    return apus_new(req, store);
}

Get("/{id:even}/{word:slug}")
static item *get_even(apus_req *req, int64_t id, apus_str word)
{
    (void)id, (void)word;
    return apus_new(req, item);
}

Get("/{id}")
static item *get_item(apus_req *req, int64_t id, store *db Depends(open_store),
                      bool ready Depends(is_ready))
{
    (void)id, (void)db, (void)ready;
    return apus_new(req, item);
}
