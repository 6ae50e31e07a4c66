/* Settings: sources and their order, nesting, mistakes, limits; secrets stay secret. */
#include "tables.h"

#include <apus/loop.h>
#include <sys/stat.h>
#include <unistd.h>

struct inner {
    int32_t port;
    apus_str key;
};
static const apus_field inner_fields[] = {
    FIELD(inner, port, apus_type_int32, REQUIRED),
    FIELD(inner, key, apus_type_str, .flags = APUS_FIELD_required | APUS_FIELD_secret),
};
MODEL(inner, .extra = APUS_EXTRA_forbid);

struct outer {
    apus_str name;
    bool *on;
    apus_strs tags;
    struct inner db;
    struct inner *other;
};
static const apus_type strs_type = {
    .kind = APUS_KIND_list,
    .size = sizeof(apus_strs),
    .align = _Alignof(apus_strs),
    .item = &apus_type_str,
};
static const apus_strs no_tags;
static const apus_field outer_fields[] = {
    FIELD(outer, name, apus_type_str, REQUIRED),
    FIELD(outer, on, apus_type_bool, OPTIONAL),
    FIELD(outer, tags, strs_type, .default_value = &no_tags),
    FIELD(outer, db, inner_type, REQUIRED),
    FIELD(outer, other, inner_type, OPTIONAL),
};
static const apus_model outer_model = { .name = "outer",
                                        .size = sizeof(struct outer),
                                        .align = _Alignof(struct outer),
                                        .fields = outer_fields,
                                        .n_fields = COUNT(outer_fields) };

static apus_settings_options options;
static struct outer got;
static char folder[64];

/* What the tests look at: the worker's memory is gone by then. */
static void keep(const struct outer *o)
{
    static bool on;
    static struct inner other;
    static char key[64];
    got = *o;
    if (o->on) {
        on = *o->on;
        got.on = &on;
    }
    if (o->other) {
        other = *o->other;
        got.other = &other;
    }
    snprintf(key, sizeof(key), "%s", o->db.key.ptr);
    got.db.key.ptr = key;
}

static void read_it(apus_worker *w, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    (void)result;
    const struct outer *o = apus__settings_read(w, &outer_model, &options);
    assert_true((o == NULL) == apus_worker_failed(w));
    if (!o)
        return;
    keep(o);
    assert_string_equal(o->name.ptr, getenv("EXPECT_NAME"));
}

static const apus_dependency settings = { .name = "read", .start = read_it };
static const apus_dependency *const depends[] = { &settings };
static const apus_route routes[] = {
    { .method = APUS_METHOD_GET, .path = APUS_STR_INIT("/"), .depends = depends, .n_depends = 1 },
};
APP(app, routes, .n_slots = 1);

/* Reads the settings; what is wrong with them, or "". */
static const char *say(void)
{
    static apus_err err;
    apus_loop *loop;
    apus_service *s;
    err = (apus_err){ 0 };
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    assert_int_equal(apus_service_create(&app, loop, &s, &err), APUS_OK);
    apus_rc rc = apus_service_start(s, &err);
    assert_true((rc == APUS_OK) == !err.msg[0]);
    apus_service_destroy(s);
    apus_loop_destroy(loop);
    return err.msg;
}

static void write_file(const char *name, const char *text, size_t len)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static void clear(void)
{
    static const char *const names[] = {
        "T_NAME",     "T_ON",      "T_TAGS",        "T_DB",
        "T_DB__PORT", "T_DB__KEY", "T_OTHER__PORT", "T_OTHER__KEY"
    };
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    options = (apus_settings_options){ .prefix = "T_" };
    setenv("EXPECT_NAME", "shop", 1);
}

static void set_required(void)
{
    setenv("T_NAME", "shop", 1);
    setenv("T_DB__PORT", "7", 1);
    setenv("T_DB__KEY", "k", 1);
}

static void the_environment_is_read(void **state)
{
    (void)state;
    clear();
    set_required();
    setenv("T_TAGS", "[\"a\", \"b\"]", 1);
    assert_string_equal(say(), "");
    assert_null(got.on);
    assert_null(got.other);
    assert_int_equal(got.tags.len, 2);
    assert_int_equal(got.db.port, 7);
    setenv("T_DB", "{\"port\": 8, \"key\": \"x\"}", 1);
    assert_string_equal(say(), "");
    assert_int_equal(got.db.port, 8);
}

static void files_come_behind_it(void **state)
{
    (void)state;
    static const char env[] = "T_NAME=file\nT_DB__PORT=1\nT_DB__PORT=2\n";
    char path[128];
    clear();
    write_file("env", env, sizeof(env) - 1);
    write_file("t_db__key", " hush\n", 6);
    write_file("T_DB__PORT", "3", 1);
    snprintf(path, sizeof(path), "%s/env", folder);
    options.env_file = path;
    options.secrets = folder;
    setenv("T_NAME", "shop", 1);
    assert_string_equal(say(), "");
    assert_int_equal(got.db.port, 2); /* of the .env file, the last */
    options.env_file = "there/is/none";
    assert_string_equal(say(), "");
    assert_int_equal(got.db.port, 3);
}

static void mistakes_name_the_variable(void **state)
{
    (void)state;
    clear();
    assert_string_equal(say(), "read: T_NAME is not set; T_DB__PORT is not set; T_DB__KEY is not "
                               "set");
    set_required();
    setenv("T_DB__PORT", "many", 1);
    assert_non_null(strstr(say(), "T_DB__PORT: Input should be a valid integer"));
    set_required();
    setenv("T_OTHER__PORT", "1", 1);
    assert_string_equal(say(), "read: T_OTHER__KEY is not set");
    unsetenv("T_OTHER__PORT");
    setenv("T_TAGS", "a, b", 1);
    assert_string_equal(say(), "read: T_TAGS: should be JSON");
    setenv("T_TAGS", "[\"a\", 1]", 1);
    assert_non_null(strstr(say(), "T_TAGS[1]: Input should be a valid string"));
}

static void secrets_are_not_told(void **state)
{
    (void)state;
    clear();
    set_required();
    setenv("T_DB", "{\"port\": 1, \"key\": 4711}", 1);
    const char *said = say();
    assert_non_null(strstr(said, "T_DB__KEY: "));
    assert_null(strstr(said, "4711"));
}

static void files_have_limits_and_lines(void **state)
{
    (void)state;
    static char big[APUS_SETTINGS_FILE_MAX + 1];
    char path[128];
    clear();
    set_required();
    memset(big, '\n', sizeof(big));
    snprintf(path, sizeof(path), "%s/env", folder);
    options.env_file = path;
    write_file("env", big, sizeof(big) - 1);
    assert_string_equal(say(), "");
    write_file("env", big, sizeof(big));
    assert_non_null(strstr(say(), "/env: a configured limit was exceeded"));
    write_file("env", "A=1\nB\n", 6);
    assert_non_null(strstr(say(), "/env:2: not a line such as NAME=value"));
    clear();
    options.secrets = folder;
    write_file("T_NAME", big, APUS_SETTINGS_SECRET_MAX + 1);
    assert_non_null(strstr(say(), "T_NAME: a configured limit was exceeded"));
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/apus-settings-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "env", "t_db__key", "T_DB__PORT", "T_NAME" };
    char path[128];
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

/* Writes shop.yaml and reads the settings with it. */
static const char *say_with(const char *yaml)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/shop.yaml", folder);
    write_file("shop.yaml", yaml, strlen(yaml));
    options.yaml_file = path;
    const char *said = say();
    unlink(path);
    return said;
}

static void yaml_comes_last(void **state)
{
    (void)state;
    clear();
    assert_string_equal(say_with("name: shop\non: yes\ntags: [a, 'b']\n"
                                 "db:\n  port: 7\n  key: hush\n"),
                        "");
    assert_true(*got.on);
    assert_int_equal(got.tags.len, 2);
    assert_int_equal(got.db.port, 7);
    assert_null(got.other);
    setenv("T_DB__PORT", "8", 1); /* one member of it */
    assert_string_equal(
        say_with("name: shop\ndb: {port: 7, key: hush}\nother: {port: 1, key: b}\n"), "");
    assert_int_equal(got.db.port, 8);
    assert_string_equal(got.db.key.ptr, "hush");
    assert_int_equal(got.other->port, 1);
    setenv("T_TAGS", "[]", 1);
    assert_string_equal(say_with("name: shop\ntags: [a]\non: ~\ndb: {port: 7, key: hush}\n"), "");
    assert_int_equal(got.tags.len, 0);
    assert_null(got.on);
    clear();
    set_required();
    options.yaml_file = "/nowhere/shop.yaml";
    assert_string_equal(say(), "");
}

static void mistakes_in_yaml_are_told(void **state)
{
    (void)state;
    clear();
    set_required();
    assert_non_null(strstr(say_with("nmae: shop\n"), "shop.yaml: there is no setting \"nmae\""));
    assert_non_null(strstr(say_with("db: {prot: 1}\n"), "there is no setting \"prot\""));
    assert_non_null(strstr(say_with("name: [\n"), "shop.yaml: line"));
    assert_non_null(strstr(say_with("- 1\n"), "should be names and values"));
    clear();
    const char *said = say_with("name: shop\ndb: {port: seven, key: [hush]}\n");
    assert_non_null(strstr(said, "T_DB__PORT: Input should be a valid integer"));
    assert_non_null(strstr(said, "T_DB__KEY: Input should be a valid string"));
    assert_null(strstr(said, "hush"));
    static char big[APUS_SETTINGS_FILE_MAX + 2];
    memset(big, '#', sizeof(big) - 1);
    assert_non_null(strstr(say_with(big), "shop.yaml: "));
    clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_is_read),     cmocka_unit_test(files_come_behind_it),
        cmocka_unit_test(mistakes_name_the_variable),  cmocka_unit_test(secrets_are_not_told),
        cmocka_unit_test(files_have_limits_and_lines), cmocka_unit_test(yaml_comes_last),
        cmocka_unit_test(mistakes_in_yaml_are_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
