#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Sse("/items")
int items(apus_req *req, apus_sse *out);
