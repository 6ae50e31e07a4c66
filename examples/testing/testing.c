/* What the test client can do: forms, files, cookies, redirects, another host. */
#include <apus/apus.h>

App(notes, title = "Notes", version = "1.0.0");

/// Who is logged in.
typedef struct visitor {
    apus_str name;
    apus_str host;
} visitor;

/// What was uploaded.
typedef struct receipt {
    apus_str filename;
    apus_str note;
    int64_t size Field(ge = 0);
} receipt;

/// Logs in, and leads on to the page of whoever it is.
Post("/login", status = 303, produces = "text/plain")
apus_response *login(apus_req *req, apus_str name Form(pattern = "^[A-Za-z]+$"))
{
    apus_set_cookie(req, "name", name.ptr, NULL);
    return apus_redirect(req, 303, "/me");
}

/// Who is logged in.
Get("/me")
visitor *me(apus_req *req, apus_str name Cookie())
{
    visitor *out = apus_new(req, visitor);
    out->name = name;
    out->host = apus_req_header(req, "host");
    return out;
}

/// Forgets who it was.
Post("/logout", status = 204)
void logout(apus_req *req)
{
    apus_set_cookie(req, "name", "", &(apus_cookie){ .max_age = -1 });
}

/// Takes a file.
Post("/files")
receipt *take_file(apus_req *req, const apus_upload *file File(), apus_str note Form(default = ""))
{
    receipt *out = apus_new(req, receipt);
    out->filename = file->filename;
    out->note = note;
    out->size = (int64_t)file->content.len;
    return out;
}

/// Never ends by itself.
Sse("/events")
void events(apus_req *req, apus_sse *out)
{
    while (apus_sleep(req, APUS_SECOND))
        ;
}

Test(logs_in_and_out)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_test_follow(t, 3); // redirects, as a browser does
    apus_answer a = apus_test_form(t, "/login", "name", "Ada", NULL);
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.name", "\"Ada\""); // the cookie was kept and sent
    apus_test_post(t, "/logout", NULL);
    apus_expect_status(apus_test_get(t, "/me"), 422);
    apus_test_cookie(t, "name", "Grace");
    apus_expect_json(apus_test_get(t, "/me"), "$.name", "\"Grace\"");
    apus_test_stop(t);
}

Test(takes_files)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_answer a = apus_test_multipart(t, "POST", "/files",
                                        (apus_test_part[]){
                                            { "file", "a.txt", "text/plain", APUS_STR("hello") },
                                            { "note", .content = APUS_STR("short") },
                                            { NULL },
                                        });
    apus_expect_json(a, "$", APUS_JSON({ "filename" : "a.txt", "note" : "short", "size" : 5 }));
    apus_test_stop(t);
}

Test(knows_its_host)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_test_base_url(t, "https://notes.example");
    apus_test_header(t, "Cookie", "name=Ada");
    apus_expect_json(apus_test_get(t, "/me"), "$.host", "\"notes.example\"");
    apus_answer a = apus_test_form(t, "/login", "name", "Ada", NULL);
    apus_expect_status(a, 303);
    apus_expect_header(a, "location", "/me");
    apus_test_excuse(t, "GET /events", "it never ends");
    apus_test_stop(t);
}
