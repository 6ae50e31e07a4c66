#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum kind { KIND_CAT, KIND_DOG } kind;

typedef struct pet {
    kind kind Field(tag);
} pet;

Post("/pets")
void add_pet(apus_req *req, const pet *body)
{
}
