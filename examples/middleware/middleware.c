/* What stands around requests: a time on every answer, a gate before one router. */
#include <apus/apus.h>
#include <apus/clock.h>

/* Says on every answer how long it took. */
void timing(apus_req *req, apus_next *next)
{
    int64_t begin = apus_clock_now();
    apus_next_run(next);
    double seconds = (double)(apus_clock_now() - begin) / 1e9;
    apus_set_header(req, "X-Process-Time", apus_strf(req, "%.6f", seconds).ptr);
}

/// What is known of who asks.
typedef struct visitor {
    bool is_staff;
    int64_t since; // on the clock of apus_clock_now
} visitor;
State(visitor);

/* Finds it out once, for everybody further in. */
void meet(apus_req *req, apus_next *next)
{
    visitor *v = apus_state(req, visitor);
    v->is_staff = apus_str_starts(apus_req_client(req), APUS_STR("10."));
    v->since = apus_clock_now();
    apus_next_run(next);
}

App(gate, title = "Gate", version = "1.0.0", middleware = [timing]);

/* Shuts a router on request. */
void maintenance(apus_req *req, apus_next *next)
{
    if (apus_req_header(req, "X-Shut").len)
        apus_next_answer(next, apus_text(req, APUS_STR("back soon")));
    else
        apus_next_run(next);
}

/* An item that is not there is empty. */
void lenient(apus_req *req, apus_next *next)
{
    apus_next_run(next);
    if (apus_next_status(next) == 404)
        apus_next_answer(next, apus_text(req, APUS_STR("")));
}

/// Where we are.
Get("/place")
apus_str place(apus_req *req)
{
    return APUS_STR("here");
}

/// What only staff may see, and how long ago they came in.
Get("/ledger", middleware = meet)
int64_t read_ledger(apus_req *req)
{
    const visitor *v = apus_state(req, visitor);
    if (!v->is_staff)
        apus_fail(req, 403, NULL, "Staff only");
    return apus_clock_now() - v->since;
}

Router(stock, prefix = "/stock", middleware = [maintenance]);
Include(gate_app, stock_router);

/// How many there are.
Get("/{item}")
apus_str count(apus_req *req, apus_str item)
{
    if (!apus_str_eq(item, APUS_STR("pears")))
        apus_fail(req, 404, NULL, "no %.*s", APUS_FMT(item));
    return APUS_STR("7");
}

/// The same, and never a 404.
Get("/lenient/{item}", middleware = lenient)
apus_str count_lenient(apus_req *req, apus_str item)
{
    return count(req, item);
}

Test(every_answer_has_a_time)
{
    apus_test *t = apus_test_start(&gate_app);
    static const char *const paths[] = { "/place", "/nowhere", "/openapi.json", "/stock/plums" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        apus_answer a = apus_test_get(t, paths[i]);
        apus_expect(apus_answer_header(a, "x-process-time").len >= 8);
    }
    apus_test_stop(t);
}

Test(a_router_can_be_shut)
{
    apus_test *t = apus_test_start(&gate_app);
    apus_expect_status(apus_test_get(t, "/stock/plums"), 404);
    apus_expect_status(apus_test_get(t, "/stock/lenient/plums"), 200);
    apus_answer a = apus_test_raw(t, APUS_STR("GET /stock/pears HTTP/1.1\r\nhost: x\r\n"
                                              "x-shut: 1\r\nconnection: close\r\n\r\n"));
    apus_expect(apus_str_eq(a.body, APUS_STR("back soon")));
    a = apus_test_get(t, "/stock/pears");
    apus_expect(apus_str_eq(a.body, APUS_STR("\"7\"")));
    apus_test_stop(t);
}

Test(handlers_see_what_middleware_found)
{
    apus_test *t = apus_test_start(&gate_app);
    apus_test_from(t, "10.1.2.3");
    apus_expect_status(apus_test_get(t, "/ledger"), 200);
    apus_test_from(t, "203.0.113.9");
    apus_expect_status(apus_test_get(t, "/ledger"), 403);
    apus_test_stop(t);
}
