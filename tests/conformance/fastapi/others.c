/* docs_src/cookie_params/tutorial001, header_params/tutorial001, handling_errors/tutorial001,
 * dependencies/tutorial001, security/tutorial006, additional_responses/tutorial001. */
#include <apus/apus.h>

static apus_json *text_or_null(apus_arena *a, const apus_str *s)
{
    return s ? apus_json_text(a, *s) : apus_json_null_new(a);
}

App(cookies1, title = "FastAPI", version = "0.1.0");

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *cookies1_read_items(apus_req *req, apus_str *ads_id Cookie())
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "ads_id", text_or_null(a, ads_id));
    return out;
}

App(headers1, title = "FastAPI", version = "0.1.0");

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *headers1_read_items(apus_req *req, apus_str *user_agent Header())
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "User-Agent", text_or_null(a, user_agent));
    return out;
}

App(errors1, title = "FastAPI", version = "0.1.0");

Get("/items/{item_id}", operation_id = "read_item_items__item_id__get", summary = "Read Item")
apus_json *errors1_read_item(apus_req *req, apus_str item_id)
{
    apus_arena *a = apus_req_arena(req);
    if (!apus_str_eq(item_id, APUS_STR("foo"))) {
        apus_fail_header(req, "X-Error", "There goes my error");
        return apus_fail(req, 404, NULL, "Item not found");
    }
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item", apus_json_text(a, APUS_STR("The Foo Wrestlers")));
    return out;
}

App(depends1, title = "FastAPI", version = "0.1.0");

static apus_json *common_parameters(apus_req *req, apus_str *q, int skip Query(default = 0),
                                    int limit Query(default = 100))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "q", text_or_null(a, q));
    apus_json_set(a, out, "skip", apus_json_int(a, skip));
    apus_json_set(a, out, "limit", apus_json_int(a, limit));
    return out;
}

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *depends1_read_items(apus_req *req, apus_json *commons Depends(common_parameters))
{
    (void)req;
    return commons;
}

Get("/users/")
apus_json *read_users(apus_req *req, apus_json *commons Depends(common_parameters))
{
    (void)req;
    return commons;
}

App(security6, title = "FastAPI", version = "0.1.0");

Security(basic, name = "HTTPBasic", basic);

Get("/users/me")
apus_json *read_current_user(apus_req *req, basic credentials)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_login login = apus_login_of(req, credentials.value);
    apus_json_set(a, out, "username", apus_json_text(a, login.username));
    apus_json_set(a, out, "password", apus_json_text(a, login.password));
    return out;
}

App(responses1, title = "FastAPI", version = "0.1.0");

typedef struct responses1_item {
    apus_str id, value;
} Name("Item") responses1_item;

typedef struct responses1_message {
    apus_str message;
} Name("Message") responses1_message;

Get("/items/{item_id}", operation_id = "read_item_items__item_id__get", summary = "Read Item",
    responses = { 404 : responses1_message })
responses1_item *responses1_read_item(apus_req *req, apus_str item_id)
{
    if (!apus_str_eq(item_id, APUS_STR("foo"))) {
        responses1_message *m = apus_new(req, responses1_message);
        m->message = APUS_STR("Item not found");
        return apus_respond(req, 404, responses1_message, m);
    }
    responses1_item *out = apus_new(req, responses1_item);
    out->id = APUS_STR("foo");
    out->value = APUS_STR("there goes my hero");
    return out;
}
