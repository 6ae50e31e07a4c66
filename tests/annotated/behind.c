/* Documents and their pages behind a proxy that says what it took off: where it is trusted, they
 * lead back through it. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

Proxies(front, .trusted = { "10.0.0.0/8" }, .prefix = true);
App(shop, title = "Shop", version = "1.0.0", middleware = [front], root_path = "/usual",
    servers = ["https://shop.example"]);
App(admin, title = "Admin", version = "1.0.0");
Include(shop_app, admin_app, prefix = "/admin");

Get("/items")
int64_t count_items(apus_req *req)
{
    (void)req;
    return 0;
}

static bool holds(apus_answer a, const char *text)
{
    return strstr(a.body.ptr, text) != NULL;
}

Test(a_trusted_proxy_is_followed)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_from(t, "10.1.2.3");
    apus_test_header(t, "X-Forwarded-Prefix", "/told");
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.servers",
                     APUS_JSON([ { "url" : "/told" }, { "url" : "https://shop.example" } ]));
    apus_answer page = apus_test_get(t, "/docs");
    apus_expect(holds(page, "data-openapi=\"/told/openapi.json\""));
    apus_expect(holds(page, "\"/told/docs/assets/docs.js\"") && !holds(page, "/usual"));
    page = apus_test_get(t, "/redoc");
    apus_expect(holds(page, "data-openapi=\"/told/openapi.json\"") && !holds(page, "/usual"));
    apus_expect(holds(apus_test_get(t, "/admin/docs"), "\"/told/admin/openapi.json\""));
    apus_expect_json(apus_test_get(t, "/admin/openapi.json"), "$.servers[0].url",
                     "\"/told/admin\"");
    /* what was answered may be asked about again */
    const char *tag = strstr(a.head.ptr, "etag: ");
    apus_expect(tag);
    char etag[64];
    snprintf(etag, sizeof(etag), "%.*s", (int)strcspn(tag + 6, "\r"), tag + 6);
    apus_test_header(t, "If-None-Match", etag);
    apus_expect_status(apus_test_get(t, "/openapi.json"), 304);
    apus_test_header(t, "X-Forwarded-Prefix", "/else");
    apus_expect_status(apus_test_get(t, "/openapi.json"), 200);
    apus_test_stop(t);
}

Test(nobody_else_is)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_from(t, "203.0.113.9");
    apus_test_header(t, "X-Forwarded-Prefix", "/told");
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.servers[0].url", "\"/usual\"");
    apus_expect(holds(apus_test_get(t, "/docs"), "data-openapi=\"/usual/openapi.json\""));
    apus_test_from(t, "10.1.2.3");
    apus_test_header(t, "X-Forwarded-Prefix", "\"><script>");
    apus_expect(holds(apus_test_get(t, "/docs"), "data-openapi=\"/usual/openapi.json\""));
    apus_test_stop(t);
}
