/* The five loads of the performance budgets, as plain Apus declarations: no shortcuts,
 * no cached bodies, all checks on. */
#include <apus/apus.h>

App(bench, title = "Bench", version = "1.0.0");

typedef struct greeting {
    apus_str message;
} greeting;

Get("/json")
greeting *say_hello(apus_req *req)
{
    greeting *out = apus_new(req, greeting);
    out->message = APUS_STR("Hello, World!");
    return out;
}

typedef struct item {
    int64_t item_id;
    apus_str *q;
    int64_t limit;
} item;

Get("/items/{item_id}")
item *read_item(apus_req *req, int64_t item_id, apus_str *q,
                int64_t limit Query(default = 10, ge = 1, le = 100))
{
    item *out = apus_new(req, item);
    *out = (item){ .item_id = item_id, .q = q, .limit = limit };
    return out;
}

typedef enum side { SIDE_BUY, SIDE_SELL } side;

typedef struct new_order {
    apus_str symbol Field(pattern = "^[A-Z]+-[A-Z]+$");
    side side;
    double quantity Field(gt = 0);
    double *limit_price Field(gt = 0);
    apus_strs tags Field(max_items = 8, default = []);
} new_order;
List(new_order);

typedef struct order {
    int64_t id;
    new_order request Flatten();
} order;

Post("/orders", status = 201)
order *place_order(apus_req *req, const new_order *body)
{
    order *out = apus_new(req, order);
    *out = (order){ .id = 1, .request = *body };
    return out;
}

typedef struct batch {
    new_order_list orders;
} batch;

typedef struct summary {
    int64_t count;
    double quantity;
} summary;

Post("/batch")
summary *sum_up(apus_req *req, const batch *body)
{
    summary *out = apus_new(req, summary);
    for (size_t i = 0; i < body->orders.len; i++)
        out->quantity += body->orders.ptr[i].quantity;
    out->count = (int64_t)body->orders.len;
    return out;
}

typedef struct candle {
    apus_time time;
    double open, high, low, close, volume;
} candle;
List(candle);

/* Prices with the digits that prices have; each request computes them anew. */
Get("/candles")
candle_list list_candles(apus_req *req, int64_t limit Query(default = 1000, ge = 1, le = 10000))
{
    candle_list out = { apus_new_n(req, candle, (size_t)limit), (size_t)limit };
    for (int64_t i = 0; i < limit; i++) {
        double base = 50000.0 + (double)(i * 37 % 1000) / 100;
        out.ptr[i] = (candle){ .time = { .seconds = 1700000000 + i * 60 },
                               .open = base,
                               .high = base + 12.34,
                               .low = base - 9.87,
                               .close = base + 1.23,
                               .volume = (double)(i * 7919 % 100000) / 1000 };
    }
    return out;
}

/* --- beside the loads: what knowing who calls costs --- */

Security(api_key, header = "X-API-Key", scopes = { read : "Read what is guarded." });

static apus_str read_scope = APUS_STR_INIT("read");

static void check_key(apus_req *req, api_key key)
{
    if (!apus_equal_secret(key.value, APUS_STR("key-7f3a9c")))
        apus_unauthorized(req, "This key opens nothing");
    else
        apus_identify(req,
                      &(apus_principal){ .id = APUS_STR("bench"), .scopes = { &read_scope, 1 } });
}

Get("/guarded", scopes = "read", depends = [check_key])
greeting *say_hello_to_some(apus_req *req)
{
    return say_hello(req);
}
