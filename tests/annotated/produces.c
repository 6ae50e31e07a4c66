/* What routes produce where they do not say it: the router that they stand in, what includes it,
 * the app; text is then sent as it stands, and models stay JSON. */
#include <apus/apus.h>

App(site, title = "Site", version = "1.0.0", produces = "text/plain");

/// A number.
typedef struct number {
    int value;
} number;

Get("/own")
apus_str own(apus_req *req)
{
    return apus_strf(req, "own");
}

Router(inner, prefix = "/inner");
Router(pages, prefix = "/pages");
Include(site_app, pages_router, produces = "text/html");
Include(pages_router, inner_router);

Get("/one")
apus_str page(apus_req *req)
{
    return apus_strf(req, "<p>one</p>");
}

Get("/csv", produces = "text/csv")
apus_str csv(apus_req *req)
{
    return apus_strf(req, "a,b\n");
}

Get("/model")
const number *model(apus_req *req)
{
    return apus_new(req, number);
}

Router(deep, prefix = "/deep", produces = "text/markdown");
Include(inner_router, deep_router);

Get("/text")
apus_str deep_text(apus_req *req)
{
    return apus_strf(req, "# deep");
}

Router(other, prefix = "/other");
Include(inner_router, other_router);

Get("/text")
apus_str other_text(apus_req *req)
{
    return apus_strf(req, "other");
}

static void expect_text(apus_test *t, const char *path, const char *type, const char *text)
{
    apus_answer a = apus_test_get(t, path);
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-type", type);
    apus_expect(apus_str_eq(a.body, apus_str_of(text)));
}

Test(the_nearest_that_says_it_counts)
{
    apus_test *t = apus_test_start(&site_app);
    expect_text(t, "/own", "text/plain; charset=utf-8", "own");
    expect_text(t, "/pages/one", "text/html; charset=utf-8", "<p>one</p>");
    expect_text(t, "/pages/csv", "text/csv; charset=utf-8", "a,b\n");
    expect_text(t, "/pages/model", "application/json", "{\"value\":0}");
    expect_text(t, "/pages/inner/deep/text", "text/markdown; charset=utf-8", "# deep");
    expect_text(t, "/pages/inner/other/text", "text/html; charset=utf-8", "other");
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./pages/inner/other/text.get.responses.200.content",
                     APUS_JSON({ "text/html" : { "schema" : { "type" : "string" } } }));
    apus_test_stop(t);
}

/// Who asks.
static apus_str caller(apus_req *req)
{
    return apus_req_client(req);
}

Router(who);
Include(site_app, who_router);

Get("/who")
apus_str say_caller(apus_req *req, apus_str who Depends(caller))
{
    (void)req;
    return who;
}

Test(requests_come_from_somewhere)
{
    apus_test *t = apus_test_start(&site_app);
    apus_test_from(t, "203.0.113.9");
    expect_text(t, "/who", "text/plain; charset=utf-8", "203.0.113.9");
    apus_test_from(t, "203.0.113.9:50000");
    expect_text(t, "/who", "text/plain; charset=utf-8", "203.0.113.9");
    apus_test_from(t, "2001:db8::7");
    expect_text(t, "/who", "text/plain; charset=utf-8", "2001:db8::7");
    apus_test_from(t, "[2001:db8::7]:443");
    expect_text(t, "/who", "text/plain; charset=utf-8", "2001:db8::7");
    apus_test_from(t, NULL);
    expect_text(t, "/who", "text/plain; charset=utf-8", "pipe");
    apus_test_stop(t);
}
