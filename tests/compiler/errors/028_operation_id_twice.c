#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/a", operation_id = "read")
void read_a(apus_req *req)
{
}

Get("/b", operation_id = "read")
void read_b(apus_req *req)
{
}
