/* Memory that runs out at any moment, long input in linear time, and round trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/failing.h"
#include "apus/decode.h"
#include "apus/encode.h"

struct score {
    apus_str key;
    int64_t value;
};
struct scores {
    struct score *ptr;
    size_t len;
};
static const apus_type scores_type = { .kind = APUS_KIND_map,
                                       .size = sizeof(struct scores),
                                       .align = _Alignof(struct scores),
                                       .item = &apus_type_int64,
                                       .entry_size = sizeof(struct score),
                                       .value_offset = offsetof(struct score, value) };

struct post {
    apus_str title;
    const char *author;
    int64_t *likes;
    apus_strs tags;
    struct scores scores;
    apus_json any;
    apus_decimal price;
};

static const apus_rules unique = { .has = APUS_RULE_unique };
#define FIELD(m, t, ...)                                                                           \
    {                                                                                              \
        APUS_FIELD_NAME(#m), .type = &(t), .offset = offsetof(struct post, m), __VA_ARGS__         \
    }
static const apus_field fields[] = {
    FIELD(title, apus_type_str, .flags = APUS_FIELD_required),
    FIELD(author, apus_type_cstr, .flags = APUS_FIELD_required),
    FIELD(likes, apus_type_int64, .flags = APUS_FIELD_pointer | APUS_FIELD_nullable),
    FIELD(tags, apus_type_strs, .rules = &unique),
    FIELD(scores, scores_type, .flags = 0),
    FIELD(any, apus_type_json, .flags = 0),
    FIELD(price, apus_type_decimal, .flags = 0),
};
static const apus_model model = { .name = "Post",
                                  .size = sizeof(struct post),
                                  .align = _Alignof(struct post),
                                  .fields = fields,
                                  .n_fields = sizeof(fields) / sizeof(fields[0]) };
static const apus_type type = { .kind = APUS_KIND_model,
                                .size = sizeof(struct post),
                                .align = _Alignof(struct post),
                                .model = &model };

#define GOOD                                                                                       \
    "{\"title\":\"a\\nb\",\"author\":\"ada\",\"likes\":7,\"tags\":[\"x\",\"y\"],"                  \
    "\"scores\":{\"a\":1,\"b\":2},\"any\":{\"k\":[1,2.5,null,\"t\"]},\"price\":\"1.50\"}"
#define BAD                                                                                        \
    "{\"title\":1,\"likes\":\"x\",\"tags\":[\"x\",\"x\"],\"scores\":{\"a\":\"q\"},\"price\":[]}"

/* Reads text and writes what came of it: the value again, or what is wrong with it. */
static apus_rc read_and_write(apus_arena *a, apus_str text, apus_str *out)
{
    struct post p;
    apus_problems problems;
    apus_place body = { .key = APUS_STR("body") };
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems };
    apus_buf b = apus_buf_in(a);
    apus_rc rc = apus_decode_json(&d, &type, NULL, text, &body, &p);
    if (rc == APUS_OK)
        rc = apus_encode_model(&b, &model, &p, APUS_OMIT_nothing);
    else if (rc == APUS_INVALID)
        apus_problems_write(&problems, &b);
    apus_rc taken = apus_buf_take(&b, out);
    return taken ? taken : rc;
}

static void march(apus_str text, apus_rc expected)
{
    for (unsigned k = 1;; k++) {
        struct failing f = { .fail_at = k };
        apus_alloc alloc = failing_alloc(&f);
        apus_arena a;
        apus_str out = { NULL, 0 };
        apus_arena_init(&a, &alloc, 1 << 20);
        apus_rc rc = read_and_write(&a, text, &out);
        assert_int_equal(rc, f.calls < k ? expected : APUS_NOMEM);
        apus_arena_finish(&a);
        assert_int_equal(f.held, 0);
        if (f.calls < k)
            break;
    }
}

/* The same with an arena that is full a little later each time. */
static void squeeze(apus_str text, apus_rc expected)
{
    apus_rc rc = APUS_NOMEM;
    for (size_t limit = 64; rc == APUS_NOMEM; limit += 16) {
        apus_arena a;
        apus_str out;
        assert_true(limit < 1 << 20);
        apus_arena_init(&a, &apus_alloc_libc, limit);
        rc = read_and_write(&a, text, &out);
        apus_arena_finish(&a);
    }
    assert_int_equal(rc, expected);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    march(APUS_STR(GOOD), APUS_OK);
    march(APUS_STR(BAD), APUS_INVALID);
    squeeze(APUS_STR(GOOD), APUS_OK);
    squeeze(APUS_STR(BAD), APUS_INVALID);
}

static void test_a_round_trip_gives_the_same_text(void **state)
{
    (void)state;
    apus_arena a;
    apus_str out;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(read_and_write(&a, APUS_STR(GOOD), &out), APUS_OK);
    assert_true(apus_str_eq(out, APUS_STR(GOOD)));
    apus_arena_finish(&a);
}

/* A quadratic lookup would need minutes for these. */
static void test_long_lists_and_maps_take_linear_time(void **state)
{
    (void)state;
    enum { N = 300000 };
    apus_arena a;
    apus_str out;
    apus_arena_init(&a, &apus_alloc_libc, 512 << 20);
    apus_buf b = apus_buf_in(&a);
    apus_buf_lit(&b, "{\"title\":\"\",\"author\":\"\",\"tags\":[");
    for (int i = 0; i < N; i++)
        apus_buf_addf(&b, "%s\"%d\"", i ? "," : "", i);
    apus_buf_lit(&b, "],\"scores\":{");
    for (int i = 0; i < N; i++)
        apus_buf_addf(&b, "%s\"%d\":%d", i ? "," : "", i, i);
    apus_buf_lit(&b, "}}");
    apus_str text;
    assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
    assert_int_equal(read_and_write(&a, text, &out), APUS_OK);
    assert_true(out.len > text.len);
    apus_arena_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_a_round_trip_gives_the_same_text),
        cmocka_unit_test(test_long_lists_and_maps_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
