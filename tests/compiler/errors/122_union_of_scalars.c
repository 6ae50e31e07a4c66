#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum kind { KIND_WHOLE, KIND_REAL } kind;

typedef struct item {
    kind kind Field(tag);
    union {
        int whole;
        double real;
    };
} item;

Post("/items")
void add_item(apus_req *req, const item *body)
{
}
