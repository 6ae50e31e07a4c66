/* docs_src/body_nested_models/tutorial005 and tutorial008, body_updates/tutorial001,
 * extra_data_types/tutorial001, separate_openapi_schemas/tutorial001. */
#include <apus/apus.h>

/* --- body_nested_models --- */

typedef struct nested_image {
    apus_url url Field(min_length = 1, max_length = 2083);
    apus_str name;
} Name("Image") nested_image;
List(nested_image);

App(nested5, title = "FastAPI", version = "0.1.0");

typedef struct nested5_item {
    apus_str name;
    apus_str *description;
    double price;
    double *tax;
    apus_strs tags Field(default = [], set);
    nested_image *image;
} Name("Item") nested5_item;

Put("/items/{item_id}", operation_id = "update_item_items__item_id__put", summary = "Update Item")
apus_json *nested5_update_item(apus_req *req, int item_id, const nested5_item *item)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "item_id", apus_json_int(a, item_id));
    apus_json_set(a, out, "item", apus_json_of(req, nested5_item, item));
    return out;
}

App(nested8, title = "FastAPI", version = "0.1.0");

Post("/images/multiple/")
apus_json *create_multiple_images(apus_req *req, const nested_image_list *images)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_array(a);
    for (size_t i = 0; i < images->len; i++)
        apus_json_add(out, apus_json_of(req, nested_image, &images->ptr[i]));
    return out;
}

/* --- body_updates/tutorial001 --- */

App(updates1, title = "FastAPI", version = "0.1.0");

typedef struct updates1_item {
    apus_str *name;
    apus_str *description;
    double *price;
    double tax Field(default = 10.5);
    apus_strs tags Field(default = []);
} Name("Item") updates1_item;

Get("/items/{item_id}", operation_id = "read_item_items__item_id__get", summary = "Read Item")
updates1_item *updates1_read_item(apus_req *req, apus_str item_id)
{
    updates1_item *item = apus_new(req, updates1_item);
    if (!apus_str_eq(item_id, APUS_STR("baz")))
        return apus_fail(req, 404, NULL, "there is no item %s", item_id.ptr);
    item->name = apus_new(req, apus_str);
    *item->name = APUS_STR("Baz");
    item->price = apus_new(req, double);
    *item->price = 50.2;
    item->tax = 10.5;
    return item;
}

Put("/items/{item_id}", operation_id = "update_item_items__item_id__put", summary = "Update Item")
const updates1_item *updates1_update_item(apus_req *req, apus_str item_id,
                                          const updates1_item *item)
{
    (void)req;
    (void)item_id;
    return item;
}

/* --- extra_data_types/tutorial001 --- */

App(types1, title = "FastAPI", version = "0.1.0");

/* As Python writes it: +00:00 for UTC. */
static apus_json *moment(apus_req *req, apus_time t)
{
    char text[APUS_TEXT_TIME_MAX];
    size_t n = apus_time_print(t, text);
    bool utc = text[n - 1] == 'Z';
    apus_str s = apus_strf(req, "%.*s%s", (int)(utc ? n - 1 : n), text, utc ? "+00:00" : "");
    return apus_json_text(apus_req_arena(req), s);
}

Put("/items/{item_id}", operation_id = "read_items_items__item_id__put", summary = "Read Items")
apus_json *types1_read_items(apus_req *req, apus_uuid item_id, apus_time start_datetime Body(embed),
                             apus_time end_datetime Body(embed),
                             apus_duration process_after Body(embed),
                             apus_str *repeat_at Body(embed, format = "time"))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    int64_t start = apus_time_ns(start_datetime) + process_after.ns;
    char id[APUS_TEXT_UUID_MAX];
    size_t n = apus_uuid_print(item_id, id);
    apus_json_set(a, out, "item_id", apus_json_text(a, apus_strdup(req, (apus_str){ id, n })));
    apus_json_set(a, out, "start_datetime", moment(req, start_datetime));
    apus_json_set(a, out, "end_datetime", moment(req, end_datetime));
    apus_json_set(a, out, "process_after", apus_json_int(a, process_after.ns / APUS_SECOND));
    apus_json_set(a, out, "repeat_at",
                  repeat_at ? apus_json_text(a, *repeat_at) : apus_json_null_new(a));
    apus_json_set(a, out, "start_process", moment(req, apus_time_of_ns(start)));
    apus_json_set(a, out, "duration",
                  apus_json_int(a, (apus_time_ns(end_datetime) - start) / APUS_SECOND));
    return out;
}

/* --- separate_openapi_schemas/tutorial001 --- */

App(separate1, title = "FastAPI", version = "0.1.0");

typedef struct separate1_item {
    apus_str name;
    apus_str *description;
} Name("Item") separate1_item;
List(separate1_item);

Post("/items/", operation_id = "create_item_items__post", summary = "Create Item")
apus_json *separate1_create_item(apus_req *req, const separate1_item *item)
{
    return apus_json_of(req, separate1_item, item);
}

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
separate1_item_list separate1_read_items(apus_req *req)
{
    static apus_str device = APUS_STR_INIT("Device to travel through the multi-rick-verse");
    static separate1_item items[] = { { APUS_STR_INIT("Portal Gun"), &device },
                                      { APUS_STR_INIT("Plumbus"), NULL } };
    (void)req;
    return (separate1_item_list){ items, 2 };
}
