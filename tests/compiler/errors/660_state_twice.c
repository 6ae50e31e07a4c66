#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct visitor {
    int seen;
} visitor;
State(visitor);
State(visitor);

typedef struct guest guest;
State(guest);

Get("/")
int read_root(apus_req *req)
{
    return apus_state(req, visitor)->seen;
}
