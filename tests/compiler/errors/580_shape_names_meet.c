#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum kind { KIND_CAT, KIND_DOG } kind;
typedef struct cat { int lives; } cat;
typedef struct dog { bool barks; } dog;
typedef struct pet {
    kind kind Field(tag);
    union { cat cat; dog dog; };
} pet;
typedef struct pet_cat { int n; } pet_cat;

Post("/pets")
pet_cat *add_pet(apus_req *req, const pet *body)
{
    return NULL;
}
