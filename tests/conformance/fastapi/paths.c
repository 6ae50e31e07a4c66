/* docs_src/path_params/tutorial002, 003, 004 and path_params_numeric_validations/tutorial004. */
#include <apus/apus.h>

App(path2, title = "FastAPI", version = "0.1.0");

Get("/items/{item_id}", operation_id = "read_item_items__item_id__get", summary = "Read Item")
apus_json *path2_read_item(apus_req *req, int64_t item_id)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_int(a, item_id));
    return out;
}

App(path3, title = "FastAPI", version = "0.1.0");

static apus_json *user(apus_req *req, apus_str id)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "user_id", apus_json_text(a, id));
    return out;
}

Get("/users/me")
apus_json *read_user_me(apus_req *req)
{
    return user(req, APUS_STR("the current user"));
}

Get("/users/{user_id}")
apus_json *read_user(apus_req *req, apus_str user_id)
{
    return user(req, user_id);
}

App(path4, title = "FastAPI", version = "0.1.0");

Get("/files/{file_path:path}")
apus_json *read_file(apus_req *req, apus_str file_path)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "file_path", apus_json_text(a, file_path));
    return out;
}

App(path_numbers4, title = "FastAPI", version = "0.1.0");

Get("/items/{item_id}", operation_id = "read_items_items__item_id__get", summary = "Read Items")
apus_json *path_numbers4_read_items(apus_req *req,
                                    int item_id Path(title = "The ID of the item to get", ge = 1),
                                    apus_str q)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_int(a, item_id));
    if (q.len)
        apus_json_set(a, out, "q", apus_json_text(a, q));
    return out;
}
