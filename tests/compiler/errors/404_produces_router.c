#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", produces = "html");

Get("/")
apus_str page(apus_req *req)
{
    (void)req;
    return (apus_str){ 0 };
}
