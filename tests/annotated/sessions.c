/* Sessions in a cookie: begun, kept, changed, renewed, ended; and what does not count. */
#include <apus/apus.h>
#include <apus/clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

App(shop, title = "Shop", version = "1.0.0");

Security(visit_cookie, cookie = "visit", scopes = { read : "See orders." });

typedef struct visit {
    apus_str *user;
    int32_t pages Field(default = 0);
    apus_strs seen Field(default = [], max_items = 3);
} visit;

static apus_str words[] = { APUS_STR_INIT("0123456789abcdef-new"),
                            APUS_STR_INIT("0123456789abcdef-old") };
static size_t n_words = 1, first_word;
static int64_t max_age;

static const apus_sessions *open_sessions(apus_worker *w)
{
    return apus_sessions_create(w, visit,
                                &(apus_session_options){
                                    .keys = { words + first_word, n_words },
                                    .name = "visit",
                                    .same_site = "strict",
                                    .max_age = max_age,
                                    .https_only = true,
                                });
}

static visit *open_visit(apus_req *req, visit_cookie *cookie,
                         const apus_sessions *sessions Depends(open_sessions))
{
    (void)cookie;
    visit *v = apus_session(req, sessions);
    if (v->user) {
        apus_str read = APUS_STR("read");
        apus_identify(req, &(apus_principal){ .id = *v->user, .scopes = { &read, 1 } });
    }
    return v;
}

Post("/login")
void login(apus_req *req, apus_str name Body(embed), visit *v Depends(open_visit))
{
    v->user = apus_new(req, apus_str);
    *v->user = name;
}

Post("/logout")
void logout(apus_req *req, visit *v Depends(open_visit))
{
    (void)req;
    apus_session_end(v);
}

Post("/page/{fails}")
int32_t page(apus_req *req, bool fails, visit *v Depends(open_visit))
{
    v->pages++;
    if (fails)
        apus_fail(req, 409, NULL, "no");
    return v->pages;
}

/// What the session says.
Get("/visit")
const visit *see(apus_req *req, visit *v Depends(open_visit))
{
    (void)req;
    return v;
}

Get("/orders", scopes = "read")
apus_str orders(apus_req *req, visit *v Depends(open_visit))
{
    (void)v;
    return apus_req_principal(req)->id;
}

Post("/seen/{n}")
void see_much(apus_req *req, uint32_t n, visit *v Depends(open_visit))
{
    char *text = apus_new_n(req, char, 4000);
    memset(text, 'x', 4000);
    v->seen.ptr = apus_new_n(req, apus_str, n + 1);
    for (v->seen.len = 0; v->seen.len < n; v->seen.len++)
        v->seen.ptr[v->seen.len] = (apus_str){ text, n == 1 ? 4000 : 1 };
}

/* The value in Set-Cookie, kept and sent from now on; NULL where there is none. */
static const char *take_cookie(apus_test *t, apus_answer a)
{
    static char line[6000];
    apus_str set = apus_answer_header(a, "set-cookie");
    if (!set.len)
        return NULL;
    apus_str pair = apus_str_slice(set, 0, apus_str_find(set, ';'));
    snprintf(line, sizeof(line), "%.*s", APUS_FMT(pair));
    apus_test_header(t, "Cookie", line);
    return line + strlen("visit=");
}

/* --- what keeps the program from starting --- */

App(weak, title = "Weak", version = "1.0.0");

static const apus_sessions *open_weak(apus_worker *w)
{
    apus_str word = APUS_STR("swordfish");
    return apus_sessions_create(w, visit, &(apus_session_options){ .keys = { &word, 1 } });
}

Get("/weak")
void weak(apus_req *req, const apus_sessions *s Depends(open_weak))
{
    (void)req;
    (void)s;
}

App(wrong, title = "Wrong", version = "1.0.0");

typedef struct named {
    apus_str name;
} named;

static const apus_sessions *open_wrong(apus_worker *w)
{
    return apus_sessions_create(w, named, &(apus_session_options){ .keys = { words, 1 } });
}

Get("/wrong")
void wrong(apus_req *req, const apus_sessions *s Depends(open_wrong))
{
    (void)req;
    (void)s;
}

static const char *expected;

static void end_test(const char *text)
{
    bool is_said = strstr(text, expected) != NULL;
    if (!is_said)
        fprintf(stderr, "%s\n", text);
    exit(!is_said);
}

Test(short_keys_are_refused_at_the_start)
{
    expected = "open_weak: key 1 has fewer than 16 bytes";
    apus_test_on_fail(end_test);
    apus_answer a = apus_test_get(apus_test_start(&weak_app), "/weak");
    apus_expect(a.status < 0); // it has answered
}

Test(a_session_must_be_able_to_begin)
{
    expected = "each member of Named needs a default or is a pointer";
    apus_test_on_fail(end_test);
    apus_answer a = apus_test_get(apus_test_start(&wrong_app), "/wrong");
    apus_expect(a.status < 0); // it has answered
}

Test(a_session_is_kept_in_a_cookie)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/visit");
    apus_expect_json(a, "$", APUS_JSON({ "user" : null, "pages" : 0, "seen" : [] }));
    apus_expect_header(a, "set-cookie", "");
    apus_expect_header(a, "vary", "Cookie");

    a = apus_test_post(t, "/login", "{\"name\": \"ada\"}");
    apus_str set = apus_answer_header(a, "set-cookie");
    apus_expect(apus_str_starts(set, APUS_STR("visit=v1.")));
    apus_expect(strstr(a.head.ptr, "HttpOnly") && strstr(a.head.ptr, "Secure"));
    apus_expect(strstr(a.head.ptr, "SameSite=strict") && strstr(a.head.ptr, "Max-Age=1209600"));
    apus_expect(take_cookie(t, a) != NULL);

    a = apus_test_get(t, "/visit");
    apus_expect_json(a, "$.user", "\"ada\"");
    apus_expect_header(a, "set-cookie", ""); /* unchanged */
    apus_expect_json(apus_test_post(t, "/page/false", NULL), "$", "1");
    apus_test_stop(t);
}

Test(a_request_that_fails_changes_nothing)
{
    apus_test *t = apus_test_start(&shop_app);
    take_cookie(t, apus_test_post(t, "/page/false", NULL));
    apus_answer a = apus_test_post(t, "/page/true", NULL);
    apus_expect_status(a, 409);
    apus_expect_header(a, "set-cookie", "");
    apus_expect_json(apus_test_get(t, "/visit"), "$.pages", "1");
    apus_test_stop(t);
}

Test(what_ends_is_forgotten)
{
    apus_test *t = apus_test_start(&shop_app);
    take_cookie(t, apus_test_post(t, "/login", "{\"name\": \"ada\"}"));
    apus_answer a = apus_test_post(t, "/logout", NULL);
    apus_expect(apus_str_starts(apus_answer_header(a, "set-cookie"), APUS_STR("visit=;")));
    apus_expect(strstr(a.head.ptr, "Max-Age=0"));
    apus_test_header(t, "Cookie", NULL);
    apus_expect_header(apus_test_post(t, "/logout", NULL), "set-cookie", "");
    apus_test_stop(t);
}

Test(a_cookie_that_is_not_ours_counts_as_none)
{
    static const char *const cookies[] = {
        "visit=",
        "visit=x",
        "visit=v1.1.e30.AAAA",
        "visit=v1.99999999999.eyJ1c2VyIjoiYWRhIn0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    apus_test *t = apus_test_start(&shop_app);
    for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
        apus_test_header(t, "Cookie", cookies[i]);
        apus_answer a = apus_test_get(t, "/visit");
        apus_expect_status(a, 200);
        apus_expect_json(a, "$.user", "null");
    }
    apus_test_stop(t);
}

Test(the_first_cookie_that_counts_is_taken)
{
    static char both[6000];
    apus_test *t = apus_test_start(&shop_app);
    const char *ours = take_cookie(t, apus_test_post(t, "/login", "{\"name\": \"ada\"}"));
    snprintf(both, sizeof(both), "visit=planted; visit=%s; visit=also", ours);
    apus_test_header(t, "Cookie", both);
    apus_expect_json(apus_test_get(t, "/visit"), "$.user", "\"ada\"");
    apus_test_stop(t);
}

Test(an_old_key_still_counts_and_is_replaced)
{
    first_word = 1;
    apus_test *t = apus_test_start(&shop_app);
    static char line[6000];
    snprintf(line, sizeof(line), "visit=%s",
             take_cookie(t, apus_test_post(t, "/login", "{\"name\": \"ada\"}")));
    apus_test_stop(t);

    first_word = 0;
    n_words = 2;
    t = apus_test_start(&shop_app);
    apus_test_header(t, "Cookie", line);
    apus_answer a = apus_test_get(t, "/visit");
    apus_expect_json(a, "$.user", "\"ada\"");
    apus_expect(take_cookie(t, a) != NULL); /* sealed anew */
    apus_expect_header(apus_test_get(t, "/visit"), "set-cookie", "");
    apus_test_stop(t);

    n_words = 1;
    t = apus_test_start(&shop_app);
    apus_test_header(t, "Cookie", line);
    apus_expect_json(apus_test_get(t, "/visit"), "$.user", "null");
    apus_test_stop(t);
}

/* A cookie of ours, sealed so many seconds ago. */
static void send_sealed(apus_test *t, int64_t age, const char *json)
{
    static char line[6000];
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_buf b = apus_buf_in(&a);
    apus_str text;
    apus_buf_lit(&b, "visit=");
    apus_expect(!apus_seal_write(&b, (apus_strs){ words, 1 }, APUS_STR("visit"),
                                 apus_clock_wall() / 1000000000 - age, apus_str_of(json)));
    apus_expect(!apus_buf_take(&b, &text));
    snprintf(line, sizeof(line), "%s", text.ptr);
    apus_arena_finish(&a);
    apus_test_header(t, "Cookie", line);
}

Test(a_session_is_renewed_and_grows_too_old)
{
    max_age = 1000;
    apus_test *t = apus_test_start(&shop_app);
    send_sealed(t, 400, "{\"user\":\"ada\"}");
    apus_answer a = apus_test_get(t, "/visit");
    apus_expect_json(a, "$.user", "\"ada\"");
    apus_expect_header(a, "set-cookie", "");
    send_sealed(t, 600, "{\"user\":\"ada\"}");
    a = apus_test_get(t, "/visit");
    apus_expect_json(a, "$.user", "\"ada\"");
    apus_expect(strstr(a.head.ptr, "Max-Age=1000"));
    send_sealed(t, 1001, "{\"user\":\"ada\"}");
    apus_expect_json(apus_test_get(t, "/visit"), "$.user", "null");
    apus_test_stop(t);
}

Test(a_session_of_another_shape_begins_anew)
{
    apus_test *t = apus_test_start(&shop_app);
    send_sealed(t, 0, "{\"pages\":\"many\"}");
    apus_expect_json(apus_test_get(t, "/visit"), "$.pages", "0");
    send_sealed(t, 0, "no JSON");
    apus_expect_json(apus_test_get(t, "/visit"), "$.pages", "0");
    apus_test_stop(t);
}

Test(a_session_says_who_is_calling)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/orders");
    apus_expect_status(a, 401);
    apus_expect_header(a, "www-authenticate", "APIKey");
    take_cookie(t, apus_test_post(t, "/login", "{\"name\": \"ada\"}"));
    apus_expect_json(apus_test_get(t, "/orders"), "$", "\"ada\"");
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.paths./orders.get.security",
                     APUS_JSON([ { "visit_cookie" : ["read"] } ]));
    apus_test_stop(t);
}

Test(what_no_cookie_can_hold_is_a_failure)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_post(t, "/seen/1", NULL);
    apus_expect_status(a, 500);
    apus_expect_json(a, "$.code", "\"session_too_large\"");
    a = apus_test_post(t, "/seen/4", NULL); /* over max_items */
    apus_expect_status(a, 500);
    apus_expect_json(a, "$.code", "\"session_invalid\"");
    apus_expect_status(apus_test_post(t, "/seen/3", NULL), 200);
    apus_test_stop(t);
}
