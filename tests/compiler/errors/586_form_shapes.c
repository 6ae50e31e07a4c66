#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct cat { int lives; } cat;
typedef struct dog { cat *friend; } dog;
typedef struct pet {
    enum kind { KIND_CAT, KIND_DOG, KIND_NAME } kind Field(tag = hidden);
    union { cat cat; dog dog; apus_str name; };
} pet;

Post("/pets")
void add_pet(apus_req *req, const pet *form Form()) {}

Get("/pets")
void find_pet(apus_req *req, const pet *like Query()) {}
