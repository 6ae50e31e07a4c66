/* Answers of every kind: models, statuses, headers, cookies, text, files, streams. */
#include <apus/apus.h>
#include <stdio.h>

App(answers, title = "Answers", version = "1.0.0");

/// What everybody may know of a user.
typedef struct user {
    apus_str name;
    apus_email email;
    apus_str *city; ///< Where they live.
} user;

List(user);

/// What a client sends to become one.
typedef struct new_user {
    user public Flatten();
    apus_str password Field(min_length = 8, secret);
} new_user;

/// Answers with the smaller model: the password stays here.
Post("/users", status = 201)
const user *add_user(apus_req *req, const new_user *body)
{
    apus_set_header(req, "Location", apus_strf(req, "/users/%s", body->public.name.ptr).ptr);
    return &body->public;
}

/// Without the members that are null.
Get("/users/{name}", omit = null)
user *read_user(apus_req *req, apus_str name)
{
    user *out = apus_new(req, user);
    out->name = name;
    out->email.text = apus_strf(req, "%s@example.org", name.ptr);
    return out;
}

/// Only some members: the document shows them all.
Get("/users/{name}/card", include = [ "name", "city" ])
user *read_card(apus_req *req, apus_str name)
{
    return read_user(req, name);
}

/// Everybody's card.
Get("/cards", exclude = ["email"])
user_list read_cards(apus_req *req)
{
    user_list all = { apus_new_n(req, user, 2), 2 };
    all.ptr[0].name = APUS_STR("ada");
    all.ptr[1].name = APUS_STR("bob");
    return all;
}

/// What somebody likes to see first.
typedef struct taste {
    apus_str colour Field(alias = "favourite-colour", default = "blue");
    int64_t *size;
    apus_str *font Field(alias_out = "typeface");
} taste;
List(taste);

typedef struct settings {
    taste own;
    taste_list others Field(default = [], alias = "of-others");
} settings;

/// Answers with what was sent, defaults included, and nothing else.
Put("/settings", omit = unset)
const settings *keep_settings(apus_req *req, const settings *body)
{
    return body;
}

/// Answers with what it says is set.
Get("/settings", omit = unset)
settings *read_settings(apus_req *req)
{
    settings *out = apus_new(req, settings);
    out->own.colour = APUS_STR("blue");
    apus_mark(req, settings, out, APUS_NAMES("own"));
    apus_mark(req, taste, &out->own, APUS_NAMES("favourite-colour"));
    return out;
}

/// The members as they are called in C.
Put("/settings/plain", by_alias = false, omit = unset)
const settings *keep_plain(apus_req *req, const settings *body)
{
    return body;
}

/// Why it cannot be done now.
typedef struct conflict {
    apus_str message;
    int64_t retry_after;
} conflict;

/// 200 with a user, 409 with a conflict.
Put("/users/{name}",
    responses = { 409 : { model : conflict, description : "Somebody else is at it" } })
const user *replace_user(apus_req *req, apus_str name, const user *body)
{
    if (apus_str_eq(name, APUS_STR("ada"))) {
        conflict *c = apus_new(req, conflict);
        c->message = APUS_STR("ada is being changed");
        c->retry_after = 5;
        return apus_respond(req, 409, conflict, c);
    }
    if (!apus_str_eq(name, body->name))
        apus_set_status(req, 201); // it is a new one
    return body;
}

/// 204: there is nothing to say.
Delete("/users/{name}", status = 204)
void remove_user(apus_req *req, apus_str name)
{
}

Post("/session", status = 204)
void begin_session(apus_req *req)
{
    apus_set_cookie(req, "session", "s3cr3t",
                    &(apus_cookie){ .http_only = true, .secure = true, .max_age = 3600 });
}

Delete("/session", status = 204)
void end_session(apus_req *req)
{
    apus_set_cookie(req, "session", "", &(apus_cookie){ .max_age = -1 });
}

/// A page: text that is sent as it stands.
Get("/", produces = "text/html")
apus_str home(apus_req *req)
{
    return apus_strf(req, "<h1>Hello, %s</h1>", apus_req_client(req).ptr);
}

/// Somebody, or a picture of them.
Get("/users/{name}/shown", responses = { 200 : { produces : "image/svg+xml" }, 303 : "Ask bob" })
user *show_user(apus_req *req, apus_str name, bool picture Query(default = false))
{
    if (picture)
        return apus_respond_with(req, apus_bytes(req, "image/svg+xml", APUS_STR("<svg/>")));
    if (apus_str_eq(name, APUS_STR("carol")))
        return apus_respond_with(req, apus_redirect(req, 303, "/users/bob/shown"));
    return read_user(req, name);
}

/// One of several kinds of answers.
Get("/old", responses = { 307 : "It has moved" })
apus_response *old_home(apus_req *req)
{
    return apus_redirect(req, 307, "/");
}

/// A dependency adds to every answer of the routes that ask for it.
void no_store(apus_req *req)
{
    apus_set_header(req, "Cache-Control", "no-store");
}

static void write_mail(apus_req *req, void *arg)
{
    const user *to = arg;
    fprintf(stderr, "mail for %s\n", to->email.text.ptr);
}

/// The client has its answer before the mail is written.
Post("/mails", depends = [no_store], status = 202)
apus_json *send_mail(apus_req *req, user *to)
{
    apus_after(req, write_mail, to);
    return apus_json_null_new(apus_req_arena(req));
}

/// A table, to be read or to be saved.
Get("/report", produces = "text/csv")
apus_response *report(apus_req *req, bool save Query(default = false))
{
    return apus_file(req, "examples/answers/report.csv",
                     &(apus_file_options){ .name = save ? "report.csv" : NULL });
}

/// Counts down, a line a second.
Get("/countdown", produces = "text/plain")
void count_down(apus_req *req, int from Query(default = 3, ge = 0, le = 60))
{
    for (int i = from; i > 0; i--) {
        if (!apus_write(req, apus_strf(req, "%d\n", i)))
            return; // the client has gone
        apus_sleep(req, APUS_SECOND / 100);
    }
    apus_write(req, APUS_STR("lift-off\n"));
}

/// A measured value.
typedef struct reading {
    int64_t n;
    double value;
} reading;

/// JSON Lines: one reading a line, as they come.
Get("/readings", item = reading)
void readings(apus_req *req)
{
    for (int64_t n = 0; n < 3; n++) {
        if (!apus_write_line(req, reading, &(reading){ n, (double)n / 2 }))
            return;
    }
}

/// The same table for people, or for programs.
Get("/report/any", produces = "text/csv", responses = { 200 : { produces : "application/json" } })
apus_response *report_in_any_form(apus_req *req, apus_str accept Header(default = ""))
{
    if (apus_str_eq(accept, APUS_STR("application/json")))
        return apus_respond_json(req, 200, apus_json_array(apus_req_arena(req)));
    return apus_file(req, "examples/answers/report.csv", NULL);
}

// A site: files below /site, and one page for all its paths.
Static(site, "/site", .folder = "examples/answers/public", .index = "index.html",
       .fallback = "index.html");

Test(the_password_stays)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_answer a = apus_test_post(
        t, "/users",
        APUS_JSON({ "name" : "ada", "email" : "ada@example.org", "password" : "12345678" }));
    apus_expect_status(a, 201);
    apus_expect_header(a, "location", "/users/ada");
    apus_expect_json(a, "$", "{\"name\":\"ada\",\"email\":\"ada@example.org\",\"city\":null}");
    a = apus_test_get(t, "/users/ada");
    apus_expect_json(a, "$", "{\"name\":\"ada\",\"email\":\"ada@example.org\"}");
    apus_expect_json(apus_test_get(t, "/users/ada/card"), "$", "{\"name\":\"ada\",\"city\":null}");
    apus_test_stop(t);
}

Test(cards_have_no_addresses)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_expect_json(apus_test_get(t, "/cards"), "$",
                     "[{\"name\":\"ada\",\"city\":null},{\"name\":\"bob\",\"city\":null}]");
    apus_test_stop(t);
}

Test(what_nobody_set_is_left_out)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_answer a = apus_test_put(t, "/settings", APUS_JSON({
                                      "own" : { "favourite-colour" : "blue", "size" : null },
                                      "of-others" : [ {}, { "font" : "Swift" } ]
                                  }));
    apus_expect_json(a, "$", APUS_JSON({
                         "own" : { "favourite-colour" : "blue", "size" : null },
                         "of-others" : [ {}, { "typeface" : "Swift" } ]
                     }));
    a = apus_test_put(t, "/settings", APUS_JSON({ "own" : {} }));
    apus_expect_json(a, "$", APUS_JSON({ "own" : {} }));
    a = apus_test_get(t, "/settings");
    apus_expect_json(a, "$", APUS_JSON({ "own" : { "favourite-colour" : "blue" } }));
    apus_test_stop(t);
}

Test(names_as_in_c)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_answer a =
        apus_test_put(t, "/settings/plain", APUS_JSON({
                          "own" : { "favourite-colour" : "red" },
                          "of-others" : [ { "font" : "Swift", "favourite-colour" : "blue" } ]
                      }));
    apus_expect_json(a, "$", APUS_JSON({
                         "own" : { "colour" : "red" },
                         "others" : [ { "colour" : "blue", "font" : "Swift" } ]
                     }));
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.schemas.SettingsByName.properties.own.$ref",
                     "\"#/components/schemas/TasteByName\"");
    apus_expect_json(a, "$.components.schemas.TasteByName.properties.colour.default", "\"blue\"");
    apus_test_stop(t);
}

Test(statuses_change)
{
    apus_test *t = apus_test_start(&answers_app);
    const char *body = APUS_JSON({ "name" : "bob", "email" : "bob@example.org" });
    apus_expect_status(apus_test_put(t, "/users/bob", body), 200);
    apus_expect_status(apus_test_put(t, "/users/eve", body), 201);
    apus_answer a = apus_test_put(t, "/users/ada", body);
    apus_expect_status(a, 409);
    apus_expect_json(a, "$.retry_after", "5");
    a = apus_test_delete(t, "/users/bob");
    apus_expect_status(a, 204);
    apus_expect(a.body.len == 0);
    apus_expect_header(apus_test_delete(t, "/session"), "set-cookie",
                       "session=; Max-Age=0; Path=/; SameSite=lax");
    apus_test_stop(t);
}

Test(text_is_sent_as_it_stands)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_answer a = apus_test_get(t, "/");
    apus_expect_header(a, "content-type", "text/html; charset=utf-8");
    apus_expect(apus_str_starts(a.body, APUS_STR("<h1>Hello, ")));
    apus_expect_header(apus_test_get(t, "/old"), "location", "/");
    a = apus_test_post(t, "/mails", APUS_JSON({ "name" : "bob", "email" : "bob@example.org" }));
    apus_expect_status(a, 202);
    apus_expect_header(a, "cache-control", "no-store");
    apus_test_stop(t);
}

Test(files_and_streams)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_answer a = apus_test_get(t, "/countdown?from=2");
    apus_expect(apus_str_eq(a.body, APUS_STR("2\n1\nlift-off\n")));
    a = apus_test_get(t, "/readings");
    apus_expect_header(a, "content-type", "application/jsonl");
    apus_expect(apus_str_ends(a.body, APUS_STR("{\"n\":2,\"value\":1.0}\n")));
    a = apus_test_get(t, "/report?save=true");
    apus_expect_header(a, "content-disposition", "attachment; filename=\"report.csv\"");
    apus_test_header(t, "accept", "text/html");
    a = apus_test_get(t, "/site/any/path");
    apus_expect_status(a, 200);
    apus_expect_header(apus_test_get(t, "/site/style.css"), "content-type",
                       "text/css; charset=utf-8");
    apus_expect_status(apus_test_send(t, "HEAD", "/site/style.css", NULL, APUS_STR("")), 200);
    apus_test_stop(t);
}

Test(a_model_may_be_answered_by_something_else)
{
    apus_test *t = apus_test_start(&answers_app);
    apus_expect_json(apus_test_get(t, "/users/ada/shown"), "$.name", "\"ada\"");
    apus_answer a = apus_test_get(t, "/users/ada/shown?picture=true");
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-type", "image/svg+xml");
    apus_expect_text(a, "<svg/>");
    a = apus_test_get(t, "/users/carol/shown");
    apus_expect_status(a, 303);
    apus_expect_header(a, "location", "/users/bob/shown");
    apus_test_stop(t);
}

Test(the_document_says_what_they_are)
{
    static const char *const rows[][2] = {
        { "/readings.get.responses.200.content.application/jsonl.itemSchema.$ref",
          "\"#/components/schemas/Reading\"" },
        { "/report/any.get.responses.200.content.text/csv.schema.type", "\"string\"" },
        { "/report/any.get.responses.200.description", "\"Successful Response\"" },
        { "/report/any.get.responses.200.content.application/json", "{}" },
        { "/users/{name}/shown.get.responses.200.content",
          "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/User\"}},"
          "\"image/svg+xml\":{}}" },
        { "/.get.responses.200.content", "{\"text/html\":{\"schema\":{\"type\":\"string\"}}}" },
        { "/users/{name}/card.get.responses.200.content.application/json.schema.$ref",
          "\"#/components/schemas/User\"" },
        { "/users/{name}.put.responses.409.content.application/json.schema.$ref",
          "\"#/components/schemas/Conflict\"" },
        { "/users/{name}.delete.responses.204", "{\"description\":\"Successful Response\"}" },
    };
    apus_test *t = apus_test_start(&answers_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "$.paths.%s", rows[i][0]);
        apus_expect_json(a, path, rows[i][1]);
    }
    apus_test_header(t, "accept", "application/json");
    apus_expect_json(apus_test_get(t, "/report/any"), "$", "[]");
    apus_test_stop(t);
}
