#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/a")
void a(apus_req *req, apus_str size Query(one_of = ["s", 1], default = "m"),
       int wheels Query(one_of = [2, 4], default = 3))
{
    (void)req;
    (void)size;
    (void)wheels;
}
