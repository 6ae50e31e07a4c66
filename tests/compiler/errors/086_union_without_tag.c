#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct cat {
    int lives;
} cat;

typedef struct pet {
    union {
        cat cat;
        int dog;
    };
} pet;

Post("/pets")
void add_pet(apus_req *req, const pet *body)
{
}
