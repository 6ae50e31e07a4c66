/* What stands between a service and the internet, by settings beside the app. */
#include <apus/apus.h>

Cors(cors, .origins = { "https://shop.example" }, .methods = { "GET", "POST" },
     .headers = { "Authorization" }, .credentials = true);
TrustedHosts(hosts, .allowed = { "api.example", "*.api.example", "testserver" });
Timing(timing);
Compress(compress);

App(shop, title = "Shop", version = "1.0.0", middleware = [ cors, hosts, compress, timing ]);

/* What a middleware of one's own takes as settings. */
typedef struct gate_options {
    const char *header;
    int status;
} gate_options;

void gate(apus_req *req, apus_next *next)
{
    const gate_options *o = apus_next_settings(next);
    if (apus_req_header(req, o->header).len)
        apus_next_run(next);
    else
        apus_fail(req, o->status, NULL, "%s is missing", o->header);
}

Middleware(staff_only, .run = gate, .settings = &(const gate_options){ "X-Staff", 403 });
Middleware(partners_only, .run = gate, .settings = &(const gate_options){ "X-Partner", 404 });

/// What there is.
Get("/items")
apus_str list_items(apus_req *req)
{
    (void)req;
    return APUS_STR("pears");
}

/// What it costs us.
Get("/costs", middleware = staff_only)
apus_str list_costs(apus_req *req)
{
    return list_items(req);
}

/// What it costs partners.
Get("/partners", middleware = partners_only)
apus_str list_partner_prices(apus_req *req)
{
    return list_items(req);
}

/* A filter: what leaves is counted, and stays as it is. */
typedef struct counter {
    uint64_t bytes;
} counter;

static bool count_begin(apus_req *req, void *ctx, apus_http_reply *head, uint64_t length)
{
    (void)ctx;
    (void)length;
    return apus_head_add(apus_req_arena(req), head, "X-Counted", "yes") == APUS_OK;
}

static apus_rc count_push(void *ctx, apus_str bytes, apus_filter_step step, apus_buf *out)
{
    counter *c = ctx;
    c->bytes += bytes.len;
    apus_buf_add(out, bytes);
    (void)step;
    return APUS_OK;
}

static const apus_filter count_filter = { "count", count_begin, count_push };

void counting(apus_req *req, apus_next *next)
{
    apus_next_filter(next, &count_filter, apus_new(req, counter));
    apus_next_run(next);
}

/// A long list, which is compressed for who accepts it.
Get("/catalogue", produces = "text/plain", middleware = counting)
apus_str list_all(apus_req *req)
{
    apus_buf b = apus_buf_in(apus_req_arena(req));
    apus_str all = APUS_STR("");
    for (int i = 0; i < 500; i++)
        apus_buf_addf(&b, "item %d\n", i);
    if (apus_buf_take(&b, &all))
        apus_abort(req, 503, NULL, "out of memory");
    return all;
}

Test(long_answers_are_compressed)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer plain = apus_test_get(t, "/catalogue");
    apus_test_header(t, "accept-encoding", "gzip, br;q=0.9");
    apus_answer a = apus_test_get(t, "/catalogue");
    apus_expect_header(a, "content-encoding", "gzip");
    apus_expect_header(a, "x-counted", "yes");
    apus_expect(a.body.len < plain.body.len / 2);
    apus_expect(!apus_answer_header(apus_test_get(t, "/items"), "content-encoding").len);
    apus_test_stop(t);
}

Test(pages_of_our_own_may_call)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "origin", "https://shop.example");
    apus_answer a = apus_test_get(t, "/items");
    apus_expect_status(a, 200);
    apus_expect_header(a, "access-control-allow-origin", "https://shop.example");
    apus_expect_header(apus_test_get(t, "/nowhere"), "access-control-allow-credentials", "true");
    apus_test_header(t, "origin", "https://elsewhere.example");
    apus_expect(!apus_answer_header(apus_test_get(t, "/items"), "access-control-allow-origin").len);
    apus_test_stop(t);
}

Test(other_hosts_are_refused)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "host", "evil.example");
    apus_expect_status(apus_test_get(t, "/items"), 400);
    apus_test_stop(t);
}

Test(one_gate_has_two_settings)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_status(apus_test_get(t, "/costs"), 403);
    apus_expect_status(apus_test_get(t, "/partners"), 404);
    apus_test_header(t, "x-staff", "1");
    apus_expect_status(apus_test_get(t, "/costs"), 200);
    apus_expect_status(apus_test_get(t, "/partners"), 404);
    apus_test_stop(t);
}
