#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", body_max = "large");
App(admin, title = "Admin", version = "1.0.0");
Router(notes, prefix = "/notes", body_max = 0);
Include(shop_app, notes_router, body_max = -1);
Include(shop_app, admin_app, prefix = "/admin", body_max = "1MB");

Post("", body_max = 10mb)
void keep(apus_req *req, apus_bytes body Body(raw))
{
    (void)req;
    (void)body;
}
