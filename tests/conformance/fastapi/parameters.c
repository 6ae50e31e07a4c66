/* docs_src/query_params_str_validations/tutorial006c, 014; header_param_models/tutorial002. */
#include <apus/apus.h>

App(query_text6c, title = "FastAPI", version = "0.1.0");

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *query_text6c_read_items(apus_req *req, apus_str *q Query(required, min_length = 3))
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

App(query_text14, title = "FastAPI", version = "0.1.0");

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *query_text14_read_items(apus_req *req, apus_str *hidden_query Query(hidden))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "hidden_query",
                  apus_json_text(a, hidden_query ? *hidden_query : APUS_STR("Not found")));
    return out;
}

App(header_models2, title = "FastAPI", version = "0.1.0");

typedef struct common_headers {
    apus_str host;
    bool save_data;
    apus_str *if_modified_since;
    apus_str *traceparent;
    apus_strs x_tag Field(default = []);
} Model(extra = forbid) common_headers;

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *header_models2_read_items(apus_req *req, const common_headers *headers Header())
{
    return apus_json_of(req, common_headers, headers);
}
