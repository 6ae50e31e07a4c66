#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Security(one, header = "X-Key", realm = "shop");
Security(two, basic, realm = "the \"shop\"");
Security(three, digest, format = "JWT");
Security(four, bearer, openid = "https://id.example/.well-known/openid-configuration");
Security(five, realm = "shop");

Get("/items")
void list_items(apus_req *req, two a)
{
}
