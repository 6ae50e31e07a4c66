#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/a")
void a(apus_req *req, int n Query(past), apus_str link Query(schemes = ["https"]),
       double size Query(byte_size), double one Query(one_of = [1]), apus_date day Query(aware))
{
    (void)req;
    (void)n;
    (void)link;
    (void)size;
    (void)one;
    (void)day;
}
