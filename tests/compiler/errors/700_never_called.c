#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Get("/items/{id}")
int64_t get_item(apus_req *req, int64_t id)
{
    return id;
}

Get("/items/latest")
int64_t get_latest(apus_req *req)
{
    return 1;
}

Get("/items/{id:int}/parts")
int64_t get_parts(apus_req *req, int64_t id)
{
    return id;
}

Get("/items/all/parts")
int64_t get_all_parts(apus_req *req)
{
    return 2;
}

Post("/items/latest")
int64_t make_latest(apus_req *req)
{
    return 3;
}

Get("/files/{rest:path}")
int64_t get_file(apus_req *req, apus_str rest)
{
    return 4;
}

Router(files, prefix = "/files");
Include(shop_app, files_router);

Get("/by/{name}")
int64_t get_by_name(apus_req *req, apus_str name)
{
    return 5;
}

Get("/{a}/{b}/{c}")
int64_t get_three(apus_req *req, apus_str a, apus_str b, apus_str c)
{
    return 6;
}

Get("/by/name.{ending}")
int64_t get_ending(apus_req *req, apus_str ending)
{
    return 7;
}
