/* Orders: models, bodies, enums, optional fields, lists, dependencies, an API key. */
#include <apus/apus.h>

App(trading, title = "Trading", version = "1.0.0");

/* --- what a client sends, and what we keep --- */

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

/// Why an order was refused.
typedef struct refusal {
    apus_str detail;
    apus_str code;
} refusal;

/* --- the store: a real one would wait for a database --- */

enum { STORE_MAX = 1000 };

typedef struct store {
    order *orders[STORE_MAX];
    size_t n;
    apus_arena *memory; // that orders are kept in
} store;

typedef struct account {
    apus_str name;
} account;

/// This example's whole database; each worker has one.
store *open_store(apus_worker *w)
{
    store *s = apus_worker_new(w, store);
    if (s)
        s->memory = apus_worker_arena(w);
    return s;
}

static bool store_has_market(const store *db, apus_str symbol)
{
    return apus_str_ends(symbol, APUS_STR("-USD"));
}

/* --- who is calling --- */

Security(api_key, header = "X-API-Key", // a type: extracted, documented, 401 without one
         scopes = { trade : "Place orders." });

static apus_str trade_scope = APUS_STR_INIT("trade");

/// The account behind the request's API key.
const account *current_account(apus_req *req, api_key key, store *db Depends(open_store))
{
    if (!apus_str_starts(key.value, APUS_STR("key-")))
        return apus_fail(req, 403, "unknown_key", "this key opens nothing");
    account *who = apus_new(req, account);
    who->name = apus_str_slice(key.value, 4, key.value.len);
    bool may_trade = !apus_str_ends(key.value, APUS_STR("-reader"));
    apus_identify(req, &(apus_principal){ .id = who->name, .scopes = { &trade_scope, may_trade } });
    return who;
}

/* --- the routes --- */

Router(orders, prefix = "/v1/orders", tags = "trading");
Include(trading_app, orders_router);

/// Places an order.
Post("", status = 201, scopes = "trade",
     responses = { 404 : refusal, 403 : refusal, 507 : refusal })
order *place_order(apus_req *req, const new_order *body,
                   const account *who Depends(current_account), store *db Depends(open_store))
{
    if (!store_has_market(db, body->symbol))
        return apus_fail(req, 404, "unknown_symbol", "there is no market %s", body->symbol.ptr);
    if (db->n == STORE_MAX)
        return apus_fail(req, 507, "full", "this example keeps %d orders", STORE_MAX);
    order placed = { .id = (int64_t)db->n + 1,
                     .request = *body,
                     .placed_at = apus_time_of_seconds(1700000000) };
    order *kept = apus_copy(db->memory, order, &placed); // the body ends with the request
    if (!kept)
        return apus_fail(req, 507, "full", "there is no memory for another order");
    return db->orders[db->n++] = kept;
}

/// Orders, newest first.
Get("", responses = { 403 : refusal })
order_list list_orders(apus_req *req, side *only Query(alias = "side"),
                       const account *who Depends(current_account), store *db Depends(open_store))
{
    order_list list = { apus_new_n(req, order, db->n), 0 };
    for (size_t i = db->n; i-- > 0;) {
        if (!only || db->orders[i]->request.side == *only)
            list.ptr[list.len++] = *db->orders[i];
    }
    return list;
}

/* --- tests --- */

static store *fake_store(apus_worker *w)
{
    return apus_worker_new(w, store); // it has no memory for orders
}

static const account *test_account(apus_req *req, api_key key, store *db)
{
    apus_identify(req, &(apus_principal){ .scopes = { &trade_scope, 1 } });
    return apus_new(req, account);
}

Test(orders_reject_zero_quantity)
{
    apus_test *t = apus_test_start(&trading_app); // in process, no port
    apus_override(t, open_store, fake_store);
    apus_override(t, current_account, test_account);
    apus_answer a = apus_test_post(
        t, "/v1/orders", APUS_JSON({ "symbol" : "BTC-USD", "side" : "buy", "quantity" : 0 }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"greater_than\"");
    apus_test_stop(t);
}

Test(orders_need_a_key)
{
    apus_test *t = apus_test_start(&trading_app);
    apus_answer a = apus_test_get(t, "/v1/orders");
    apus_expect_status(a, 401);
    apus_expect_json(a, "$.detail", "\"Not authenticated\"");
    apus_test_header(t, "X-API-Key", "nonsense");
    apus_expect_status(apus_test_get(t, "/v1/orders"), 403);
    apus_test_header(t, "X-API-Key", "key-ada-reader");
    apus_expect_status(apus_test_get(t, "/v1/orders"), 200);
    apus_answer refused = apus_test_post(t, "/v1/orders", APUS_JSON({}));
    apus_expect_status(refused, 403);
    apus_expect_json(refused, "$.code", "\"insufficient_scope\"");
    apus_test_stop(t);
}

Test(orders_are_placed_and_listed)
{
    apus_test *t = apus_test_start(&trading_app);
    apus_test_header(t, "X-API-Key", "key-ada");
    apus_answer a = apus_test_post(t, "/v1/orders", APUS_JSON({
                                       "symbol" : "BTC-USD",
                                       "side" : "sell",
                                       "quantity" : 0.5,
                                       "limit_price" : 50000,
                                       "tags" : ["a"]
                                   }));
    apus_expect_status(a, 201);
    apus_expect_json(a, "$", APUS_JSON({
                         "id" : 1,
                         "symbol" : "BTC-USD",
                         "side" : "sell",
                         "quantity" : 0.5,
                         "limit_price" : 50000,
                         "tags" : ["a"],
                         "placed_at" : "2023-11-14T22:13:20Z"
                     }));
    a = apus_test_get(t, "/v1/orders?side=sell");
    apus_expect_json(a, "$[0].id", "1");
    apus_expect_json(a, "$[0].tags", APUS_JSON(["a"]));
    apus_expect_json(apus_test_get(t, "/v1/orders?side=buy"), "$", "[]");
    apus_expect_status(apus_test_get(t, "/v1/orders?side=up"), 422);
    a = apus_test_post(t, "/v1/orders",
                       APUS_JSON({ "symbol" : "BTC-EUR", "side" : "buy", "quantity" : 1 }));
    apus_expect_status(a, 404);
    apus_expect_json(a, "$.code", "\"unknown_symbol\"");
    apus_test_stop(t);
}
