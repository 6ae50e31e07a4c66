#include "dependencies.h"
#include "settings.h"

extern const apus_app several_app;

static const char token[] = "chisel";

Test(everybody_needs_the_query_token)
{
    apus_test *t = apus_test_start(&several_app);
    apus_expect_status(apus_test_get(t, "/?token=visitor"), 200);
    apus_answer a = apus_test_get(t, "/?token=stranger");
    apus_expect_status(a, 400);
    apus_expect_json(a, "$.detail", "\"the token opens nothing\"");
    a = apus_test_get(t, "/users/");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "query", "token" ]));
    apus_test_stop(t);
}

Test(items_need_the_header_as_well)
{
    apus_test *t = apus_test_start(&several_app);
    apus_answer a = apus_test_get(t, "/items/?token=visitor");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "header", "x-token" ]));
    apus_test_header(t, "X-Token", token);
    a = apus_test_get(t, "/items/?token=visitor");
    apus_expect_status(a, 200);
    apus_expect_json(
        a, "$",
        APUS_JSON({ "saw" : { "name" : "Hand saw" }, "plane" : { "name" : "Smoothing plane" } }));
    a = apus_test_get(t, "/items/axe?token=visitor");
    apus_expect_status(a, 404);
    a = apus_test_put(t, "/items/plane?token=visitor", "");
    apus_expect_status(a, 403);
    apus_test_stop(t);
}

static const settings *test_settings(apus_worker *w)
{
    settings *s = apus_worker_new(w, settings);
    s->app_name = APUS_STR("Test");
    s->admin_email.text = APUS_STR("ada@example.org");
    s->items_per_user = 3;
    return s;
}

Test(admins_see_the_settings)
{
    apus_test *t = apus_test_start(&several_app);
    apus_override(t, read_settings, test_settings);
    apus_test_header(t, "X-Token", token);
    apus_answer a = apus_test_get(t, "/admin/info?token=visitor");
    apus_expect_json(a, "$.items_per_user", "3");
    apus_expect_status(apus_test_post(t, "/admin/?token=visitor", ""), 200);
    apus_test_stop(t);
}
