/* Functions of the program's own in tables made by hand, and shapes that are no objects; then
 * all of it again with memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apus/check.h"
#include "apus/copy.h"
#include "apus/decode.h"
#include "apus/encode.h"

/* --- a number or a text --- */

struct value {
    int kind;
    union {
        int64_t number;
        apus_str text;
    };
};
enum { NUMBER, TEXT };

static const apus_enum_value kind_values[] = { { APUS_STR_INIT("number"), NUMBER },
                                               { APUS_STR_INIT("text"), TEXT } };
static const apus_enum kind_enum = { .name = "Kind", .values = kind_values, .n_values = 2 };
static const apus_type kind_type = {
    .kind = APUS_KIND_enum, .size = sizeof(int), .align = _Alignof(int), .enumeration = &kind_enum
};
static const apus_field number_field[] = { { APUS_FIELD_NAME("number"), .type = &apus_type_int64,
                                             .offset = offsetof(struct value, number),
                                             .flags = APUS_FIELD_required } };
static const apus_field text_field[] = { { APUS_FIELD_NAME("text"), .type = &apus_type_str,
                                           .offset = offsetof(struct value, text),
                                           .flags = APUS_FIELD_required } };
#define SHAPE(label, of)                                                                           \
    {                                                                                              \
        .name = label, .size = sizeof(struct value), .align = _Alignof(struct value),              \
        .fields = of, .n_fields = 1, .is_bare = true                                               \
    }
static const apus_model number_shape = SHAPE("int", number_field);
static const apus_model text_shape = SHAPE("str", text_field);
static const apus_variant shapes[] = { { NUMBER, APUS_STR_INIT("number"), &number_shape },
                                       { TEXT, APUS_STR_INIT("text"), &text_shape } };
static const apus_field tag_field[] = { { APUS_FIELD_NAME("kind"), .type = &kind_type,
                                          .offset = offsetof(struct value, kind),
                                          .flags = APUS_FIELD_required | APUS_FIELD_tag } };
static const apus_model value_model = { .name = "Value",
                                        .size = sizeof(struct value),
                                        .align = _Alignof(struct value),
                                        .fields = tag_field,
                                        .n_fields = 1,
                                        .variants = shapes,
                                        .n_variants = 2,
                                        .tag_hidden = true };
static const apus_type value_type = { .kind = APUS_KIND_model,
                                      .size = sizeof(struct value),
                                      .align = _Alignof(struct value),
                                      .model = &value_model };

/* --- numbers for keys --- */

struct weight {
    int64_t key;
    struct value value;
};
struct weights {
    struct weight *ptr;
    size_t len;
};
static const apus_type weights_type = { .kind = APUS_KIND_map,
                                        .size = sizeof(struct weights),
                                        .align = _Alignof(struct weights),
                                        .item = &value_type,
                                        .entry_size = sizeof(struct weight),
                                        .value_offset = offsetof(struct weight, value),
                                        .int_keys = true };

/* --- a struct with functions --- */

struct thing {
    apus_str name;
    int64_t size;
    apus_strs tags;
    struct weights weights;
    apus_secret code;
    apus_str stamp;
    int64_t twice;
};

static void check_name(apus_checking *c, void *value)
{
    const apus_str *name = value;
    if (apus_str_eq(*name, APUS_STR("nobody")))
        apus_wrong_as(c, &(apus_wrong_options){ .type = "nobody" }, "%s is no name", name->ptr);
}

/* A text is a list of one. */
static void wrap_tags(apus_checking *c, void *value)
{
    apus_json *sent = value;
    apus_arena *a = apus_checking_arena(c);
    apus_json *list = sent->kind == APUS_JSON_string ? apus_json_array(a) : NULL;
    if (list && apus_json_add(list, apus_json_text(a, sent->text)))
        *sent = *list;
}

static void make_stamp(apus_arena *a, void *at)
{
    *(apus_str *)at = apus_arena_str(a, APUS_STR("now"));
}

static void compute_twice(apus_arena *a, const void *object, void *to)
{
    const struct thing *t = object;
    (void)a;
    *(int64_t *)to = t->size * 2;
}

static void show_size(apus_arena *a, const void *value, void *to)
{
    *(apus_str *)to = apus_arena_strf(a, "%d bytes", (int)*(const int64_t *)value);
}

static void check_thing(apus_checking *c, void *value)
{
    struct thing *t = value;
    if (t->size == 13)
        apus_wrong_as(c, &(apus_wrong_options){ .member = "size" }, "brings bad luck");
    if (t->size == 14)
        apus_wrong(c, "is no good");
}

static const apus_rules sizes = { .has = APUS_RULE_byte_size };
static const apus_hooks name_hooks = { .check = check_name, .name_out = APUS_STR_INIT("called") };
static const apus_hooks tags_hooks = { .before = wrap_tags };
static const apus_hooks stamp_hooks = { .make = make_stamp };
static const apus_hooks twice_hooks = { .compute = compute_twice };
static const apus_hooks size_hooks = { .convert = show_size, .converted = &apus_type_str };
#define FIELD(m, t, ...)                                                                           \
    {                                                                                              \
        APUS_FIELD_NAME(#m), .type = &(t), .offset = offsetof(struct thing, m), __VA_ARGS__        \
    }
static const apus_field fields[] = {
    FIELD(name, apus_type_str, .flags = APUS_FIELD_required | APUS_FIELD_hooked,
          .hooks = &name_hooks),
    FIELD(size, apus_type_int64, .flags = 0, .rules = &sizes, .hooks = &size_hooks),
    FIELD(tags, apus_type_strs, .flags = APUS_FIELD_hooked, .hooks = &tags_hooks),
    FIELD(weights, weights_type, .flags = APUS_FIELD_json),
    FIELD(code, apus_type_secret, .flags = APUS_FIELD_secret),
    FIELD(stamp, apus_type_str, .hooks = &stamp_hooks),
    FIELD(twice, apus_type_int64, .flags = APUS_FIELD_read_only, .hooks = &twice_hooks),
};
static const apus_also also[] = { { APUS_STR_INIT("nom"), 0 }, { APUS_STR_INIT("/who/0"), 0 } };
static const apus_model thing_model = { .name = "Thing",
                                        .size = sizeof(struct thing),
                                        .align = _Alignof(struct thing),
                                        .fields = fields,
                                        .n_fields = sizeof(fields) / sizeof(fields[0]),
                                        .check = check_thing,
                                        .also = also,
                                        .n_also = 2 };
static const apus_type thing_type = { .kind = APUS_KIND_model,
                                      .size = sizeof(struct thing),
                                      .align = _Alignof(struct thing),
                                      .model = &thing_model };

static const struct row {
    const char *text;
    const char *out; /* the value again, or what is wrong with it */
    apus_rc rc;
} rows[] = {
    { "{\"name\":\"a\",\"size\":\"1KiB\",\"tags\":\"x\",\"weights\":\"{\\\"1\\\":2,\\\"-3\\\":"
      "\\\"y\\\"}\","
      "\"code\":\"s3\"}",
      "{\"called\":\"a\",\"size\":\"1024 "
      "bytes\",\"tags\":[\"x\"],\"weights\":{\"1\":2,\"-3\":\"y\"},"
      "\"code\":\"**********\",\"stamp\":\"now\",\"twice\":2048}",
      APUS_OK },
    { "{\"nom\":\"b\",\"stamp\":\"then\",\"twice\":7}",
      "{\"called\":\"b\",\"size\":\"0 bytes\",\"tags\":[],\"weights\":{},\"code\":\"\","
      "\"stamp\":\"then\",\"twice\":0}",
      APUS_OK },
    { "{\"who\":[\"c\",\"d\"],\"stamp\":\"s\"}",
      "{\"called\":\"c\",\"size\":\"0 "
      "bytes\",\"tags\":[],\"weights\":{},\"code\":\"\",\"stamp\":\"s\","
      "\"twice\":0}",
      APUS_OK },
    { "{\"name\":\"nobody\",\"code\":1}",
      "{\"detail\":[{\"type\":\"nobody\",\"loc\":[\"body\",\"name\"],\"msg\":\"nobody is no name\","
      "\"input\":\"nobody\"},{\"type\":\"string_type\",\"loc\":[\"body\",\"code\"],\"msg\":\"Input "
      "should be a valid string\"}]}",
      APUS_INVALID },
    { "{\"name\":\"a\",\"size\":13}",
      "{\"detail\":[{\"type\":\"value_error\",\"loc\":[\"body\",\"size\"],\"msg\":\"Value error, "
      "brings "
      "bad luck\",\"ctx\":{\"error\":{}}}]}",
      APUS_INVALID },
    { "{\"name\":\"a\",\"size\":14,\"code\":\"s3\"}",
      "{\"detail\":[{\"type\":\"value_error\",\"loc\":[\"body\"],\"msg\":\"Value error, is no "
      "good\","
      "\"input\":{\"name\":\"a\",\"size\":14},\"ctx\":{\"error\":{}}}]}",
      APUS_INVALID },
    { "{\"name\":\"a\",\"tags\":1}",
      "{\"detail\":[{\"type\":\"list_type\",\"loc\":[\"body\",\"tags\"],\"msg\":\"Input should be "
      "a "
      "valid list\",\"input\":1}]}",
      APUS_INVALID },
    { "{\"name\":\"a\",\"weights\":\"{\\\"x\\\":1,\\\"2\\\":[]}\"}",
      "{\"detail\":[{\"type\":\"int_type\",\"loc\":[\"body\",\"weights\",\"2\",\"int\"],\"msg\":"
      "\"Input "
      "should be a valid "
      "integer\",\"input\":[]},{\"type\":\"string_type\",\"loc\":[\"body\",\"weights\","
      "\"2\",\"str\"],\"msg\":\"Input should be a valid "
      "string\",\"input\":[]},{\"type\":\"int_parsing\","
      "\"loc\":[\"body\",\"weights\",\"x\",\"[key]\"],\"msg\":\"Input should be a valid integer, "
      "unable "
      "to parse string as an integer\",\"input\":\"x\"}]}",
      APUS_INVALID },
};

static apus_rc read_and_write(apus_arena *a, apus_str text, apus_str *out)
{
    struct thing t;
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems };
    apus_buf b = apus_buf_in(a);
    apus_rc rc = apus_decode_json(&d, &thing_type, NULL, text, &body, &t);
    if (rc == APUS_OK) {
        struct thing *copy = apus_model_copy(a, &thing_model, &t);
        rc = copy ? apus_encode_model(&b, &thing_model, copy, APUS_OMIT_nothing) : APUS_NOMEM;
    } else if (rc == APUS_INVALID) {
        apus_problems_write(&problems, &b);
    }
    apus_rc taken = apus_buf_take(&b, out);
    return taken ? taken : rc;
}

static void test_values_and_problems(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_arena a;
        apus_str out;
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        apus_rc rc = read_and_write(&a, apus_str_of(rows[i].text), &out);
        assert_int_equal(rc, rows[i].rc);
        assert_string_equal(out.ptr, rows[i].out);
        apus_arena_finish(&a);
    }
}

/* Wherever room ends nothing crashes; with enough of it all is as it should be. */
static void test_memory_runs_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t limit = 64;; limit += 16) {
            apus_arena a;
            apus_str out;
            assert_true(limit < 1 << 20);
            apus_arena_init(&a, &apus_alloc_libc, limit);
            apus_rc rc = read_and_write(&a, apus_str_of(rows[i].text), &out);
            bool done = rc == rows[i].rc && strcmp(out.ptr, rows[i].out) == 0;
            apus_arena_finish(&a);
            if (done)
                break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_problems),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
