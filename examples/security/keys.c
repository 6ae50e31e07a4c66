/* API keys and HTTP Basic: for programs, and for people with a browser. */
#include <apus/apus.h>

App(prices, title = "Prices", version = "1.0.0");

/// For programs; ask for one.
Security(api_key, header = "X-API-Key");

/// For people.
Security(staff_login, basic, realm = "staff");

// Where keys are kept, they are kept as hashes; here there is one.
static const char known_key[] = "key-7f3a9c";

/// Who has the key.
static void check_key(apus_req *req, api_key key)
{
    if (!apus_equal_secret(key.value, apus_str_of(known_key)))
        apus_unauthorized(req, "This key opens nothing");
}

/// Today's price.
Get("/price", depends = [check_key])
double read_price(apus_req *req)
{
    (void)req;
    return 9.5;
}

/// Members of the staff.
static const char *staff(apus_req *req, staff_login login)
{
    apus_login who = apus_login_of(req, login.value);
    bool is_name = apus_equal_secret(who.username, APUS_STR("ada"));
    bool is_password = apus_equal_secret(who.password, APUS_STR("wonderland"));
    if (!is_name || !is_password)
        return apus_unauthorized(req, "Incorrect username or password");
    return who.username.ptr;
}

/// Greets the staff.
Get("/staff")
apus_str greet_staff(apus_req *req, const char *name Depends(staff))
{
    return apus_strf(req, "Good morning, %s", name);
}

/// Either will do: a pointer is NULL where nothing was sent.
Get("/orders")
apus_str read_orders(apus_req *req, api_key *key, staff_login *login)
{
    if (key)
        check_key(req, *key);
    else if (login)
        staff(req, *login);
    else
        apus_unauthorized(req, "Not authenticated");
    return key ? APUS_STR("as a program") : APUS_STR("as a person");
}

Test(keys_open)
{
    apus_test *t = apus_test_start(&prices_app);
    apus_answer a = apus_test_get(t, "/price");
    apus_expect_status(a, 401);
    apus_expect_header(a, "www-authenticate", "APIKey");
    apus_test_header(t, "X-API-Key", "key-000000");
    apus_expect_status(apus_test_get(t, "/price"), 401);
    apus_test_header(t, "X-API-Key", known_key);
    apus_expect_json(apus_test_get(t, "/price"), "$", "9.5");
    apus_test_stop(t);
}

Test(browsers_ask_for_a_name_and_a_password)
{
    apus_test *t = apus_test_start(&prices_app);
    apus_expect_header(apus_test_get(t, "/staff"), "www-authenticate", "Basic realm=\"staff\"");
    apus_test_header(t, "Authorization", "Basic YWRhOndvbmRlcmxhbmQ=");
    apus_expect_json(apus_test_get(t, "/staff"), "$", "\"Good morning, ada\"");
    apus_test_header(t, "Authorization", "Basic YWRhOldvbmRlcmxhbmQ=");
    apus_expect_status(apus_test_get(t, "/staff"), 401);
    apus_test_stop(t);
}

Test(either_will_do)
{
    apus_test *t = apus_test_start(&prices_app);
    apus_expect_status(apus_test_get(t, "/orders"), 401);
    apus_test_header(t, "Authorization", "Basic YWRhOndvbmRlcmxhbmQ=");
    apus_expect_json(apus_test_get(t, "/orders"), "$", "\"as a person\"");
    apus_test_header(t, "X-API-Key", known_key);
    apus_expect_json(apus_test_get(t, "/orders"), "$", "\"as a program\"");
    apus_test_stop(t);
}
