/* Forms: fields, models, files, and JSON among them. */
#include <apus/apus.h>

App(forms, title = "Forms", version = "1.0.0");

/// Who signs in.
typedef struct login {
    apus_str user Field(min_length = 1);
    apus_secret password;
    apus_strs roles Field(default = []);
} Model(extra = forbid) login;

/// A form as a model; what it does not know is refused.
Post("/login")
apus_str log_in(apus_req *req, const login *form Form())
{
    return apus_strf(req, "%s with %zu roles", form->user.ptr, form->roles.len);
}

/// What goes with a picture.
typedef struct caption {
    apus_str title;
    int year;
} caption;

/// What was kept.
typedef struct kept {
    apus_str name, title;
    int64_t bytes;
} kept;

/// A picture and, as JSON in a field of its own, what there is to say about it.
Post("/pictures", status = 201)
kept *keep_picture(apus_req *req,
                   const apus_upload *picture File(max_size = "1KiB",
                                                   types = [ "image/png", "image/webp" ]),
                   const caption *about Form(json, required))
{
    kept *out = apus_new(req, kept);
    *out = (kept){ picture->filename, about ? about->title : APUS_STR("untitled"),
                   (int64_t)picture->content.len };
    return out;
}

/// Any number of texts.
Post("/texts")
int64_t keep_texts(apus_req *req, apus_uploads texts File(types = ["text/*"]))
{
    (void)req;
    return (int64_t)texts.len;
}

/// What costs what, by number.
IntMap(double);

Post("/weights")
double_int_map weigh(apus_req *req, const double_int_map *body)
{
    (void)req;
    return *body;
}

/// Somebody who orders: a person, or a company.
typedef struct person {
    apus_str name;
    int64_t born;
} person;
typedef struct company {
    apus_str name;
    apus_strs vat_numbers Field(min_items = 1);
} company;
typedef struct customer {
    enum customer_kind { CUSTOMER_PERSON, CUSTOMER_COMPANY } kind Field(tag = hidden);
    union {
        person person;
        company company;
    };
} customer;

/// Whichever the fields make.
Post("/customers")
const customer *add_customer(apus_req *req, const customer *form Form())
{
    return form;
}

static apus_test *t;

static apus_answer send_parts(const char *path, const char *body)
{
    return apus_test_send(t, "POST", path, "multipart/form-data; boundary=x", apus_str_of(body));
}

#define PART(name, more, content)                                                                  \
    "--x\r\nContent-Disposition: form-data; name=\"" name "\"" more "\r\n\r\n" content "\r\n"
#define PNG(content) PART("picture", "; filename=\"a.png\"\r\nContent-Type: image/png", content)
#define END          "--x--\r\n"

Test(fields)
{
    t = apus_test_start(&forms_app);
    const char *type = "application/x-www-form-urlencoded";
    apus_answer a =
        apus_test_send(t, "POST", "/login", type, APUS_STR("user=ada&password=x&roles=a&roles=b"));
    apus_expect_json(a, "$", "\"ada with 2 roles\"");
    a = apus_test_send(t, "POST", "/login", type, APUS_STR("user=ada&password=x&more=1"));
    apus_expect_json(a, "$.detail[0].type", "\"extra_forbidden\"");
    apus_test_stop(t);
}

Test(a_union_of_forms)
{
    t = apus_test_start(&forms_app);
    const char *type = "application/x-www-form-urlencoded";
    apus_answer a =
        apus_test_send(t, "POST", "/customers", type, APUS_STR("name=ada&born=1815&vat_numbers="));
    apus_expect_json(a, "$", APUS_JSON({ "name" : "ada", "born" : 1815 }));
    a = apus_test_send(t, "POST", "/customers", type, APUS_STR("name=acme&vat_numbers=7"));
    apus_expect_json(a, "$", APUS_JSON({ "name" : "acme", "vat_numbers" : ["7"] }));
    a = apus_test_send(t, "POST", "/customers", type, APUS_STR("name=ada&born=x"));
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "Person", "born" ]));
    apus_expect_json(a, "$.detail[1].loc", APUS_JSON([ "body", "Company", "vat_numbers" ]));
    a = apus_test_send(t, "POST", "/customers", type, APUS_STR(""));
    apus_expect_status(a, 422);
    apus_test_stop(t);
}

Test(files_and_json)
{
    t = apus_test_start(&forms_app);
    apus_answer a = send_parts(
        "/pictures", PNG("....") PART("about", "", "{\"title\": \"Swift\", \"year\": 1999}") END);
    apus_expect_status(a, 201);
    apus_expect_json(a, "$", APUS_JSON({ "name" : "a.png", "title" : "Swift", "bytes" : 4 }));
    a = send_parts("/pictures", PNG("....") PART("about", "", "{\"title\": 1}") END);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "about", "title" ]));
    apus_expect_json(a, "$.detail[1].type", "\"missing\"");
    a = send_parts("/pictures", PART("picture", "; filename=\"a.gif\"\r\nContent-Type: image/gif",
                                     "") PART("about", "", "null") END);
    apus_expect_json(a, "$.detail[0]", APUS_JSON({
                         "type" : "file_type",
                         "loc" : [ "body", "picture" ],
                         "msg" : "File should be of type 'image/png' or 'image/webp'",
                         "ctx" : { "expected" : "'image/png' or 'image/webp'" }
                     }));
    a = send_parts("/texts",
                   PART("texts", "; filename=\"a\"\r\nContent-Type: text/plain; a=b", "x")
                       PART("texts", "; filename=\"b\"\r\nContent-Type: image/png", "x") END);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "texts", 1 ]));
    apus_test_stop(t);
}

Test(sizes)
{
    t = apus_test_start(&forms_app);
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 16);
    for (size_t size = 1024; size <= 1025; size++) {
        apus_buf b = apus_buf_in(&arena);
        apus_str body;
        apus_buf_lit(&b,
                     "--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n"
                     "Content-Type: image/png\r\n\r\n");
        for (size_t i = 0; i < size; i++)
            apus_buf_addc(&b, '.');
        apus_buf_lit(&b, "\r\n" PART("about", "", "null") END);
        apus_expect(apus_buf_take(&b, &body) == APUS_OK);
        apus_answer a =
            apus_test_send(t, "POST", "/pictures", "multipart/form-data; boundary=x", body);
        apus_expect_status(a, size == 1024 ? 201 : 422);
        if (size > 1024)
            apus_expect_json(a, "$.detail[0].ctx", APUS_JSON({ "max_size" : 1024 }));
    }
    apus_arena_finish(&arena);
    apus_test_stop(t);
}

Test(maps_with_numbers_for_keys)
{
    t = apus_test_start(&forms_app);
    apus_expect_json(apus_test_post(t, "/weights", APUS_JSON({ "2" : 2.2, "3" : 3.3, "02" : 4.5 })),
                     "$", APUS_JSON({ "2" : 4.5, "3" : 3.3 }));
    apus_answer a = apus_test_post(t, "/weights", APUS_JSON({ "foo" : 2.2, "3" : "x" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "3" ]));
    apus_expect_json(a, "$.detail[1].type", "\"int_parsing\"");
    apus_expect_json(a, "$.detail[1].loc", APUS_JSON([ "body", "foo", "[key]" ]));
    a = apus_test_post(t, "/weights", APUS_JSON({ "99999999999999999999" : 1 }));
    apus_expect_json(a, "$.detail[0].type", "\"int_parsing_size\"");
    apus_test_stop(t);
}
