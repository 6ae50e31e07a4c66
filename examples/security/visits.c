/* Sessions: who is at the browser, in a signed cookie. */
#include <apus/apus.h>
#include <string.h>

App(shop, title = "Shop", version = "1.0.0");

/// SHOP_SESSION_KEYS is a list: ["new key of 16 bytes or more", "the one before"]
typedef struct settings {
    apus_strs session_keys Field(min_items = 1, secret, default = ["not for production"]);
} settings;
Settings(settings, .prefix = "SHOP_");

/// What a browser keeps for us.
typedef struct visit {
    apus_str *user;
    int32_t pages Field(default = 0);
} visit;

const apus_sessions *open_sessions(apus_worker *w, const settings *s Depends(read_settings))
{
    return apus_sessions_create(w, visit, &(apus_session_options){ .keys = s->session_keys });
}

Security(session_cookie, cookie = "session");

visit *open_visit(apus_req *req, session_cookie *cookie,
                  const apus_sessions *sessions Depends(open_sessions))
{
    (void)cookie; // who takes it is called before the body is read, and shown in the document
    visit *v = apus_session(req, sessions);
    if (v->user)
        apus_identify(req, &(apus_principal){ .id = *v->user });
    return v;
}

/// Who is logged in.
const char *current_user(apus_req *req, const visit *v Depends(open_visit))
{
    return v->user ? v->user->ptr : apus_unauthorized(req, "Please log in");
}

/// Counts what somebody looks at, logged in or not.
Get("/")
int32_t front_page(apus_req *req, visit *v Depends(open_visit))
{
    (void)req;
    return ++v->pages;
}

Post("/login")
void log_in(apus_req *req, apus_str name Body(embed), visit *v Depends(open_visit))
{
    v->user = apus_new(req, apus_str); // after the password was looked at
    *v->user = name;
}

Post("/logout")
void log_out(apus_req *req, visit *v Depends(open_visit))
{
    (void)req;
    apus_session_end(v);
}

Get("/orders")
apus_str read_orders(apus_req *req, const char *name Depends(current_user))
{
    return apus_strf(req, "the orders of %s", name);
}

// Browsers that are not logged in are sent to where they can.
OnFail(401)
apus_response *on_stranger(apus_req *req)
{
    bool is_page = strstr(apus_req_header(req, "accept").ptr, "text/html") != NULL;
    return is_page ? apus_redirect(req, 303, "/login.html") : NULL;
}

/* A browser: sends the cookie that was set last. */
static void keep_cookie(apus_test *t, apus_answer a)
{
    char line[400] = "";
    apus_str set = apus_answer_header(a, "set-cookie");
    apus_expect(set.len > 0 && apus_str_find(set, ';') < sizeof(line));
    memcpy(line, set.ptr, apus_str_find(set, ';'));
    apus_test_header(t, "Cookie", line);
}

Test(a_browser_is_known_again)
{
    apus_test *t = apus_test_start(&shop_app);
    keep_cookie(t, apus_test_get(t, "/"));
    apus_answer a = apus_test_get(t, "/");
    apus_expect_json(a, "$", "2");
    keep_cookie(t, a);
    apus_expect_status(apus_test_get(t, "/orders"), 401);
    keep_cookie(t, apus_test_post(t, "/login", APUS_JSON({ "name" : "ada" })));
    apus_expect_json(apus_test_get(t, "/orders"), "$", "\"the orders of ada\"");
    keep_cookie(t, apus_test_post(t, "/logout", NULL));
    apus_expect_status(apus_test_get(t, "/orders"), 401);
    apus_test_header(t, "Accept", "text/html");
    apus_expect_header(apus_test_get(t, "/orders"), "location", "/login.html");
    apus_test_stop(t);
}
