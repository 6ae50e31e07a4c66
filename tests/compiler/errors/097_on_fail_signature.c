#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

OnFail(404)
int not_found(apus_req *req)
{
    return 0;
}
