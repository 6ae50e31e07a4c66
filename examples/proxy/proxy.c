/* Behind a proxy that ends TLS and serves us below a path of its own. */
#include <apus/apus.h>

Proxies(proxies, .trusted = { "10.0.0.0/8", "127.0.0.1", "unix" }, .host = true, .prefix = true);
Https(https, .hsts = 31536000);
App(shop, title = "Shop", version = "1.0.0", root_path = "/shop", middleware = [ proxies, https ]);

/// Where the client says it is.
Get("/where/", produces = "text/plain")
apus_str where(apus_req *req)
{
    return apus_strf(req, "%s from %s", apus_req_url(req).ptr, apus_req_client(req).ptr);
}

/* The client of the tests is no proxy of ours: let them say where they come from. */
static void from_proxy(apus_req *req, apus_next *next)
{
    apus_req_came_by(req, &(apus_way){ .client = APUS_STR("10.0.0.1") });
    apus_next_run(next);
}

App(inside, title = "Shop", version = "1.0.0", middleware = [ from_proxy, proxies ]);

/// The same, for the tests.
Get("/where/", produces = "text/plain")
apus_str where_inside(apus_req *req)
{
    return where(req);
}

Test(http_is_sent_to_https)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "x-forwarded-proto", "https"); /* from nobody we trust */
    apus_answer a = apus_test_get(t, "/where/");
    apus_expect_status(a, 307);
    apus_expect_header(a, "location", "https://testserver/shop/where/");
    apus_test_stop(t);
}

Test(what_the_proxy_says_is_seen)
{
    apus_test *t = apus_test_start(&inside_app);
    apus_test_header(t, "x-forwarded-for", "6.6.6.6, 203.0.113.7");
    apus_test_header(t, "x-forwarded-proto", "https");
    apus_test_header(t, "x-forwarded-host", "shop.example");
    apus_test_header(t, "x-forwarded-prefix", "/api");
    apus_answer a = apus_test_get(t, "/where/");
    apus_expect(apus_str_eq(a.body, APUS_STR("https://shop.example/api/where/ from 203.0.113.7")));
    apus_expect_header(apus_test_get(t, "/where"), "location", "https://shop.example/api/where/");
    apus_test_stop(t);
}
