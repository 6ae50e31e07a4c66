#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct cat { int lives; } cat;
typedef struct dog { bool barks; } dog;
typedef struct pet {
    enum kind { KIND_CAT, KIND_DOG } kind Field(tag = kind_of);
    union { cat cat; dog dog; };
} pet;
typedef struct other {
    enum sort { SORT_CAT, SORT_DOG } sort Field(tag = hiden);
    union { cat cat; dog dog; };
} other;

int kind_of(const apus_json *sent);

Post("/pets")
other *add_pet(apus_req *req, const pet *body)
{
    return NULL;
}
