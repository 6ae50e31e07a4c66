/* Dependencies of a whole app, with arguments, with a say in the answer, and replaced in tests. */
#include <apus/apus.h>
#include <string.h>

Security(api_key, header = "X-API-Key");

static apus_str known_key(apus_req *req)
{
    (void)req;
    return APUS_STR("k1");
}

static void check_key(apus_req *req, api_key key, apus_str known Depends(known_key))
{
    if (!apus_equal_secret(key.value, known))
        apus_unauthorized(req, "This key opens nothing");
}

static void note_version(apus_req *req)
{
    apus_set_header(req, "X-Version", "7");
    apus_set_cookie(req, "seen", "yes", NULL);
}

/// In front of all its routes.
App(shop, title = "Shop", version = "1.0.0", depends = [ check_key, note_version ]);

/* --- a say in the answer --- */

static bool is_dry_run(apus_req *req, bool dry Query(default = false))
{
    if (dry)
        apus_set_status(req, 202);
    return dry;
}

Post("/orders", status = 201)
apus_str place(apus_req *req, bool dry Depends(is_dry_run))
{
    (void)req;
    return dry ? APUS_STR("would be placed") : APUS_STR("placed");
}

/* --- arguments --- */

static bool has_word(apus_req *req, apus_str q Query(default = ""), const char *word, int least)
{
    (void)req;
    return strstr(q.ptr, word) && q.len >= (size_t)least;
}

Get("/search")
apus_str search(apus_req *req, bool foo Depends(has_word, word = "foo", least = 3),
                bool bar Depends(has_word, word = "bar", least = 5),
                bool again Depends(has_word, word = "foo", least = 3))
{
    return apus_strf(req, "%d%d%d", foo, bar, again);
}

/* --- ends: newest first, what fails included --- */

static char trace[64];
static char outer_name[] = "outer", inner_name[] = "inner";

static void end(apus_req *req, void *name)
{
    strcat(trace, name);
    strcat(trace, apus_failed(req) ? "! " : " ");
}

static int outer(apus_req *req)
{
    apus_finally(req, end, outer_name);
    return 1;
}

static int inner(apus_req *req, int o Depends(outer))
{
    apus_finally(req, end, inner_name);
    return o + 1;
}

Get("/ends/{fails}")
int ends(apus_req *req, bool fails, int i Depends(inner))
{
    if (fails)
        apus_fail(req, 409, NULL, "no");
    return i;
}

/* --- tests --- */

static apus_test *start(void)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "X-API-Key", "k1");
    return t;
}

Test(those_of_an_app_stand_in_front_of_all_its_routes)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/search");
    apus_expect_status(a, 401);
    apus_expect_header(a, "www-authenticate", "APIKey");
    apus_test_header(t, "X-API-Key", "k2");
    apus_expect_status(apus_test_post(t, "/orders", NULL), 401);
    apus_test_header(t, "X-API-Key", "k1");
    apus_expect_status(apus_test_post(t, "/orders", NULL), 201);
    apus_test_header(t, "X-API-Key", NULL);
    apus_expect_status(apus_test_get(t, "/docs"), 200); /* but not in front of our own pages */
    apus_test_stop(t);
}

Test(their_schemes_stand_at_each_operation)
{
    apus_test *t = start();
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.paths./search.get.security", APUS_JSON([ { "api_key" : [] } ]));
    apus_expect_json(a, "$.paths./orders.post.security", APUS_JSON([ { "api_key" : [] } ]));
    apus_expect_json(a, "$.components.securitySchemes.api_key",
                     APUS_JSON({ "type" : "apiKey", "in" : "header", "name" : "X-API-Key" }));
    apus_test_stop(t);
}

Test(a_dependency_has_a_say_in_the_answer)
{
    apus_test *t = start();
    apus_answer a = apus_test_post(t, "/orders?dry=yes", NULL);
    apus_expect_status(a, 202);
    apus_expect_header(a, "x-version", "7");
    apus_expect(apus_str_starts(apus_answer_header(a, "set-cookie"), APUS_STR("seen=yes;")));
    apus_test_stop(t);
}

Test(arguments_make_another_dependency)
{
    apus_test *t = start();
    apus_expect_json(apus_test_get(t, "/search?q=foo"), "$", "\"101\"");
    apus_expect_json(apus_test_get(t, "/search?q=bar"), "$", "\"000\"");
    apus_expect_json(apus_test_get(t, "/search?q=foobar"), "$", "\"111\"");
    apus_test_stop(t);
}

Test(ends_run_from_the_inside_out)
{
    apus_test *t = start();
    trace[0] = '\0';
    apus_expect_json(apus_test_get(t, "/ends/false"), "$", "2");
    apus_expect(strcmp(trace, "inner outer ") == 0);
    trace[0] = '\0';
    apus_expect_status(apus_test_get(t, "/ends/true"), 409); /* it stays one, whoever saw it */
    apus_expect(strcmp(trace, "inner! outer! ") == 0);
    apus_test_stop(t);
}

static apus_str other_key(apus_req *req)
{
    (void)req;
    return APUS_STR("k2");
}

Test(a_test_may_replace_them)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_override(t, known_key, other_key);
    apus_test_header(t, "X-API-Key", "k2");
    apus_expect_status(apus_test_post(t, "/orders", NULL), 201);
    apus_test_stop(t);
}

static apus_str seen = APUS_STR_INIT("?");

static void pass_everybody(apus_req *req, api_key key, apus_str known)
{
    (void)req;
    (void)known;
    seen = key.value;
}

Test(what_replaces_them_needs_no_credential)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_status(apus_test_post(t, "/orders", NULL), 401);
    apus_override(t, check_key, pass_everybody);
    apus_expect_status(apus_test_post(t, "/orders", NULL), 201);
    apus_expect(seen.ptr && seen.len == 0);
    apus_override(t, check_key, check_key);
    apus_expect_status(apus_test_post(t, "/orders", NULL), 401);
    apus_test_stop(t);
}

/* --- a dependency that answers --- */

App(doors, title = "Doors", version = "1.0.0");

static int n_entered;

/// Whoever has no name is sent to where one gives it.
static apus_str visitor(apus_req *req, apus_str *name Query())
{
    if (!name)
        apus_respond_with(req, apus_redirect(req, 303, "/login"));
    return name ? *name : APUS_STR("");
}

Get("/door")
apus_strs enter(apus_req *req, apus_str who Depends(visitor))
{
    n_entered++;
    apus_strs all = { apus_new_n(req, apus_str, 1), 1 };
    all.ptr[0] = who;
    return all;
}

Test(a_dependency_answers_in_place_of_the_handler)
{
    apus_test *t = apus_test_start(&doors_app);
    apus_answer a = apus_test_get(t, "/door");
    apus_expect_status(a, 303);
    apus_expect_header(a, "location", "/login");
    apus_expect(n_entered == 0);
    apus_expect_json(apus_test_get(t, "/door?name=ada"), "$", "[\"ada\"]");
    apus_test_stop(t);
}
