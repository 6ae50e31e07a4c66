/* Values outside of the usual way: parts of models, copies, JSON from elsewhere. */
#include <apus/apus.h>

App(values, title = "Values", version = "1.0.0");
Router(beacons, prefix = "/beacons", strict_content_type = false);
Include(values_app, beacons_router);

/// Where somebody lives.
typedef struct address {
    apus_str street, city;
} address;

/// Somebody.
typedef struct person {
    apus_str name;
    int age Field(default = 18);
    apus_str *nick;
    address home;
    apus_strs tags Field(default = []);
    apus_json more Field(default = {});
} person;
List(person);
Map(person);

/// Any page of something: what generic models are for.
#define Page(T)                                                                                    \
    typedef struct T##_page {                                                                      \
        T##_list items;                                                                            \
        int64_t total Field(ge = 0);                                                               \
    } T##_page

Page(person);

/* --- beacons: sent by browsers without a content type --- */

/// Counts who looked.
Post("")
apus_str count_look(apus_req *req, const person *body)
{
    (void)req;
    return body->name;
}

/* --- the rest joins the app --- */

Router(rest);
Include(values_app, rest_router);

/// What the client sent, and nothing else.
Post("/echo")
apus_json *echo_sent(apus_req *req, const person *body Body(sent))
{
    return apus_json_dump(req, person, body, .no_unsent = true);
}

/// Some of it.
Post("/parts")
apus_json *show_parts(apus_req *req, const person *body, apus_str of)
{
    if (apus_str_eq(of, APUS_STR("names")))
        return apus_json_dump(req, person, body, .include = APUS_NAMES("name", "home.city"));
    if (apus_str_eq(of, APUS_STR("secrets")))
        return apus_json_dump(req, person, body, .exclude = APUS_NAMES("home.street", "tags"));
    return apus_json_dump(req, person, body, .no_default = true);
}

/// A page of people.
Get("/people")
person_page *list_people(apus_req *req)
{
    person_page *page = apus_new(req, person_page);
    page->items.ptr = apus_new_n(req, person, 1);
    page->items.ptr[0] = (person){ .name = APUS_STR("Ada"), .age = 36 };
    page->items.len = page->total = 1;
    return page;
}

/// Which document the client would rather have.
Get("/report", produces = "text/plain")
apus_response *get_report(apus_req *req)
{
    const char *type = apus_prefer(req, "text/plain", "text/csv");
    if (!type)
        return apus_fail(req, 406, NULL, "plain text and CSV are all there is");
    return apus_bytes(req, type, ((apus_bytes){ (const uint8_t *)"a,b", 3 }));
}

/// What is asked without being declared.
Get("/asked")
apus_str get_asked(apus_req *req)
{
    apus_delete_cookie(req, "old", &(apus_cookie){ .path = "/a" });
    return apus_strf(req, "%s %s", apus_req_query(req, "q").ptr, apus_req_cookie(req, "c").ptr);
}

/// JSON:API, as its clients call it; and a body where GET has none by itself.
Post("/documents")
int64_t put_document(apus_req *req,
                     const person *body Body(media_type = "application/vnd.api+json"))
{
    (void)req;
    return body->age;
}

Get("/search")
apus_str search(apus_req *req, const address *body Body())
{
    (void)req;
    return body->city;
}

static apus_test *t;

static apus_answer send(const char *path, const char *type, const char *body)
{
    return apus_test_send(t, "POST", path, type, apus_str_of(body));
}

#define ADA                                                                                        \
    APUS_JSON(                                                                                     \
        { "name" : "Ada", "nick" : null, "home" : { "street" : "High St", "city" : "Leeds" } })

Test(parts_of_models)
{
    t = apus_test_start(&values_app);
    apus_expect_json(apus_test_post(t, "/echo", ADA), "$", ADA);
    apus_expect_json(apus_test_post(t, "/parts?of=names", ADA), "$",
                     APUS_JSON({ "name" : "Ada", "home" : { "city" : "Leeds" } }));
    apus_expect_json(apus_test_post(t, "/parts?of=secrets", ADA), "$", APUS_JSON({
                         "name" : "Ada",
                         "age" : 18,
                         "nick" : null,
                         "home" : { "city" : "Leeds" },
                         "more" : {}
                     }));
    apus_expect_json(
        apus_test_post(t, "/parts?of=rest", ADA), "$",
        APUS_JSON({ "name" : "Ada", "home" : { "street" : "High St", "city" : "Leeds" } }));
    apus_expect_json(apus_test_get(t, "/people"), "$.items[0].name", "\"Ada\"");
    apus_test_stop(t);
}

Test(content_types)
{
    t = apus_test_start(&values_app);
    apus_expect_status(send("/beacons", NULL, ADA), 200);
    apus_expect_status(send("/beacons", "text/plain", ADA), 422);
    apus_expect_json(send("/echo", NULL, ADA), "$.detail[0].type", "\"model_attributes_type\"");
    apus_expect_status(send("/documents", "application/vnd.api+json", ADA), 200);
    apus_answer a = apus_test_send(t, "GET", "/search", "application/json",
                                   APUS_STR("{\"street\":\"\",\"city\":\"Leeds\"}"));
    apus_expect_json(a, "$", "\"Leeds\"");
    a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./search.get.requestBody.required", "true");
    apus_test_stop(t);
}

Test(the_request_itself)
{
    t = apus_test_start(&values_app);
    apus_expect_header(apus_test_get(t, "/report"), "content-type", "text/plain");
    apus_test_header(t, "Accept", "text/plain;q=0.2, text/*;q=0.5");
    apus_expect_header(apus_test_get(t, "/report"), "content-type", "text/csv");
    apus_test_header(t, "Accept", "image/png");
    apus_expect_status(apus_test_get(t, "/report"), 406);
    apus_test_header(t, "Cookie", "a=1; c=2");
    apus_answer a = apus_test_get(t, "/asked?q=x%20y&q=z");
    apus_expect_json(a, "$", "\"z 2\"");
    apus_expect(apus_str_starts(apus_answer_header(a, "set-cookie"), APUS_STR("old=\"\"; ")) ||
                apus_str_starts(apus_answer_header(a, "set-cookie"), APUS_STR("old=; ")));
    apus_test_stop(t);
}

Test(json_from_elsewhere)
{
    apus_arena arena, kept;
    apus_problems problems;
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 20);
    apus_arena_init(&kept, &apus_alloc_libc, 1 << 20);
    apus_problems_init(&problems, &arena);

    person_list *people = apus_read(&arena, person_list, APUS_STR("[" ADA "]"), &problems);
    apus_expect(people && people->len == 1);
    person *copy = apus_copy(&kept, person, &people->ptr[0]);
    apus_arena_finish(&arena);
    apus_expect(copy && apus_str_eq(copy->home.city, APUS_STR("Leeds")) && !copy->nick);

    apus_problems_init(&problems, &arena);
    apus_expect(!apus_read(&arena, person_map, APUS_STR("{\"a\":{}}"), &problems));
    apus_expect(problems.n == 2);
    apus_expect(apus_str_eq(problems.first->loc, APUS_STR("[\"a\",\"name\"]")));

    apus_problems_init(&problems, &arena);
    apus_expect(!apus_read(&arena, apus_strs, APUS_STR("[\"a\""), &problems));
    apus_expect(apus_str_eq(problems.first->type, APUS_STR("json_invalid")));
    apus_arena_finish(&arena);
    apus_arena_finish(&kept);
}
