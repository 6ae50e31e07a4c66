#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/a")
void a(apus_req *req, apus_uuid id Query(version = 9), apus_ip from Query(version = 5))
{
    (void)req;
    (void)id;
    (void)from;
}
