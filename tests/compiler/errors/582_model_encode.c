#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

struct item;
apus_str *by_pointer(const struct item *i);
apus_str of_int(int i);
bool is_big(const struct item *i);

typedef struct item {
    int a Field(omit = is_big);
} Model(encode = by_pointer) item;

typedef struct other {
    int a Field(omit = 1);
} Model(encode = of_int) other;

Post("/items")
item *add_item(apus_req *req, const other *body)
{
    return NULL;
}
