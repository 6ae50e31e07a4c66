#include <apus/apus.h>

void once(apus_req *req);
void around(apus_req *req, apus_next *next);

App(shop, title = "Shop", version = "1.0.0", middleware = [once, around, around, arround]);

Get("/", middleware = "around")
int read_root(apus_req *req)
{
    return 1;
}
