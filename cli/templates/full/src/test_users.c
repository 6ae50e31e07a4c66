#include "testing.h"

static apus_answer log_in(apus_test *t, const char *form)
{
    return apus_test_send(t, "POST", "/token", "application/x-www-form-urlencoded",
                          apus_str_of(form));
}

Test(who_logs_in_is_known)
{
    apus_test *t = start();
    apus_expect_status(apus_test_get(t, "/users/me"), 401);
    sign_in(t, "ada@example.com");
    apus_expect_json(apus_test_get(t, "/users/me"), "$",
                     APUS_JSON({ "id" : 1, "email" : "ada@example.com", "name" : "Somebody" }));
    apus_test_stop(t);
}

Test(a_wrong_password_opens_nothing)
{
    apus_test *t = start();
    sign_in(t, "ada@example.com");
    apus_expect_status(log_in(t, "username=ada@example.com&password=Wonderland"), 400);
    apus_expect_status(log_in(t, "username=bob@example.com&password=wonderland"), 400);
    apus_expect_status(log_in(t, "username=ada@example.com"), 422);
    apus_test_header(t, "Authorization", "Bearer v1.1767225600.MQ.nonsense");
    apus_expect_status(apus_test_get(t, "/users/me"), 401);
    apus_test_stop(t);
}

Test(an_address_has_one_account)
{
    apus_test *t = start();
    sign_in(t, "ada@example.com");
    const char *again =
        APUS_JSON({ "email" : "ada@example.com", "name" : "Ada", "password" : "looking-glass" });
    apus_expect_status(apus_test_post(t, "/users", again), 409);
    const char *odd = APUS_JSON({ "email" : "ada", "name" : "", "password" : "short" });
    apus_answer a = apus_test_post(t, "/users", odd);
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[2].loc", APUS_JSON([ "body", "password" ]));
    apus_test_stop(t);
}

static const settings *closed(apus_worker *w)
{
    settings *s = apus_worker_new(w, settings);
    *s = (settings){ .database = APUS_STR(":memory:"),
                     .secret = APUS_STR("a secret that only the tests know") };
    return s;
}

Test(strangers_may_be_kept_out)
{
    apus_test *t = apus_test_start(&projectname_app);
    apus_override(t, read_settings, closed);
    const char *stranger =
        APUS_JSON({ "email" : "eve@example.com", "name" : "Eve", "password" : "snake-snake" });
    apus_expect_status(apus_test_post(t, "/users", stranger), 403);
    apus_test_stop(t);
}

Test(the_database_answers)
{
    apus_test *t = start();
    apus_expect_json(apus_test_get(t, "/health"), "$.status", "\"ok\"");
    apus_test_stop(t);
}
