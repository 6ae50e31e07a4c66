#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

OnFail(all)
void a(apus_req *req)
{
}

OnFail(all)
apus_response *b(apus_req *req)
{
    return 0;
}
