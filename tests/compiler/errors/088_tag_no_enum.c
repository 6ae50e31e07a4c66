#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct cat {
    int lives;
} cat;

typedef struct pet {
    int kind Field(tag);
    union {
        cat cat;
    };
} pet;

Post("/pets")
void add_pet(apus_req *req, const pet *body)
{
}
