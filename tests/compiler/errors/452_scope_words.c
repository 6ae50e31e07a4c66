#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Security(token, bearer, scopes = {"read items": "Read.", write: 3});

const char *who(apus_req *req, token t)
{
    return "";
}

Get("/items", scopes = "read write")
void list_items(apus_req *req, const char *name Depends(who, scopes = 3))
{
}

Get("/others", scopes = ["read", ""])
void list_others(apus_req *req, const char *name Depends(who))
{
}
