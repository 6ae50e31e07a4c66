/* docs_src/body/tutorial001, body_multiple_params/tutorial002, 005, request_forms/tutorial001. */
#include <apus/apus.h>

typedef struct body_item {
    apus_str name;
    apus_str *description;
    double price;
    double *tax;
} Name("Item") body_item;

typedef struct body_user {
    apus_str username;
    apus_str *full_name;
} Name("User") body_user;

App(body1, title = "FastAPI", version = "0.1.0");

Post("/items/")
apus_json *create_item(apus_req *req, const body_item *item)
{
    return apus_json_of(req, body_item, item);
}

App(bodies2, title = "FastAPI", version = "0.1.0");

Put("/items/{item_id}", operation_id = "update_item_items__item_id__put", summary = "Update Item")
apus_json *bodies2_update_item(apus_req *req, int64_t item_id, const body_item *item,
                               const body_user *user)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_int(a, item_id));
    apus_json_set(a, out, "item", apus_json_of(req, body_item, item));
    apus_json_set(a, out, "user", apus_json_of(req, body_user, user));
    return out;
}

App(bodies5, title = "FastAPI", version = "0.1.0");

Put("/items/{item_id}", operation_id = "update_item_items__item_id__put", summary = "Update Item")
apus_json *bodies5_update_item(apus_req *req, int64_t item_id, const body_item *item Body(embed))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_int(a, item_id));
    apus_json_set(a, out, "item", apus_json_of(req, body_item, item));
    return out;
}

App(forms1, title = "FastAPI", version = "0.1.0");

Post("/login/")
apus_json *login(apus_req *req, apus_str username Form(), apus_str password Form())
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    (void)password;
    apus_json_set(a, out, "username", apus_json_text(a, username));
    return out;
}
