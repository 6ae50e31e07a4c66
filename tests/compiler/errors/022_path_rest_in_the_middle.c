#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/files/{path:path}/raw")
void get_file(apus_req *req, apus_str path)
{
}
