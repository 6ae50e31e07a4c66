#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

OnFail(404)
void a(apus_req *req)
{
}

OnFail(404)
void b(apus_req *req)
{
}
