#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef enum side { SIDE_BUY, SIDE_SELL } side;

typedef struct order {
    apus_str symbol Field(pattern = "^[A-Z]+$", example = "btc");
    apus_str shown Field(max_length = 3, examples = ["abc", "abcd", null]);
    side side Field(example = "hold");
    side fine Field(examples = [SIDE_BUY, "sell"]);
    double quantity Field(gt = 0, example = 0);
    apus_date day Field(example = "2024-02-30");
    apus_strs tags Field(example = ["a", 1]);
    apus_str *note Field(example = null);
    apus_json anything Field(examples = [{a : [1]}, "x"]);
} order;

Post("/orders")
order *place(apus_req *req, const order *body, int8_t n Query(example = 300))
{
    return NULL;
}
