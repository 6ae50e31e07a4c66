/* What Model() says of a struct holds where it is flattened, and where it is a shape of a union. */
#include <apus/apus.h>

App(within, title = "Within", version = "1.0.0");

typedef struct span {
    int begins_at, ends_at;
} Model(strict, names = camel, extra = forbid, check = span_check) span;

static const char *span_check(const span *s)
{
    return s->ends_at < s->begins_at ? "it ends before it begins" : NULL;
}

/* Asks for it by its old name, too. */
static void rename_text(apus_checking *c, apus_json *sent)
{
    apus_arena *a = apus_checking_arena(c);
    const apus_json *old = apus_json_get(sent, "body");
    if (old)
        (void)apus_json_set(a, sent, "text", apus_json_text(a, old->text));
}

typedef struct words {
    apus_str text;
} Model(before = rename_text) words;

typedef struct note {
    span span Flatten();
    words words Flatten();
    int colour_code Field(default = 0);
} Model(extra = ignore, check = note_check) note;

static const char *note_check(const note *n)
{
    return n->words.text.len > 8 ? "too long" : NULL;
}

typedef struct page {
    note note Flatten();
    int number;
} page;

typedef struct guest {
    span span Flatten();
} guest;

typedef enum kind { KIND_CAT, KIND_DOG, KIND_NONE } kind;

typedef struct cat {
    int lives;
} Model(strict, extra = forbid, check = cat_check) cat;

static void cat_check(apus_checking *c, cat *it)
{
    if (it->lives > 9)
        apus_wrong(c, "at most nine lives");
}

typedef struct dog {
    int barks;
} dog;

typedef struct pet {
    kind kind Field(tag);
    union {
        cat cat;
        dog dog;
    } is;
    apus_str name;
} Model(check = pet_check) pet;

static const char *pet_check(const pet *p)
{
    return p->name.len == 0 ? "it has no name" : NULL;
}

Post("/notes")
const note *post_note(apus_req *req, const note *body)
{
    return body;
}

Post("/pages")
const page *post_page(apus_req *req, const page *body)
{
    return body;
}

Post("/guests")
const guest *post_guest(apus_req *req, const guest *body)
{
    return body;
}

Post("/pets")
const pet *post_pet(apus_req *req, const pet *body)
{
    return body;
}

static apus_answer post(apus_test *t, const char *path, const char *json)
{
    return apus_test_post(t, path, json);
}

Test(members_are_called_and_read_as_where_they_stand)
{
    apus_test *t = apus_test_start(&within_app);
    apus_answer a = post(t, "/notes", APUS_JSON({ "beginsAt" : 1, "endsAt" : 2, "text" : "x" }));
    apus_expect_json(a, "$.beginsAt", "1");
    apus_expect_json(a, "$.colour_code", "0");
    a = post(t, "/notes", APUS_JSON({ "beginsAt" : "1", "endsAt" : 2, "text" : "x" }));
    apus_expect_json(a, "$.detail[0].type", "\"int_type\"");
    a = post(t, "/notes",
             APUS_JSON({ "beginsAt" : 1, "endsAt" : 2, "text" : "x", "colour_code" : "7" }));
    apus_expect_json(a, "$.colour_code", "7");
    a = post(t, "/pages",
             APUS_JSON({ "beginsAt" : 1, "endsAt" : "2", "text" : "x", "number" : "7" }));
    apus_expect_json(a, "$.detail[0].loc", "[\"body\",\"endsAt\"]");
    apus_test_stop(t);
}

Test(all_that_have_a_say_have_it)
{
    apus_test *t = apus_test_start(&within_app);
    apus_answer a =
        post(t, "/notes", APUS_JSON({ "beginsAt" : 3, "endsAt" : 2, "text" : "much too long" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].msg", "\"Value error, it ends before it begins\"");
    apus_expect_json(a, "$.detail[1].msg", "\"Value error, too long\"");
    a = post(t, "/pages",
             APUS_JSON({ "beginsAt" : 3, "endsAt" : 2, "body" : "much too long", "number" : 1 }));
    apus_expect_json(a, "$.detail[0].msg", "\"Value error, it ends before it begins\"");
    apus_expect_json(a, "$.detail[1].msg", "\"Value error, too long\"");
    a = post(t, "/pages", APUS_JSON({ "beginsAt" : 1, "endsAt" : 2, "body" : "x", "number" : 1 }));
    apus_expect_json(a, "$.text", "\"x\"");
    apus_test_stop(t);
}

Test(extras_are_forbidden_unless_the_outer_one_says_otherwise)
{
    apus_test *t = apus_test_start(&within_app);
    apus_answer a = post(t, "/guests", APUS_JSON({ "beginsAt" : 1, "endsAt" : 2, "x" : 1 }));
    apus_expect_json(a, "$.detail[0].type", "\"extra_forbidden\"");
    a = post(t, "/notes", APUS_JSON({ "beginsAt" : 1, "endsAt" : 2, "text" : "x", "x" : 1 }));
    apus_expect_status(a, 200);
    apus_test_stop(t);
}

Test(shapes_keep_their_own)
{
    apus_test *t = apus_test_start(&within_app);
    apus_answer a = post(t, "/pets", APUS_JSON({ "kind" : "cat", "name" : "", "lives" : 10 }));
    apus_expect_json(a, "$.detail[0].msg", "\"Value error, at most nine lives\"");
    apus_expect_json(a, "$.detail[1].msg", "\"Value error, it has no name\"");
    a = post(t, "/pets", APUS_JSON({ "kind" : "cat", "name" : "a", "lives" : "9" }));
    apus_expect_json(a, "$.detail[0].type", "\"int_type\"");
    a = post(t, "/pets", APUS_JSON({ "kind" : "cat", "name" : "a", "lives" : 9, "x" : 1 }));
    apus_expect_json(a, "$.detail[0].type", "\"extra_forbidden\"");
    a = post(t, "/pets", APUS_JSON({ "kind" : "dog", "name" : "a", "barks" : "9", "x" : 1 }));
    apus_expect_json(a, "$.barks", "9");
    a = post(t, "/pets", APUS_JSON({ "kind" : "none", "name" : "" }));
    apus_expect_json(a, "$.detail[0].msg", "\"Value error, it has no name\"");
    apus_test_stop(t);
}
