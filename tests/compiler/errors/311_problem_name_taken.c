#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", problems = rfc9457);

typedef struct problem_details {
    apus_str text;
} problem_details;

Get("/items", responses = {404: problem_details})
void list_items(apus_req *req)
{
}
