#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

void split(apus_checking *c, apus_json *sent);

typedef struct item {
    apus_strs a Field(accepts = apus_str);
    apus_strs b Field(before = split, accepts = apus_string);
} Model(accepts = apus_str) item;

Post("/items")
void add_item(apus_req *req, const item *body) {}
