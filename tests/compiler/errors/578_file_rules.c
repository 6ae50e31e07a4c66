#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Post("/")
void keep(apus_req *req, const apus_upload *a File(max_size = "ten", types = ["image"]),
          const apus_upload *b File(max_size = 0))
{
    (void)req;
    (void)a;
    (void)b;
}
