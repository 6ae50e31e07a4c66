#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

OnFail(missing)
void a(apus_req *req)
{
}
