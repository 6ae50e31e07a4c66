#include <apus/apus.h>

extern const apus_app wording_app;

Test(guests_fail_in_their_own_words)
{
    apus_test *t = apus_test_start(&wording_app);
    apus_answer a = apus_test_get(t, "/guests/mallory");
    apus_expect_status(a, 403);
    apus_expect_header(a, "X-Advice", "ask the owner");
    apus_expect_json(a, "$.message", "\"mallory may not come in any more\"");
    apus_test_stop(t);
}

Test(users_come_back_without_password)
{
    apus_test *t = apus_test_start(&wording_app);
    apus_answer a = apus_test_post(
        t, "/users/",
        APUS_JSON({ "username" : "ada", "password" : "12345678", "email" : "ada@example.org" }));
    apus_expect_status(a, 201);
    apus_expect_json(
        a, "$", APUS_JSON({ "username" : "ada", "email" : "ada@example.org", "full_name" : null }));
    apus_expect_header(a, "Set-Cookie", "visit=first; Path=/; SameSite=lax");
    apus_test_header(t, "X-Token", "one");
    apus_expect_json(apus_test_get(t, "/tokens"), "$", "[\"one\"]");
    apus_expect_status(apus_test_get(t, "/elsewhere?away=1"), 307);
    apus_expect_json(apus_test_get(t, "/elsewhere?how=small"), "$.message", "\"here\"");
    a = apus_test_get(t, "/items/lamp");
    apus_expect_status(a, 400);
    apus_expect_header(a, "Content-Type", "text/plain; charset=utf-8");
    apus_expect_json(apus_test_get(t, "/items/1/name"), "$",
                     APUS_JSON({ "name" : "Lamp", "description" : null }));
    apus_test_stop(t);
}
