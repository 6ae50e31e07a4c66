#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

int is_even(int n);
double count_up(void);
struct big {
    double all[64];
} make_big(double price);
void nothing(double price);

typedef struct item {
    int n Field(check = is_even, default = count_up);
    double price Field(encode = make_big);
    double rest Field(encode = nothing);
    char code[4] Field(computed = make_code);
} item;

Post("/")
void make(apus_req *req, const item *body)
{
    (void)req;
    (void)body;
}
