/* What requests may bring: said by apps, routers, includes and routes; the innermost counts. */
#include <apus/apus.h>
#include <string.h>

App(shop, title = "Shop", version = "1.0.0", body_max = 100);
App(admin, title = "Admin", version = "1.0.0");
Include(shop_app, admin_app, prefix = "/admin");
Include(shop_app, admin_app, host = "admin.example");

/// How many bytes came.
typedef struct counted {
    int64_t bytes;
} counted;

static const counted *count(apus_req *req, apus_bytes body)
{
    counted *c = apus_new(req, counted);
    c->bytes = (int64_t)body.len;
    return c;
}

Router(plain);
Include(shop_app, plain_router);

Post("/plain")
const counted *take(apus_req *req, apus_bytes body Body(raw))
{
    return count(req, body);
}

Post("/small/{id}", body_max = 10)
const counted *take_small(apus_req *req, int id, apus_bytes body Body(raw))
{
    (void)id;
    return count(req, body);
}

/// Reads no body, and refuses one that is too large all the same.
Delete("/none", body_max = 10)
void take_none(apus_req *req)
{
    (void)req;
}

Router(notes, prefix = "/notes", body_max = "50 B");
Include(shop_app, notes_router);

Post("/one")
const counted *take_note(apus_req *req, apus_bytes body Body(raw))
{
    return count(req, body);
}

Post("/own", body_max = "2KiB")
const counted *take_own(apus_req *req, apus_bytes body Body(raw))
{
    return count(req, body);
}

Router(logs, prefix = "/logs");
Include(shop_app, logs_router, body_max = 20);
Include(shop_app, logs_router, prefix = "/large", body_max = "3MiB");

Post("")
const counted *take_log(apus_req *req, apus_bytes body Body(raw))
{
    return count(req, body);
}

Router(offices);
Include(admin_app, offices_router);

Post("/office")
const counted *take_office(apus_req *req, apus_bytes body Body(raw))
{
    return count(req, body);
}

Post("/desk", body_max = 200)
const counted *take_desk(apus_req *req, apus_bytes body Body(raw))
{
    return count(req, body);
}

static apus_answer post(apus_test *t, const char *path, size_t bytes)
{
    static char body[4 << 20];
    return apus_test_send(t, "POST", path, "application/octet-stream", (apus_str){ body, bytes });
}

static void expect_limit(apus_test *t, const char *path, size_t most)
{
    apus_answer a = post(t, path, most);
    apus_expect_status(a, 200);
    a = post(t, path, most + 1);
    apus_expect_status(a, 413);
    apus_expect_json(a, "$.detail", "\"the body is too large\"");
}

Test(the_innermost_limit_counts)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_limit(t, "/plain", 100);
    expect_limit(t, "/small/7", 10);
    expect_limit(t, "/notes/own", 2048);
    expect_limit(t, "/notes/one", 50);
    expect_limit(t, "/logs", 20);
    expect_limit(t, "/large/logs", 3 << 20);   /* more than the server's own */
    expect_limit(t, "/admin/office", 1 << 20); /* an app of its own: the server's */
    apus_expect_status(apus_test_send(t, "DELETE", "/none", "text/plain", APUS_STR("0123456789")),
                       200);
    apus_expect_status(apus_test_send(t, "DELETE", "/none", "text/plain", APUS_STR("0123456789a")),
                       413);
    apus_test_stop(t);
}

/* What the limit is of is decoded, and stops the client before it has sent all. */
Test(chunked_bodies_have_the_same_limit)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_raw(
        t, APUS_STR("POST /small/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n"));
    apus_expect_json(a, "$.bytes", "10");
    a = apus_test_raw(t,
                      APUS_STR("POST /small/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n6\r\nabcdef\r\n"));
    apus_expect_status(a, 413);
    apus_test_stop(t);
}

Test(hosts_and_unknown_paths_have_their_own)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_status(post(t, "/nowhere", 1000), 404);
    apus_expect_status(post(t, "/nowhere", (1 << 20) + 1), 413);
    apus_test_header(t, "Host", "admin.example");
    apus_expect_status(post(t, "/desk", 200), 200);
    apus_expect_status(post(t, "/desk", 201), 413);
    apus_test_stop(t);
}

Test(limits_are_documented)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./small/{id}.post.responses.413.description",
                     "\"The body may have 10 bytes at most\"");
    apus_expect_json(a, "$.paths./large/logs.post.responses.413.description",
                     "\"The body may have 3145728 bytes at most\"");
    apus_expect(strstr(a.body.ptr, "The body may have 50 bytes at most"));
    apus_expect_json(apus_test_get(t, "/admin/openapi.json"), "$.paths./desk.post.responses.413",
                     "{\"description\": \"The body may have 200 bytes at most\"}");
    apus_test_stop(t);
}
