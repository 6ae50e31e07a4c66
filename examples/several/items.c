#include "dependencies.h"

Router(items, prefix = "/items", tags = ["items"], depends = [check_token_header],
       responses = { 404 : "There is no such tool." });

/// What we sell.
typedef struct item {
    apus_str name;
    apus_str *item_id;
} item;
Map(item);

static item_entry known[] = {
    { APUS_STR_INIT("saw"), { .name = APUS_STR_INIT("Hand saw") } },
    { APUS_STR_INIT("plane"), { .name = APUS_STR_INIT("Smoothing plane") } },
};

static const item *find(apus_str id)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (apus_str_eq(known[i].key, id))
            return &known[i].value;
    return NULL;
}

Get("/", omit = null)
item_map read_items(apus_req *req, session *db Depends(open_session))
{
    db->statements++;
    return (item_map){ known, 2 };
}

Get("/{item_id}")
item *read_item(apus_req *req, apus_str item_id, session *db Depends(open_session))
{
    db->statements++;
    const item *it = find(item_id);
    if (!it)
        return apus_fail(req, 404, NULL, "there is no such tool");
    item *out = apus_new(req, item);
    *out = *it;
    out->item_id = apus_some(req, apus_str, item_id);
    return out;
}

Put("/{item_id}", tags = ["sharpening"], responses = { 403 : "It is in use." })
item *update_item(apus_req *req, apus_str item_id)
{
    if (!apus_str_eq(item_id, APUS_STR("saw")))
        return apus_fail(req, 403, NULL, "only the saw may be sharpened");
    return apus_some(req, item, { APUS_STR("Sharp hand saw"), apus_some(req, apus_str, item_id) });
}
