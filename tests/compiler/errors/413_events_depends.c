#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

static int tell(apus_req *req, apus_sse *out)
{
    (void)req;
    (void)out;
    return 1;
}

Get("/items")
int items(apus_req *req, int told Depends(tell));
