#include "dependencies.h"

extern const apus_router users_router, items_router, admin_router;

App(several, title = "Several files", version = "0.1.0", depends = [check_query_token]);
Include(several_app, users_router);
Include(several_app, items_router);
Include(several_app, admin_router, prefix = "/admin", tags = ["admin"],
        depends = [check_token_header], responses = { 409 : "Somebody is sweeping" });

Get("/")
message *root(apus_req *req)
{
    return apus_some(req, message, { APUS_STR("Come in.") });
}
