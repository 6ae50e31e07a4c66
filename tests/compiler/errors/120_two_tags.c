#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum kind { KIND_CAT, KIND_DOG } kind;

typedef struct cat {
    int lives;
} cat;

typedef struct item {
    kind a Field(tag);
    kind b Field(tag);
    union {
        cat cat;
    };
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
