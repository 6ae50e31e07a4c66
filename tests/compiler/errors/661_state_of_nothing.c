#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct visitor {
    int seen;
} visitor;

State(visiter);

Get("/")
int read_root(apus_req *req)
{
    apus_publish(req, prices, APUS_STR("x"), NULL);
    return apus_state(req, visitor)->seen;
}
