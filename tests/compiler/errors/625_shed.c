#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", shed = "later");
Router(notes, prefix = "/notes", shed = seldom);
Include(shop_app, notes_router, shed = 1);

Get("", shed = always)
void list(apus_req *req)
{
    (void)req;
}
