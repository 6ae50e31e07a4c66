#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Route("/a")
int none(apus_req *req)
{
    return 1;
}

Route("/b", methods = [get, gett, Get, POST])
int odd(apus_req *req)
{
    return 1;
}

Get("/c", methods = [post])
int not_here(apus_req *req)
{
    return 1;
}

Include(shop_app, shop_app);
