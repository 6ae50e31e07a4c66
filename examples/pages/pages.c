/* Docs pages of another look at other places, and a document that is edited before it is served. */
#include <apus/apus.h>
#include <string.h>

void add_logo(apus_json *document, apus_arena *arena);

// clang-format off
App(shop, title = "Shop", version = "1.0.0",
    openapi = "/api/openapi.json",
    docs = {path: "/reference", title: "Shop: reference", icon: "/static/shop.png",
            options: {deepLinking: false, docExpansion: "none", syntaxHighlight: {theme: "obsidian"}},
            oauth: {clientId: "shop-docs", usePkceWithAuthorizationCodeGrant: true},
            oauth_redirect: "/reference/login"},
    redoc = {title: "Shop: to read", options: {hideDownloadButtons: true}},
    openapi_edit = add_logo);
// clang-format on

/// Called once, before the document is first served.
void add_logo(apus_json *document, apus_arena *arena)
{
    apus_json *logo = apus_json_object(arena);
    apus_json_set(arena, logo, "url", apus_json_text(arena, APUS_STR("/static/shop.png")));
    apus_json_set(arena, apus_json_get(document, "info"), "x-logo", logo);
}

/// How many orders there are.
Get("/orders/count")
int count_orders(apus_req *req)
{
    (void)req;
    return 3;
}

/// Swagger UI from elsewhere; no ReDoc.
// clang-format off
App(cdn, title = "By a CDN", version = "1.0.0", redoc = false,
    docs = {script: "https://cdn.example/swagger-ui-bundle.js",
            style: "https://cdn.example/swagger-ui.css", oauth_redirect: false});
// clang-format on

/// Behind a proxy that takes /shop/v1 off.
App(behind, title = "Behind a proxy", version = "1.0.0", root_path = "/shop/v1");

Get("/where")
apus_str where(apus_req *req)
{
    return apus_req_root_path(req);
}

static bool says(apus_answer a, const char *text)
{
    return strstr(a.body.ptr, text) != NULL;
}

Test(pages_stand_where_the_app_says_and_look_so)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/reference");
    apus_expect_status(a, 200);
    apus_expect(says(a, "<title>Shop: reference</title>"));
    apus_expect(says(a, "href=\"/static/shop.png\""));
    apus_expect(says(a, "data-openapi=\"/api/openapi.json\""));
    apus_expect(says(a, "{&quot;deepLinking&quot;:false,"));
    apus_expect(says(a, "&quot;clientId&quot;:&quot;shop-docs&quot;"));
    apus_expect(says(a, "data-redirect=\"/reference/login\""));
    a = apus_test_get(t, "/redoc");
    apus_expect(says(a, "<title>Shop: to read</title>"));
    apus_expect_status(apus_test_get(t, "/reference/login"), 200);
    apus_expect_status(apus_test_get(t, "/docs"), 404);
    apus_expect_status(apus_test_get(t, "/openapi.json"), 404);
    apus_test_stop(t);
}

Test(the_document_is_edited_once)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/api/openapi.json");
    apus_expect_json(a, "$.info.x-logo.url", "\"/static/shop.png\"");
    apus_test_stop(t);
}

Test(scripts_from_elsewhere_are_allowed_by_name)
{
    apus_test *t = apus_test_start(&cdn_app);
    apus_answer a = apus_test_get(t, "/docs");
    apus_expect(says(a, "<script src=\"https://cdn.example/swagger-ui-bundle.js\">"));
    apus_str policy = apus_answer_header(a, "content-security-policy");
    apus_expect(strstr(policy.ptr, "script-src 'self' https://cdn.example;") != NULL);
    apus_expect_status(apus_test_get(t, "/docs/oauth2-redirect"), 404);
    apus_test_stop(t);
}

Test(a_proxy_in_front_is_the_first_server)
{
    apus_test *t = apus_test_start(&behind_app);
    apus_expect_json(apus_test_get(t, "/where"), "$", "\"/shop/v1\"");
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.servers", "[{\"url\":\"/shop/v1\"}]");
    apus_answer a = apus_test_get(t, "/docs");
    apus_expect(says(a, "data-openapi=\"/shop/v1/openapi.json\""));
    apus_expect(says(a, "src=\"/shop/v1/docs/assets/docs.js\""));
    apus_test_stop(t);
}
