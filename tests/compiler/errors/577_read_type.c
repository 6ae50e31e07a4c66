#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef void handler(void);

Get("/")
void get(apus_req *req)
{
    apus_problems problems;
    apus_problems_init(&problems, apus_req_arena(req));
    (void)apus_read(apus_req_arena(req), handler, APUS_STR("1"), &problems);
}
