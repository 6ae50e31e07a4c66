#include "testing.h"

Test(items_are_kept_changed_and_thrown_away)
{
    apus_test *t = start();
    sign_in(t, "ada@example.com");
    apus_answer a = apus_test_post(t, "/items", APUS_JSON({ "title" : "Saw" }));
    apus_expect_status(a, 201);
    apus_expect_json(a, "$", APUS_JSON({ "id" : 1, "title" : "Saw", "description" : "" }));
    apus_test_post(t, "/items", APUS_JSON({ "title" : "Plane" }));
    a = apus_test_patch(t, "/items/1", APUS_JSON({ "description" : "Sharp" }));
    apus_expect_json(a, "$", APUS_JSON({ "id" : 1, "title" : "Saw", "description" : "Sharp" }));
    apus_expect_json(apus_test_get(t, "/items/1"), "$.description", "\"Sharp\"");
    apus_expect_status(apus_test_delete(t, "/items/1"), 204);
    apus_expect_json(apus_test_get(t, "/items"), "$",
                     APUS_JSON([ { "id" : 2, "title" : "Plane", "description" : "" } ]));
    apus_test_stop(t);
}

Test(items_are_their_owners)
{
    apus_test *t = start();
    apus_expect_status(apus_test_get(t, "/items"), 401);
    sign_in(t, "ada@example.com");
    apus_test_post(t, "/items", APUS_JSON({ "title" : "Saw" }));
    sign_in(t, "eve@example.com");
    apus_expect_json(apus_test_get(t, "/items"), "$", "[]");
    apus_expect_status(apus_test_get(t, "/items/1"), 404);
    apus_expect_status(apus_test_patch(t, "/items/1", APUS_JSON({ "title" : "Mine" })), 404);
    apus_expect_status(apus_test_delete(t, "/items/1"), 404);
    apus_test_stop(t);
}

Test(items_keep_their_bounds)
{
    apus_test *t = start();
    sign_in(t, "ada@example.com");
    apus_answer a = apus_test_post(t, "/items", APUS_JSON({ "title" : "" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"string_too_short\"");
    apus_expect_status(apus_test_get(t, "/items?limit=101"), 422);
    apus_test_stop(t);
}
