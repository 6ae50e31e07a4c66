/* docs_src/events/tutorial003, metadata/tutorial003, path_operation_configuration/tutorial002,
 * settings/app01/main, sub_applications/tutorial001. */
#include <apus/apus.h>

/* --- events/tutorial003 --- */

App(events3, title = "FastAPI", version = "0.1.0");

typedef struct events3_models {
    double (*answer_to_everything)(double x);
} events3_models;

static double fake_answer_to_everything_ml_model(double x)
{
    return x * 42;
}

static void events3_clear(void *arg)
{
    events3_models *models = arg;
    models->answer_to_everything = NULL;
}

events3_models *events3_load(apus_worker *w)
{
    events3_models *models = apus_worker_new(w, events3_models);
    if (!models)
        return NULL;
    models->answer_to_everything = fake_answer_to_everything_ml_model;
    apus_worker_defer(w, events3_clear, models);
    return models;
}

Get("/predict", operation_id = "predict_predict_get", summary = "Predict")
apus_json *events3_predict(apus_req *req, double x,
                           const events3_models *models Depends(events3_load))
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "result", apus_json_number(a, models->answer_to_everything(x)));
    return out;
}

/* --- metadata/tutorial003 --- */

App(metadata3, title = "FastAPI", version = "0.1.0", docs = "/documentation", redoc = false);

static apus_json *list_of_one(apus_req *req, const char *key, apus_str text)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *list = apus_json_array(a), *item = apus_json_object(a);
    apus_json_set(a, item, key, apus_json_text(a, text));
    apus_json_add(list, item);
    return list;
}

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *metadata3_read_items(apus_req *req)
{
    return list_of_one(req, "name", APUS_STR("Foo"));
}

/* --- path_operation_configuration/tutorial002 --- */

App(operations2, title = "FastAPI", version = "0.1.0");

typedef struct operations2_item {
    apus_str name;
    apus_str *description;
    double price;
    double *tax;
    apus_strs tags Field(unique, default = []);
} Name("Item") operations2_item;

Post("/items/", tags = "items", operation_id = "create_item_items__post", summary = "Create Item")
const operations2_item *operations2_create_item(apus_req *req, const operations2_item *item)
{
    (void)req;
    return item;
}

Get("/items/", tags = "items", operation_id = "read_items_items__get", summary = "Read Items")
apus_json *operations2_read_items(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *list = apus_json_array(a), *item = apus_json_object(a);
    apus_json_set(a, item, "name", apus_json_text(a, APUS_STR("Foo")));
    apus_json_set(a, item, "price", apus_json_int(a, 42));
    apus_json_add(list, item);
    return list;
}

Get("/users/", tags = "users", operation_id = "read_users_users__get", summary = "Read Users")
apus_json *operations2_read_users(apus_req *req)
{
    return list_of_one(req, "username", APUS_STR("johndoe"));
}

/* --- settings/app01/main --- */

App(settings_main1, title = "FastAPI", version = "0.1.0");

typedef struct app01_settings {
    apus_str app_name Field(default = "Awesome API");
    apus_str admin_email;
    int items_per_user Field(default = 50);
} app01_settings;
Settings(app01_settings, .prefix = "");

Get("/info", operation_id = "info_info_get", summary = "Info")
apus_json *settings_main1_info(apus_req *req, const app01_settings *s Depends(read_app01_settings))
{
    return apus_json_of(req, app01_settings, s);
}

/* --- sub_applications/tutorial001 --- */

static apus_json *message(apus_req *req, apus_str text)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "message", apus_json_text(a, text));
    return out;
}

App(subs1, title = "FastAPI", version = "0.1.0");

Get("/app", operation_id = "read_main_app_get", summary = "Read Main")
apus_json *subs1_read_main(apus_req *req)
{
    return message(req, APUS_STR("Hello World from main app"));
}

App(subs1_subapi, title = "FastAPI", version = "0.1.0");

Get("/sub", operation_id = "read_sub_sub_get", summary = "Read Sub")
apus_json *subs1_read_sub(apus_req *req)
{
    return message(req, APUS_STR("Hello World from sub API"));
}

Include(subs1_app, subs1_subapi_app, prefix = "/subapi");
