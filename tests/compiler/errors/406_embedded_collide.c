#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

int wanted(apus_req *req, int amount Body(embed))
{
    return amount;
}

int again(apus_req *req, int amount Body(embed))
{
    return amount;
}

apus_str named(apus_req *req, apus_str amount Body(embed))
{
    return amount;
}

void check_name(apus_req *req, double note Body(embed, alias = "amount"))
{
}

Post("/one")
int one(apus_req *req, int a Depends(wanted), int b Depends(again))
{
    return a;
}

Post("/two")
int two(apus_req *req, int a Depends(wanted), apus_str b Depends(named))
{
    return a;
}

Post("/three", depends = [check_name])
int three(apus_req *req, int a Depends(wanted))
{
    return a;
}
