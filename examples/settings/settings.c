/* Settings from the environment, a .env file and files with secrets. */
#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

/// Where the data is.
typedef struct database {
    apus_str host Field(default = "localhost");
    int port Field(default = 5432, ge = 1, le = 65535);
    apus_str *password Field(secret, min_length = 8);
} database;

/// What an operator decides.
typedef struct shop_settings {
    apus_str admin_email;
    int items_per_user Field(default = 50, ge = 1);
    apus_strs origins Field(default = []);
    database database;
} shop_settings;

Settings(shop_settings, .prefix = "SHOP_", .env_file = ".env", .secrets = "/run/secrets",
         .yaml_file = "shop.yaml");

/// What clients may know of it.
typedef struct info {
    apus_str admin_email;
    int items_per_user;
} info;

Get("/info")
info *get_info(apus_req *req, const shop_settings *settings Depends(read_shop_settings))
{
    info *out = apus_new(req, info);
    out->admin_email = settings->admin_email;
    out->items_per_user = settings->items_per_user;
    return out;
}

static const shop_settings *test_settings(apus_worker *w)
{
    shop_settings *s = apus_worker_new(w, shop_settings);
    s->admin_email = APUS_STR("test@example.org");
    s->items_per_user = 3;
    return s;
}

Test(settings_of_a_test)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_override(t, read_shop_settings, test_settings);
    apus_answer a = apus_test_get(t, "/info");
    apus_expect_json(a, "$.items_per_user", "3");
    apus_test_stop(t);
}
