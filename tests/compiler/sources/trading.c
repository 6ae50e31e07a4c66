#include <apus/apus.h>

typedef struct store store;
typedef struct account {
    apus_str id;
} account;

/// Which way an order trades.
typedef enum side { SIDE_BUY, SIDE_SELL } side; // "buy" | "sell" on the wire

/// An order as a client sends it.
typedef struct new_order {
    apus_str symbol Field(pattern = "^[A-Z]+-[A-Z]+$", example = "BTC-USD"); ///< Trading pair.
    side side;                                                               ///< Which way.
    double quantity Field(gt = 0);     ///< Units of the base asset.
    double *limit_price Field(gt = 0); ///< Absent: a market order.
    apus_strs tags Field(max_items = 8, default = []);
} new_order;

/// An order as we keep it.
typedef struct order {
    int64_t id;
    new_order request Flatten();
    apus_time placed_at; ///< RFC 3339 on the wire.
} order;
List(order); // declares order_list

typedef struct conflict {
    const char *why;
} conflict;

App(trading, title = "Trading", version = "1.0.0");
Router(orders, prefix = "/v1/orders", tags = "trading");
Include(trading_app, orders_router);

Security(api_key, header = "X-API-Key"); // a type: extracted, documented, 401 without one
store *open_store(apus_req *req);

/// The account behind the request's API key.
const account *current_account(apus_req *req, api_key key, store *db Depends(open_store))
{
    return NULL;
}

/// A database session for the length of the request.
store *open_store(apus_req *req)
{
    return NULL;
}
static bool has_word(apus_req *req, apus_str word, apus_str q)
{
    return true;
}
void check(apus_req *req, apus_str token Header())
{
}

/// Places an order.
Post("", status = 201,
     responses = { 409 : conflict, 404 : { model : conflict, description : "Gone" } },
     depends = [check])
order *place_order(apus_req *req, const new_order *body,
                   const account *who Depends(current_account), store *db Depends(open_store))
{
    conflict c = { "x" };
    if (!body->quantity)
        return apus_respond(req, 409, conflict, &c);
    return apus_fail(req, 404, "unknown_symbol", "there is no market %s", body->symbol.ptr);
}

/// Orders, newest first.
Get("")
order_list list_orders(apus_req *req, side *only Query(alias = "side"),
                       store *db Depends(open_store), bool a Depends(has_word, word = "bar"),
                       bool b Depends(has_word, word = "foo"),
                       bool c Depends(has_word, word = "bar"))
{
    return (order_list){ 0 };
}

Get("/v1/quote/{symbol}", timeout = "2s")
conflict *get_quote(apus_req *req, apus_str symbol)
{
    apus_sleep(req, APUS_SECOND);
    return NULL;
}

static void *crunch(apus_req *r, void *p)
{
    return p;
}
Get("/v1/report/{id}", blocking)
conflict *make_report(apus_req *req, int64_t id)
{
    return apus_offload(req, crunch, &id); // CPU-heavy or blocking code on the thread pool
}
Test(orders_reject_zero_quantity)
{
    apus_test *t = apus_test_start(&trading_app); // in process, no port
    apus_override(t, open_store, open_store);
    apus_answer a = apus_test_post(
        t, "/v1/orders", APUS_JSON({ "symbol" : "BTC-USD", "side" : "buy", "quantity" : 0 }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"greater_than\"");
}
