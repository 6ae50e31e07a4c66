#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/a")
void a(apus_req *req, apus_time at Query(past, future))
{
    (void)req;
    (void)at;
}

Get("/b")
void b(apus_req *req, apus_str word Query(lower, upper))
{
    (void)req;
    (void)word;
}

Get("/c")
void c(apus_req *req, apus_clock_time at Query(aware, naive))
{
    (void)req;
    (void)at;
}
