#include <apus/apus.h>

/// Failures in other words, and answers that are filtered.
App(wording, title = "Wording", version = "1.0.0");

/// What went wrong.
typedef struct notice {
    apus_str message;
} notice;

/// A thing to sell.
typedef struct item {
    apus_str name;
    double price;
    apus_str *description Field(default = null);
    double tax Field(default = 10.5);
    apus_strs tags Field(default = []);
} item;

/// Somebody, with what nobody else may see.
typedef struct user_in {
    apus_str username;
    apus_str password Field(secret, min_length = 8);
    apus_email email;
    apus_str *full_name;
} user_in;

Get("/guests/{name}", responses = { 403 : notice })
notice *read_guest(apus_req *req, apus_str name)
{
    if (apus_str_eq(name, APUS_STR("mallory")))
        return apus_fail_json(req, 403, "banned", apus_jsonf(req, "{'name': %s}", name.ptr));
    return apus_some(req, notice, { name });
}

OnFail("banned")
apus_response *on_banned(apus_req *req)
{
    const apus_json *detail = apus_failed_detail(req);
    const apus_json *name = apus_json_get(detail, "name");
    notice out = { apus_strf(req, "%s may not come in any more", name->text.ptr) };
    apus_set_header(req, "X-Advice", "ask the owner");
    return apus_respond(req, 403, notice, &out);
}

/* All that is wrong with a request, as plain text. */
OnFail(422)
apus_response *on_invalid(apus_req *req)
{
    const apus_json *detail = apus_failed_detail(req);
    apus_buf text = apus_buf_in(apus_req_arena(req));
    apus_buf_lit(&text, "This is wrong:");
    for (size_t i = 0; i < detail->n; i++) {
        const apus_json *e = apus_json_at(detail, i);
        apus_buf_lit(&text, "\nat ");
        apus_json_write(&text, apus_json_get(e, "loc"));
        apus_buf_addf(&text, ": %s", apus_json_get(e, "msg")->text.ptr);
    }
    apus_str out = APUS_STR("");
    if (apus_buf_take(&text, &out))
        return NULL;
    apus_set_status(req, 400);
    return apus_text(req, out);
}

/* What says no to everything else. */
OnFail(404)
void on_missing(apus_req *req)
{
    apus_fail_header(req, "X-Missing", "yes");
}

Get("/items/{item_id}")
item *read_item(apus_req *req, int item_id)
{
    if (item_id == 3)
        return apus_fail(req, 403, NULL, "three is one too many");
    if (item_id > 3)
        return apus_fail(req, 404, NULL, "there is no item %d", item_id);
    item *i = apus_new(req, item);
    *i = (item){ .name = APUS_STR("Lamp"), .price = 50.2, .tax = 10.5 };
    return i;
}

Get("/items/{item_id}/name", include = [ "name", "description" ])
item *read_item_name(apus_req *req, int item_id)
{
    return read_item(req, item_id);
}

Get("/items/{item_id}/public", exclude = ["tax"], omit = default)
item *read_item_public(apus_req *req, int item_id)
{
    return read_item(req, item_id);
}

/// Who became one of us: never with the password.
typedef struct user_out {
    apus_str username;
    apus_email email;
    apus_str *full_name;
} user_out;

Post("/users/", status = 201)
user_out *create_user(apus_req *req, const user_in *body)
{
    user_out *u = apus_new(req, user_out);
    *u = (user_out){ body->username, body->email, body->full_name };
    apus_set_cookie(req, "visit", "first", NULL);
    apus_set_header(req, "X-Welcome", "for the first time");
    return u;
}

/// Several tokens in headers of one name.
Get("/tokens")
apus_strs read_tokens(apus_req *req, apus_strs x_token Header(default = []))
{
    return x_token;
}

typedef enum size { SIZE_SMALL, SIZE_LARGE } size;

/// A redirect, and one that depends.
Get("/elsewhere", responses = { 307 : "It is there." })
apus_response *elsewhere(apus_req *req, bool away Query(default = false), size *how)
{
    if (away)
        return apus_redirect(req, 307, "https://elsewhere.example/");
    return apus_respond_json(req, 200, apus_jsonf(req, "{'message': 'here'}"));
}
