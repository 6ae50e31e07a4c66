/* docs_src/query_params/tutorial003, 005; query_params_str_validations/tutorial003, 012;
 * query_param_models/tutorial001. */
#include <apus/apus.h>

App(query3, title = "FastAPI", version = "0.1.0");

Get("/items/{item_id}", operation_id = "read_item_items__item_id__get", summary = "Read Item")
apus_json *query3_read_item(apus_req *req, apus_str item_id, apus_str *q,
                            bool is_short Query(alias = "short", default = false))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_text(a, item_id));
    if (q)
        apus_json_set(a, out, "q", apus_json_text(a, *q));
    if (!is_short)
        apus_json_set(
            a, out, "description",
            apus_json_text(a, APUS_STR("This is an amazing item that has a long description")));
    return out;
}

App(query5, title = "FastAPI", version = "0.1.0");

Get("/items/{item_id}")
apus_json *read_user_item(apus_req *req, apus_str item_id, apus_str needy)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_text(a, item_id));
    apus_json_set(a, out, "needy", apus_json_text(a, needy));
    return out;
}

App(query_text3, title = "FastAPI", version = "0.1.0");

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *query_text3_read_items(apus_req *req, apus_str *q Query(min_length = 3, max_length = 50))
{
    static const char *const names[] = { "Foo", "Bar" };
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a), *items = apus_json_array(a);
    for (size_t i = 0; i < 2; i++) {
        apus_json *item = apus_json_object(a);
        apus_json_set(a, item, "item_id", apus_json_text(a, apus_str_of(names[i])));
        apus_json_add(items, item);
    }
    apus_json_set(a, out, "items", items);
    if (q)
        apus_json_set(a, out, "q", apus_json_text(a, *q));
    return out;
}

App(query_text12, title = "FastAPI", version = "0.1.0");

static apus_json *list_of(apus_arena *a, apus_strs texts)
{
    apus_json *list = apus_json_array(a);
    for (size_t i = 0; i < texts.len; i++)
        apus_json_add(list, apus_json_text(a, texts.ptr[i]));
    return list;
}

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *query_text12_read_items(apus_req *req, apus_strs q Query(default = [ "foo", "bar" ]))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "q", list_of(a, q));
    return out;
}

App(query_models1, title = "FastAPI", version = "0.1.0");

typedef enum order_by { ORDER_CREATED_AT, ORDER_UPDATED_AT } Name(inline) order_by;

typedef struct filter_params {
    int limit Field(default = 100, gt = 0, le = 100);
    int offset Field(default = 0, ge = 0);
    order_by order_by Field(default = ORDER_CREATED_AT);
    apus_strs tags Field(default = []);
} filter_params;

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *query_models1_read_items(apus_req *req, const filter_params *filter_query Query())
{
    return apus_json_of(req, filter_params, filter_query);
}
