#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct pair pair;
List(pair);

struct pair {
    int *a;
    int b Field(alias = "B", omit = default);
    pair_list inner;
} Model(tuple);

typedef struct cat { int lives; } cat;
typedef struct dog { bool barks; } dog;
typedef struct pet {
    enum kind { KIND_CAT, KIND_DOG } kind Field(tag);
    union { cat cat; dog dog; };
} Model(tuple) pet;

typedef struct rest {
    int a;
    apus_json rest Field(extra);
} Model(tuple) rest;

typedef struct holder { int a; pair inner; } Model(tuple) holder;

Get("/near")
int near(apus_req *req, const holder *at Query())
{
    return 0;
}

Post("/pairs")
pair *add_pair(apus_req *req, const pet *one, const rest *two)
{
    return NULL;
}
