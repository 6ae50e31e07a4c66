/* Hosts, paths that tell more than names, routes of several methods, and the way back from a
 * handler to its path. */
#include <apus/apus.h>

typedef struct problem {
    apus_str detail;
} problem;

// --- each shop has a host, and the staff has one ---

App(staff, title = "Staff", version = "1.0.0");

Get("/who", produces = "text/plain")
apus_str staff_who(apus_req *req)
{
    (void)req;
    return APUS_STR("staff");
}

App(shops, title = "Shops", version = "1.0.0");

Get("/who", produces = "text/plain")
apus_str shops_who(apus_req *req)
{
    return apus_strf(req, "the shop at %.*s", APUS_FMT(apus_req_http(req)->host));
}

App(market, title = "Market", version = "1.0.0", responses = { 503 : { model : problem } });
Include(market_app, staff_app, host = "staff.example");
Include(market_app, shops_app, host = "*.shops.example");

Get("/who", produces = "text/plain")
apus_str who(apus_req *req)
{
    (void)req;
    return APUS_STR("the market");
}

// --- what a path takes ---

Router(items, prefix = "/items",
       responses = { 404 : { model : problem, description : "No such item" } });

/// By its number.
Get("/{id:int}", produces = "text/plain")
apus_str by_number(apus_req *req, int64_t id)
{
    return apus_strf(req, "number %" PRId64, id);
}

/// By its name, and in a form: `/items/pear.txt`.
Get("/{name}.{form}", produces = "text/plain")
apus_str by_name_in(apus_req *req, apus_str name, apus_str form)
{
    return apus_strf(req, "%s as %s", name.ptr, form.ptr);
}

Convertor(code, pattern = "^[A-Z]{3}-[0-9]+$");

/// By its code: `/items/ABC-7`.
Get("/{code:code}", produces = "text/plain")
apus_str by_code(apus_req *req, apus_str code)
{
    return apus_strf(req, "code %s", code.ptr);
}

/* Dates of the calendar, and nothing that only looks like one. */
static bool is_day(apus_str text)
{
    apus_date day;
    return apus_date_parse(text, &day, NULL);
}

Convertor(day, check = is_day);

/// What came on a day: `/items/2026-02-28`.
Get("/{day:day}", produces = "text/plain")
apus_str by_day(apus_req *req, apus_date day)
{
    return apus_strf(req, "day %d of month %d", day.day, day.month);
}

/// By its name.
Get("/{name}", produces = "text/plain")
apus_str by_name(apus_req *req, apus_str name)
{
    return apus_strf(req, "name %s", name.ptr);
}

/// Asked in either way.
Route("/search/{text:path}", methods = [ get, post ], produces = "text/plain") apus_str
    search(apus_req *req, apus_str text)
{
    return text;
}

/// Where the item is: a path that follows the route wherever it goes.
Post("/{id:int}/moved", status = 303)
apus_response *moved(apus_req *req, int64_t id)
{
    apus_str number = apus_strf(req, "%" PRId64, id);
    return apus_redirect(req, 303, apus_path_for(req, by_number, "id", number.ptr).ptr);
}

Router(v2, prefix = "/v2");
Include(v2_router, items_router);
Include(market_app, v2_router);
Include(market_app, items_router, deprecated, responses = { 410 : "Gone to /v2" });
Include(market_app, items_router, prefix = "/internal", hidden);

// --- a front end behind keys of its own ---

void only_members(apus_req *req)
{
    if (!apus_req_header(req, "X-Member").len)
        apus_fail(req, 403, NULL, "members only");
}

Router(club, prefix = "/club", depends = [only_members]);
Include(market_app, club_router);

Static(club_pages, "", .folder = "examples/structure/club", .index = "index.html",
       .fallback = "index.html", .not_found = "404.html");

static apus_answer at_host(apus_test *t, const char *host, const char *path)
{
    apus_test_header(t, "host", host);
    return apus_test_get(t, path);
}

static bool says(apus_answer a, const char *text)
{
    return apus_str_eq(a.body, apus_str_of(text));
}

Test(hosts_lead_to_apps)
{
    apus_test *t = apus_test_start(&market_app);
    apus_expect(says(at_host(t, "market.example", "/who"), "the market"));
    apus_expect(says(at_host(t, "staff.example:8000", "/who"), "staff"));
    apus_expect(says(at_host(t, "a.shops.example", "/who"), "the shop at a.shops.example"));
    apus_expect(says(at_host(t, "shops.example", "/who"), "the market"));
    apus_expect_status(at_host(t, "staff.example", "/items/7"), 404);
    apus_expect_json(at_host(t, "STAFF.example", "/openapi.json"), "$.info.title", "\"Staff\"");
    apus_expect_header(at_host(t, "staff.example", "/who/"), "location",
                       "http://staff.example/who");
    apus_test_stop(t);
}

Test(paths_take_what_they_say)
{
    apus_test *t = apus_test_start(&market_app);
    apus_expect(says(apus_test_get(t, "/items/7"), "number 7"));
    apus_expect(says(apus_test_get(t, "/items/-7"), "name -7"));
    apus_expect(says(apus_test_get(t, "/items/pear.txt"), "pear as txt"));
    apus_expect(says(apus_test_get(t, "/v2/items/pear"), "name pear"));
    apus_expect(says(apus_test_get(t, "/items/ABC-7"), "code ABC-7"));
    apus_expect(says(apus_test_get(t, "/v2/items/%41BC-7"), "code ABC-7"));
    apus_expect(says(apus_test_get(t, "/items/abc-7"), "name abc-7"));
    apus_expect(says(apus_test_get(t, "/items/2026-02-28"), "day 28 of month 2"));
    apus_expect(says(apus_test_get(t, "/items/2026-02-29"), "name 2026-02-29"));
    apus_expect(says(apus_test_get(t, "/items/search/a/b"), "a/b"));
    apus_expect(says(apus_test_post(t, "/items/search/a", NULL), "a"));
    apus_expect_status(apus_test_put(t, "/items/search/a", NULL), 405);
    apus_expect_header(apus_test_put(t, "/items/search/a", NULL), "allow", "GET, POST");
    apus_test_stop(t);
}

Test(handlers_lead_back_to_paths)
{
    apus_test *t = apus_test_start(&market_app);
    apus_answer a = apus_test_post(t, "/items/7/moved", NULL);
    apus_expect_status(a, 303);
    apus_expect_header(a, "location", "/v2/items/7");
    apus_test_stop(t);
}

/* The operation of a path, from the document. */
static const apus_json *operation(const apus_json *document, const char *path)
{
    return apus_json_get(apus_json_get(apus_json_get(document, "paths"), path), "get");
}

static apus_str response_of(const apus_json *get, const char *status)
{
    const apus_json *response = apus_json_get(apus_json_get(get, "responses"), status);
    return apus_json_text_or(apus_json_get(response, "description"), APUS_STR("none"));
}

Test(routers_and_includes_add_to_the_document)
{
    apus_test *t = apus_test_start(&market_app);
    apus_arena arena;
    apus_json *document = NULL;
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 24);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect(apus_json_parse(&arena, a.body, NULL, &document, NULL) == APUS_OK);
    const apus_json *old = operation(document, "/items/{id}");
    const apus_json *next = operation(document, "/v2/items/{id}");
    apus_expect(apus_json_bool_or(apus_json_get(old, "deprecated"), false));
    apus_expect(!apus_json_get(next, "deprecated"));
    apus_expect(apus_str_eq(response_of(old, "410"), APUS_STR("Gone to /v2")));
    const apus_json *code =
        apus_json_at(apus_json_get(operation(document, "/items/{code}"), "parameters"), 0);
    apus_expect(apus_str_eq(
        apus_json_text_or(apus_json_get(apus_json_get(code, "schema"), "pattern"), APUS_STR("")),
        APUS_STR("^[A-Z]{3}-[0-9]+$")));
    apus_expect(apus_str_eq(response_of(next, "410"), APUS_STR("none")));
    apus_expect(apus_str_eq(response_of(next, "404"), APUS_STR("No such item")));
    apus_expect(apus_str_eq(response_of(next, "503"), APUS_STR("Service Unavailable")));
    apus_expect(!strstr(a.body.ptr, "/internal"));
    apus_expect(says(apus_test_get(t, "/internal/items/7"), "number 7"));
    apus_arena_finish(&arena);
    apus_test_stop(t);
}

Test(a_front_end_has_dependencies)
{
    apus_test *t = apus_test_start(&market_app);
    apus_test_header(t, "accept", "text/html");
    apus_expect_status(apus_test_get(t, "/club/"), 403);
    apus_test_header(t, "x-member", "1");
    apus_expect_status(apus_test_get(t, "/club/"), 200);
    apus_expect_status(apus_test_get(t, "/club/any/page"), 200);
    apus_test_header(t, "accept", "application/json");
    apus_answer a = apus_test_get(t, "/club/missing.js");
    apus_expect_status(a, 404);
    apus_expect(strstr(a.body.ptr, "Nothing here"));
    apus_test_stop(t);
}
