/* What requests may bring: said by apps, routers, includes and routes; the innermost counts. */
#include <apus/apus.h>
#include <stdio.h>
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

Router(forms, prefix = "/forms", files_max = 2, fields_max = 3, body_max = "4MiB");
Include(shop_app, forms_router);

Post("/few", part_max = 8)
int64_t take_few(apus_req *req, apus_strs words Form(default = []),
                 apus_uploads files File(optional))
{
    (void)req;
    return (int64_t)(words.len * 10 + files.len);
}

Post("/many", files_max = 1500, fields_max = 1500, part_max = "2MiB")
int64_t take_many(apus_req *req, apus_strs words Form(default = []),
                  apus_uploads files File(optional))
{
    (void)req;
    return (int64_t)(words.len * 10000 + files.len);
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

/* A form of so many files and other fields, each field as long as said. */
static apus_answer send_form(apus_test *t, const char *path, int n_files, int n_fields, size_t len)
{
    static char body[4 << 20], word[3 << 20];
    size_t at = 0;
    memset(word, 'w', sizeof(word));
    for (int i = 0; i < n_files; i++)
        at += (size_t)sprintf(body + at, "--x\r\nContent-Disposition: form-data; name=\"files\"; "
                                         "filename=\"a\"\r\n\r\nfile contents\r\n");
    for (int i = 0; i < n_fields; i++)
        at += (size_t)sprintf(
            body + at, "--x\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\n%.*s\r\n",
            (int)len, word);
    at += (size_t)sprintf(body + at, "--x--\r\n");
    return apus_test_send(t, "POST", path, "multipart/form-data; boundary=x",
                          (apus_str){ body, at });
}

Test(forms_have_limits)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_json(send_form(t, "/forms/few", 2, 3, 8), "$", "32");
    apus_answer a = send_form(t, "/forms/few", 3, 0, 8);
    apus_expect_status(a, 400);
    apus_expect_json(a, "$.detail", "\"The form has over 2 files\"");
    a = send_form(t, "/forms/few", 0, 4, 8);
    apus_expect_status(a, 400);
    apus_expect_json(a, "$.detail", "\"The form has over 3 fields\"");
    a = send_form(t, "/forms/few", 1, 1, 9);
    apus_expect_status(a, 413);
    apus_expect_json(a, "$.detail", "\"A field of the form has over 8 bytes\"");
    apus_expect_json(send_form(t, "/forms/many", 1500, 1500, 1), "$", "15001500");
    apus_expect_status(send_form(t, "/forms/many", 1501, 0, 1), 400);
    apus_expect_json(send_form(t, "/forms/many", 0, 1, 2 << 20), "$", "10000");
    apus_expect_status(send_form(t, "/forms/many", 0, 1, (2 << 20) + 1), 413);
    apus_expect_status(apus_test_form(t, "/forms/few", "words", "12345678", NULL), 200);
    apus_expect_status(apus_test_form(t, "/forms/few", "words", "123456789", NULL), 413);
    apus_expect_status(
        apus_test_form(t, "/forms/few", "a", "1", "b", "2", "c", "3", "d", "4", NULL), 400);
    apus_test_stop(t);
}
