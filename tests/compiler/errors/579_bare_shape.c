#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct setting {
    enum kind { KIND_NUMBER, KIND_TEXT } kind Field(tag = hidden);
    apus_str name;
    union {
        int number;
        apus_str text;
    };
} setting;

Post("/")
void keep(apus_req *req, const setting *body)
{
    (void)req;
    (void)body;
}
