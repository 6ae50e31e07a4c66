/* Schemes and scopes: what is extracted, what is refused and with which challenge, what a route
 * requires of its caller, and what the document says of it. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

App(shop, title = "Shop", version = "1.0.0");

Security(api_key, header = "X-API-Key");
Security(query_key, query = "key");
Security(cookie_key, cookie = "key");
Security(login, basic, realm = "the shop");
Security(digest, digest);
Security(token, bearer, realm = "the shop", format = "JWT");
Security(user_token, name = "UserToken", description = "Who is calling.",
         oauth2 = { password : "token" },
         scopes = { read : "See orders.", trade : "Place orders.", eu : "In Europe." });
Security(sso, openid = "https://id.example/.well-known/openid-configuration");

/* --- extraction: each gives back what it was sent --- */

Get("/shop/key")
apus_str with_key(apus_req *req, api_key k)
{
    (void)req;
    return k.value;
}

Get("/shop/query")
apus_str with_query(apus_req *req, query_key k)
{
    (void)req;
    return k.value;
}

Get("/shop/cookie")
apus_str with_cookie(apus_req *req, cookie_key k)
{
    (void)req;
    return k.value;
}

Get("/shop/login")
apus_str with_login(apus_req *req, login l)
{
    apus_login who = apus_login_of(req, l.value);
    return apus_strf(req, "%s|%s", who.username.ptr, who.password.ptr);
}

Get("/shop/digest")
apus_str with_digest(apus_req *req, digest d)
{
    (void)req;
    return d.value;
}

Get("/shop/sso")
apus_str with_sso(apus_req *req, sso s)
{
    (void)req;
    return s.value;
}

/// Either of them will do.
Get("/shop/either")
apus_str with_either(apus_req *req, api_key *key, token *t)
{
    if (!key && !t)
        apus_unauthorized(req, "A key or a token, please");
    return key ? key->value : t ? t->value : APUS_STR("");
}

/// Both must be there.
Get("/shop/both")
apus_str with_both(apus_req *req, api_key key, token t)
{
    return apus_strf(req, "%s %s", key.value.ptr, t.value.ptr);
}

/* --- who is calling: a token is a list of scopes --- */

static apus_strs words(apus_req *req, apus_str text)
{
    apus_strs list = { .ptr = apus_new_n(req, apus_str, text.len + 1) };
    while (text.len) {
        size_t end = apus_str_find(text, '+');
        list.ptr[list.len++] = apus_str_slice(text, 0, end);
        text = end == SIZE_MAX ? APUS_STR("") : apus_str_slice(text, end + 1, SIZE_MAX);
    }
    return list;
}

static const char *current_user(apus_req *req, user_token t)
{
    if (apus_str_eq(t.value, APUS_STR("forged")))
        return apus_unauthorized(req, "Could not validate credentials");
    apus_identify(req, &(apus_principal){ .id = t.value, .scopes = words(req, t.value) });
    return t.value.ptr;
}

static const char *trader(apus_req *req, const char *name Depends(current_user, scopes = "trade"))
{
    (void)req;
    return name;
}

static int handled; /* handlers that ran */

/* What the route requires, as it would stand in a challenge. */
static apus_str required(apus_req *req)
{
    apus_strs scopes = apus_req_scopes(req);
    apus_str text = APUS_STR("");
    handled++;
    for (size_t i = 0; i < scopes.len; i++)
        text = apus_strf(req, "%s%s%s", text.ptr, i ? " " : "", scopes.ptr[i].ptr);
    return text;
}

Get("/shop/anyone")
apus_str anyone(apus_req *req, const char *name Depends(current_user))
{
    (void)name;
    return required(req);
}

Get("/shop/trade")
apus_str trade(apus_req *req, const char *name Depends(trader))
{
    (void)name;
    return required(req);
}

Post("/shop/eu-trade", scopes = "eu")
apus_str eu_trade(apus_req *req, const char *name Depends(trader), int n Body(embed))
{
    (void)name;
    (void)n;
    return required(req);
}

/* Requires it only of some. */
Get("/shop/big/{n}")
apus_str big(apus_req *req, int n, const char *name Depends(current_user))
{
    (void)name;
    if (n > 10 && !apus_need_scope(req, "trade"))
        return APUS_STR("");
    return apus_has_scope(req, "trade") ? APUS_STR("trader") : APUS_STR("reader");
}

/* A caller that is known from the body only. */
static void from_body(apus_req *req, apus_str secret Body(embed), user_token *unused)
{
    (void)unused;
    apus_identify(req, &(apus_principal){ .id = secret, .scopes = words(req, secret) });
}

Post("/shop/late", depends = [from_body], scopes = "trade")
apus_str late(apus_req *req)
{
    return required(req);
}

static const char *of_tenant(apus_req *req, user_token t, int tenant Query(ge = 1))
{
    (void)tenant;
    apus_identify(req, &(apus_principal){ .id = t.value, .scopes = words(req, t.value) });
    return t.value.ptr;
}

Get("/shop/tenant", scopes = "read")
apus_str tenant(apus_req *req, const char *name Depends(of_tenant))
{
    (void)name;
    return required(req);
}

Get("/shop/nobody", scopes = "read")
apus_str nobody(apus_req *req, user_token t)
{
    (void)t;
    return required(req);
}

Sse("/shop/events", scopes = "read")
void events(apus_req *req, apus_sse *out, const char *name Depends(current_user))
{
    (void)out;
    (void)name;
    required(req);
}

WebSocket("/shop/ticks", scopes = "read")
void ticks(apus_req *req, apus_ws *ws, const char *name Depends(current_user))
{
    required(req);
    apus_ws_send_text(ws, apus_str_of(name));
}

/* --- a call of its own --- */

static int calls;

static int next_number(apus_req *req)
{
    (void)req;
    return ++calls;
}

static int twice(apus_req *req, int a Depends(next_number), int b Depends(next_number, fresh))
{
    (void)req;
    return a * 10 + b;
}

Get("/shop/fresh")
apus_str with_fresh(apus_req *req, int a Depends(next_number), int b Depends(twice),
                    int c Depends(next_number, fresh), int d Depends(twice))
{
    return apus_strf(req, "%d %d %d %d", a, b, c, d);
}

/* --- a failure in the place of another --- */

static void soften(apus_req *req, void *unused)
{
    (void)unused;
    if (apus_failed_status(req) == 409)
        apus_fail_instead(req, 400, "soft", "was %s",
                          apus_json_text_or(apus_failed_detail(req), APUS_STR("?")).ptr);
}

static void softened(apus_req *req)
{
    apus_finally(req, soften, NULL);
}

Get("/shop/instead/{status}", depends = [softened])
void instead(apus_req *req, int status)
{
    if (status == 0)
        return;
    apus_fail(req, status, "hard", "stone");
    apus_fail_header(req, "X-Hard", "yes");
}

/* --- logging in --- */

Post("/shop/form")
apus_str with_form(apus_req *req, const apus_password_form *form Depends(apus_password_form_read))
{
    return apus_strf(req, "%s %zu %s", form->username.ptr, form->scopes.len,
                     form->client_id ? form->client_id->ptr : "-");
}

Post("/shop/strict")
apus_str with_strict(apus_req *req,
                     const apus_password_form *form Depends(apus_password_form_read_strict))
{
    return apus_strf(req, "%s %zu", form->username.ptr, form->scopes.len);
}

/* --- in routers --- */

Router(orders, prefix = "/orders", scopes = "read");
Router(books, prefix = "/books");
Include(shop_app, orders_router);
Include(shop_app, books_router, prefix = "/eu", scopes = [ "eu", "read" ]);

Router(more_orders, prefix = "/more", scopes = "trade");
Include(orders_router, more_orders_router);

Get("/all")
apus_str all_orders(apus_req *req, const char *name Depends(current_user))
{
    (void)name;
    return required(req);
}

Router(more_books, prefix = "/more");
Include(books_router, more_books_router);

Get("/all", scopes = "trade")
apus_str all_books(apus_req *req, const char *name Depends(trader))
{
    (void)name;
    return required(req);
}

/* --- tests --- */

static void expect_text(apus_answer a, const char *text)
{
    apus_expect_status(a, 200);
    apus_expect(a.body.len == strlen(text) + 2);
    apus_expect(memcmp(a.body.ptr + 1, text, strlen(text)) == 0);
}

static void expect_refused(apus_answer a, int status, const char *challenge)
{
    apus_expect_status(a, status);
    apus_expect_header(a, "www-authenticate", challenge);
}

Test(credentials_are_extracted)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_refused(apus_test_get(t, "/shop/key"), 401, "APIKey");
    expect_refused(apus_test_get(t, "/shop/query"), 401, "APIKey");
    expect_refused(apus_test_get(t, "/shop/query?key="), 401, "APIKey");
    expect_refused(apus_test_get(t, "/shop/cookie"), 401, "APIKey");
    expect_refused(apus_test_get(t, "/shop/login"), 401, "Basic realm=\"the shop\"");
    expect_refused(apus_test_get(t, "/shop/digest"), 401, "Digest");
    expect_refused(apus_test_get(t, "/shop/sso"), 401, "Bearer");
    apus_expect_json(apus_test_get(t, "/shop/key"), "$",
                     APUS_JSON({ "detail" : "Not authenticated" }));

    apus_test_header(t, "X-API-Key", "k1");
    apus_test_header(t, "Cookie", "a=b; key=k3");
    expect_text(apus_test_get(t, "/shop/key"), "k1");
    expect_text(apus_test_get(t, "/shop/query?key=k%202"), "k 2");
    expect_text(apus_test_get(t, "/shop/cookie"), "k3");
    apus_test_header(t, "Authorization", "basic YWRhOmE6Yg=="); /* ada:a:b */
    expect_text(apus_test_get(t, "/shop/login"), "ada|a:b");
    apus_test_header(t, "Authorization", "Basic YWRh"); /* no colon */
    expect_refused(apus_test_get(t, "/shop/login"), 401, "Basic realm=\"the shop\"");
    apus_test_header(t, "Authorization", "Digest username=ada, nonce=1");
    expect_text(apus_test_get(t, "/shop/digest"), "username=ada, nonce=1");
    expect_refused(apus_test_get(t, "/shop/sso"), 401, "Bearer");
    apus_test_header(t, "Authorization", "bearer  t");
    expect_text(apus_test_get(t, "/shop/sso"), "t");
    apus_test_stop(t);
}

static apus_answer send_raw(apus_test *t, const char *path, const char *headers)
{
    char text[400];
    int n = snprintf(text, sizeof(text),
                     "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", path, headers);
    return apus_test_raw(t, (apus_str){ text, (size_t)n });
}

Test(a_credential_that_comes_twice_is_none)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_text(send_raw(t, "/shop/sso", "Authorization: Bearer a\r\n"), "a");
    expect_refused(
        send_raw(t, "/shop/sso", "Authorization: Bearer a\r\nauthorization: Bearer b\r\n"), 401,
        "Bearer");
    expect_refused(send_raw(t, "/shop/key", "X-API-Key: a\r\nX-Api-Key: b\r\n"), 401, "APIKey");
    apus_test_stop(t);
}

Test(no_token_is_taken_from_the_query)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_refused(apus_test_get(t, "/shop/sso?access_token=t&authorization=Bearer%20t"), 401,
                   "Bearer");
    apus_test_stop(t);
}

Test(one_of_several_schemes_will_do)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/shop/either");
    apus_expect_status(a, 401);
    apus_expect(strstr(a.head.ptr, "www-authenticate: APIKey\r\n"));
    apus_expect(strstr(a.head.ptr, "www-authenticate: Bearer realm=\"the shop\"\r\n"));
    apus_test_header(t, "Authorization", "Bearer t");
    expect_text(apus_test_get(t, "/shop/either"), "t");
    expect_refused(apus_test_get(t, "/shop/both"), 401, "APIKey");
    apus_test_header(t, "X-API-Key", "k");
    expect_text(apus_test_get(t, "/shop/either"), "k");
    expect_text(apus_test_get(t, "/shop/both"), "k t");
    apus_test_stop(t);
}

Test(a_caller_must_have_the_scopes)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_refused(apus_test_get(t, "/shop/anyone"), 401, "Bearer");
    apus_test_header(t, "Authorization", "Bearer forged");
    expect_refused(apus_test_get(t, "/shop/anyone"), 401, "Bearer");
    expect_refused(apus_test_get(t, "/shop/trade"), 401, "Bearer scope=\"trade\"");
    apus_test_header(t, "Authorization", "Bearer read");
    expect_text(apus_test_get(t, "/shop/anyone"), "");
    apus_answer a = apus_test_get(t, "/shop/trade");
    expect_refused(a, 403, "Bearer error=\"insufficient_scope\", scope=\"trade\"");
    apus_expect_json(a, "$.detail", "\"Not enough permissions\"");
    apus_expect_json(a, "$.code", "\"insufficient_scope\"");
    apus_test_header(t, "Authorization", "Bearer read+trade");
    expect_text(apus_test_get(t, "/shop/trade"), "trade");
    apus_test_stop(t);
}

Test(scopes_are_looked_at_before_the_body)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "Authorization", "Bearer trade");
    handled = 0;
    apus_answer a = apus_test_post(t, "/shop/eu-trade", "{");
    expect_refused(a, 403, "Bearer error=\"insufficient_scope\", scope=\"eu trade\"");
    apus_expect(handled == 0);
    apus_test_header(t, "Authorization", "Bearer eu+trade");
    apus_expect_status(apus_test_post(t, "/shop/eu-trade", "{"), 422);
    expect_text(apus_test_post(t, "/shop/eu-trade", "{\"n\": 1}"), "eu trade");
    apus_test_stop(t);
}

Test(scopes_add_up_over_the_tree)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "Authorization", "Bearer read+trade+eu");
    expect_text(apus_test_get(t, "/orders/more/all"), "read trade");
    expect_text(apus_test_get(t, "/eu/books/more/all"), "eu read trade");
    apus_test_header(t, "Authorization", "Bearer trade");
    apus_expect_status(apus_test_get(t, "/orders/more/all"), 403);
    apus_expect_status(apus_test_get(t, "/eu/books/more/all"), 403);
    apus_expect_status(apus_test_get(t, "/shop/events"), 403);
    apus_test_stop(t);
}

Test(who_is_calling_may_stand_in_the_body)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_text(apus_test_post(t, "/shop/late", "{\"secret\": \"trade\"}"), "trade");
    apus_expect_status(apus_test_post(t, "/shop/late", "{\"secret\": \"read\"}"), 403);
    apus_expect_status(apus_test_post(t, "/shop/late", "{}"), 422);
    apus_test_stop(t);
}

Test(without_a_principal_nothing_is_allowed)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "Authorization", "Bearer read");
    handled = 0;
    expect_refused(apus_test_get(t, "/shop/nobody"), 401, "Bearer scope=\"read\"");
    apus_expect(handled == 0);
    apus_test_stop(t);
}

Test(what_would_have_asked_has_wrong_parameters)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_expect_status(apus_test_get(t, "/shop/tenant?tenant=0"),
                       401); /* strangers learn nothing */
    apus_test_header(t, "Authorization", "Bearer read");
    handled = 0;
    apus_answer a = apus_test_get(t, "/shop/tenant?tenant=0");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"greater_than_equal\"");
    apus_expect(handled == 0);
    expect_text(apus_test_get(t, "/shop/tenant?tenant=1"), "read");
    apus_test_stop(t);
}

Test(scopes_are_looked_at_before_the_upgrade)
{
    apus_test *t = apus_test_start(&shop_app);
    handled = 0;
    expect_refused(apus_test_ws_answer(apus_test_ws(t, "/shop/ticks")), 401, "Bearer");
    apus_test_header(t, "Authorization", "Bearer trade");
    expect_refused(apus_test_ws_answer(apus_test_ws(t, "/shop/ticks")), 403,
                   "Bearer error=\"insufficient_scope\", scope=\"read\"");
    apus_expect(handled == 0);
    apus_test_header(t, "Authorization", "Bearer read");
    apus_expect_ws_text(apus_test_ws(t, "/shop/ticks"), "read");
    apus_test_stop(t);
}

Test(a_handler_may_need_more)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "Authorization", "Bearer read");
    expect_text(apus_test_get(t, "/shop/big/1"), "reader");
    expect_refused(apus_test_get(t, "/shop/big/11"), 403,
                   "Bearer error=\"insufficient_scope\", scope=\"trade\"");
    apus_test_header(t, "Authorization", "Bearer trade");
    expect_text(apus_test_get(t, "/shop/big/11"), "trader");
    apus_test_stop(t);
}

Test(a_fresh_dependency_is_called_again)
{
    apus_test *t = apus_test_start(&shop_app);
    calls = 0;
    /* shared: 1; the two fresh ones 2 and 3; twice runs once */
    expect_text(apus_test_get(t, "/shop/fresh"), "1 12 3 12");
    apus_test_stop(t);
}

Test(a_failure_takes_the_place_of_another)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/shop/instead/409");
    apus_expect_status(a, 400);
    apus_expect_json(a, "$", APUS_JSON({ "detail" : "was stone", "code" : "soft" }));
    apus_expect_header(a, "x-hard", "");
    a = apus_test_get(t, "/shop/instead/410");
    apus_expect_status(a, 410);
    apus_expect_header(a, "x-hard", "yes");
    apus_expect_status(apus_test_get(t, "/shop/instead/0"), 200);
    apus_test_stop(t);
}

static apus_answer send_form(apus_test *t, const char *path, const char *form)
{
    return apus_test_send(t, "POST", path, "application/x-www-form-urlencoded", apus_str_of(form));
}

Test(the_form_of_the_password_flow)
{
    apus_test *t = apus_test_start(&shop_app);
    expect_text(
        send_form(t, "/shop/form", "username=ada&password=hunter2&scope=read++trade&client_id=c"),
        "ada 2 c");
    expect_text(send_form(t, "/shop/form", "username=ada&password=hunter2"), "ada 0 -");
    expect_text(send_form(t, "/shop/strict", "grant_type=password&username=ada&password=x&scope=a"),
                "ada 1");
    apus_answer a = send_form(t, "/shop/strict", "username=ada&password=x");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"body\", \"grant_type\"]");
    a = send_form(t, "/shop/form", "grant_type=magic&password=hunter2&client_secret=hunter3");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"string_pattern_mismatch\"");
    apus_expect_json(a, "$.detail[1]", APUS_JSON({
                         "type" : "missing",
                         "loc" : [ "body", "username" ],
                         "msg" : "Field required",
                         "input" : null
                     }));
    apus_expect(!strstr(a.body.ptr, "hunter"));
    apus_test_stop(t);
}

Test(the_document_says_who_may_call)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_json(a, "$.components.securitySchemes.token",
                     APUS_JSON({ "type" : "http", "scheme" : "bearer", "bearerFormat" : "JWT" }));
    apus_expect_json(a, "$.components.securitySchemes.digest",
                     APUS_JSON({ "type" : "http", "scheme" : "digest" }));
    apus_expect_json(
        a, "$.components.securitySchemes.UserToken", APUS_JSON({
            "type" : "oauth2",
            "description" : "Who is calling.",
            "flows" : {
                "password" : {
                    "tokenUrl" : "token",
                    "scopes" :
                        { "read" : "See orders.", "trade" : "Place orders.", "eu" : "In Europe." }
                }
            }
        }));
    apus_expect_json(a, "$.components.securitySchemes.sso", APUS_JSON({
                         "type" : "openIdConnect",
                         "openIdConnectUrl" : "https://id.example/.well-known/openid-configuration"
                     }));
    apus_expect_json(a, "$.paths./shop/either.get.security",
                     APUS_JSON([ { "api_key" : [] }, { "token" : [] } ]));
    apus_expect_json(a, "$.paths./shop/both.get.security",
                     APUS_JSON([ { "api_key" : [], "token" : [] } ]));
    apus_expect_json(a, "$.paths./shop/eu-trade.post.security",
                     APUS_JSON([ { "UserToken" : [ "eu", "trade" ] } ]));
    apus_expect_json(a, "$.paths./eu/books/more/all.get.security",
                     APUS_JSON([ { "UserToken" : [ "eu", "read", "trade" ] } ]));
    apus_test_stop(t);
}
