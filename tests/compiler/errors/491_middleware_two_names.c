#include <apus/apus.h>

extern const apus_middleware apus_middleware_gate APUS__NOTE("Middleware", gate);
extern const apus_middleware apus_middleware_gate2 APUS__NOTE("Middleware", gate);

App(shop, title = "Shop", version = "1.0.0", middleware = [gate]);

Get("/")
int read_root(apus_req *req)
{
    return 1;
}
