#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static bool has_word(apus_req *req, apus_str word)
{
    return true;
}

Get("/items")
void list_items(apus_req *req, bool ok Depends(has_word, wrod = "x"))
{
}
