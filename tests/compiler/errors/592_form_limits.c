#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", files_max = 0);

Post("/form", fields_max = "many", part_max = -1)
void keep(apus_req *req, apus_str a Form())
{
    (void)req;
    (void)a;
}
