#include <apus/apus.h>

Cors(cors, .origins = { "https://a.example" });

App(shop, title = "Shop", version = "1.0.0", middleware = [cors, cors, corse, compression]);

Get("/")
int read_root(apus_req *req)
{
    return 1;
}
