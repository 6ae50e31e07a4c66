/* docs_src/security/tutorial001, security/tutorial003, dependencies/tutorial006,
 * dependencies/tutorial008b, app_testing/app_b/main. */
#include <string.h>

#include <apus/apus.h>

/* --- a token --- */

App(security1, title = "FastAPI", version = "0.1.0");

Security(security1_token, name = "OAuth2PasswordBearer", oauth2 = { password : "token" });

typedef struct security1_answer {
    apus_str token;
} security1_answer;

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *security1_read_items(apus_req *req, security1_token token)
{
    return apus_json_of(req, security1_answer, &(security1_answer){ token.value });
}

/* --- logging in --- */

App(security3, title = "FastAPI", version = "0.1.0");

Security(security3_token, name = "OAuth2PasswordBearer", oauth2 = { password : "token" });

typedef struct security3_user {
    apus_str username, full_name, email, hashed_password;
    bool disabled;
} security3_user;

typedef struct security3_bearer {
    apus_str access_token, token_type;
} security3_bearer;

static const security3_user security3_users[] = {
    { APUS_STR_INIT("johndoe"), APUS_STR_INIT("John Doe"), APUS_STR_INIT("johndoe@example.com"),
      APUS_STR_INIT("fakehashedsecret"), false },
    { APUS_STR_INIT("alice"), APUS_STR_INIT("Alice Wonderson"), APUS_STR_INIT("alice@example.com"),
      APUS_STR_INIT("fakehashedsecret2"), true },
};

static const security3_user *security3_find(apus_str name)
{
    for (size_t i = 0; i < sizeof(security3_users) / sizeof(security3_users[0]); i++)
        if (apus_str_eq(security3_users[i].username, name))
            return &security3_users[i];
    return NULL;
}

static const security3_user *security3_current(apus_req *req, security3_token token)
{
    const security3_user *user = security3_find(token.value);
    return user ? user : apus_unauthorized(req, "Not authenticated");
}

static const security3_user *security3_active(apus_req *req,
                                              const security3_user *user Depends(security3_current))
{
    return user->disabled ? apus_fail(req, 400, NULL, "Inactive user") : user;
}

Post("/token", operation_id = "login_token_post", summary = "Login")
apus_json *security3_login(apus_req *req,
                           const apus_password_form *form Depends(apus_password_form_read))
{
    const security3_user *user = security3_find(form->username);
    apus_str hashed = apus_strf(req, "fakehashed%s", form->password.ptr);
    if (!user || !apus_equal_secret(user->hashed_password, hashed))
        return apus_fail(req, 400, NULL, "Incorrect username or password");
    security3_bearer token = { user->username, APUS_STR("bearer") };
    return apus_json_of(req, security3_bearer, &token);
}

Get("/users/me", operation_id = "read_users_me_users_me_get", summary = "Read Users Me")
apus_json *security3_me(apus_req *req, const security3_user *user Depends(security3_active))
{
    return apus_json_of(req, security3_user, user);
}

/* --- checks without a value --- */

App(depends6, title = "FastAPI", version = "0.1.0");

static void depends6_token(apus_req *req, apus_str x_token Header())
{
    if (!apus_equal_secret(x_token, APUS_STR("fake-super-secret-token")))
        apus_fail(req, 400, NULL, "X-Token header invalid");
}

static void depends6_key(apus_req *req, apus_str x_key Header())
{
    if (!apus_equal_secret(x_key, APUS_STR("fake-super-secret-key")))
        apus_fail(req, 400, NULL, "X-Key header invalid");
}

Get("/items/", depends = [ depends6_token, depends6_key ], operation_id = "read_items_items__get",
    summary = "Read Items")
apus_json *depends6_read_items(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *list = apus_json_array(a);
    static const char *const names[] = { "Foo", "Bar" };
    for (size_t i = 0; i < 2; i++) {
        apus_json *item = apus_json_object(a);
        apus_json_set(a, item, "item", apus_json_text(a, apus_str_of(names[i])));
        apus_json_add(list, item);
    }
    return list;
}

/* --- what a dependency makes of a failure --- */

App(depends8b, title = "FastAPI", version = "0.1.0");

typedef struct depends8b_item {
    apus_str description, owner;
} depends8b_item;

static void depends8b_end(apus_req *req, void *unused)
{
    (void)unused;
    const char *code = apus_failed_code(req);
    if (!code || strcmp(code, "owner") != 0)
        return;
    apus_str who = apus_json_text_or(apus_failed_detail(req), APUS_STR(""));
    apus_fail_instead(req, 400, NULL, "Owner error: %s", who.ptr);
}

static const char *depends8b_username(apus_req *req)
{
    apus_finally(req, depends8b_end, NULL);
    return "Rick";
}

Get("/items/{item_id}", operation_id = "get_item_items__item_id__get", summary = "Get Item")
apus_json *depends8b_get_item(apus_req *req, apus_str item_id,
                              const char *username Depends(depends8b_username))
{
    static const struct {
        const char *id;
        depends8b_item item;
    } items[] = {
        { "plumbus", { APUS_STR_INIT("Freshly pickled plumbus"), APUS_STR_INIT("Morty") } },
        { "portal-gun", { APUS_STR_INIT("Gun to create portals"), APUS_STR_INIT("Rick") } },
    };
    for (size_t i = 0; i < 2; i++) {
        if (!apus_str_eq(item_id, apus_str_of(items[i].id)))
            continue;
        if (!apus_str_eq(items[i].item.owner, apus_str_of(username)))
            return apus_fail(req, 500, "owner", "%s", username);
        return apus_json_of(req, depends8b_item, &items[i].item);
    }
    return apus_fail(req, 404, NULL, "Item not found");
}

/* --- a header that opens --- */

App(testing_b, title = "FastAPI", version = "0.1.0");

typedef struct testing_b_item {
    apus_str id, title;
    apus_str *description;
} Name("Item") testing_b_item;

typedef struct testing_b_store {
    testing_b_item items[16];
    size_t n;
} testing_b_store;

static void testing_b_keep(testing_b_store *s, apus_arena *a, apus_str id, apus_str title,
                           apus_str description)
{
    testing_b_item *item = &s->items[s->n];
    apus_str *text = APUS_NEW(a, apus_str, 1);
    if (!text)
        return;
    *text = apus_arena_str(a, description);
    *item = (testing_b_item){ apus_arena_str(a, id), apus_arena_str(a, title), text };
    s->n++;
}

static testing_b_store *testing_b_open(apus_worker *w)
{
    testing_b_store *s = apus_worker_new(w, testing_b_store);
    apus_arena *a = apus_worker_arena(w);
    if (!s)
        return NULL;
    testing_b_keep(s, a, APUS_STR("foo"), APUS_STR("Foo"), APUS_STR("There goes my hero"));
    testing_b_keep(s, a, APUS_STR("bar"), APUS_STR("Bar"), APUS_STR("The bartenders"));
    return s;
}

static const testing_b_item *testing_b_find(const testing_b_store *s, apus_str id)
{
    for (size_t i = 0; i < s->n; i++)
        if (apus_str_eq(s->items[i].id, id))
            return &s->items[i];
    return NULL;
}

Get("/items/{item_id}", operation_id = "read_main_items__item_id__get", summary = "Read Main")
const testing_b_item *testing_b_read(apus_req *req, apus_str item_id, apus_str x_token Header(),
                                     testing_b_store *store Depends(testing_b_open))
{
    if (!apus_equal_secret(x_token, APUS_STR("coneofsilence")))
        return apus_fail(req, 400, NULL, "Invalid X-Token header");
    const testing_b_item *item = testing_b_find(store, item_id);
    return item ? item : apus_fail(req, 404, NULL, "Item not found");
}

Post("/items/", operation_id = "create_item_items__post", summary = "Create Item")
const testing_b_item *testing_b_create(apus_req *req, const testing_b_item *item,
                                       apus_str x_token Header(),
                                       testing_b_store *store Depends(testing_b_open))
{
    if (!apus_equal_secret(x_token, APUS_STR("coneofsilence")))
        return apus_fail(req, 400, NULL, "Invalid X-Token header");
    if (testing_b_find(store, item->id))
        return apus_fail(req, 409, NULL, "Item already exists");
    return item;
}
