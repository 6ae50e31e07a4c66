#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum kind { KIND_CAT, KIND_DOG } kind;

typedef struct cat {
    int lives;
} cat;

typedef struct item {
    kind kind Field(tag);
    union {
        cat cat;
    };
    union {
        struct cat dog;
    };
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
