/* Pointers into JSON: RFC 6901's own examples, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "apus/json_pointer.h"

/* RFC 6901, section 5. */
static const char document[] = "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, "
                               "\"e^f\": 3, \"g|h\": 4, \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7, "
                               "\"m~n\": 8}";

static apus_arena arena;

static int set_up(void **state)
{
    apus_json *v = NULL;
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 20);
    apus_rc rc = apus_json_parse(&arena, apus_str_of(document), NULL, &v, NULL);
    *state = v;
    return rc != APUS_OK;
}

static int tear_down(void **state)
{
    (void)state;
    apus_arena_finish(&arena);
    return 0;
}

static void points(void **state)
{
    static const struct {
        const char *pointer, *fragment;
        int64_t value;
    } rows[] = {
        { "/", "#/", 0 },           { "/a~1b", "#/a~1b", 1 },     { "/c%d", "#/c%25d", 2 },
        { "/e^f", "#/e%5Ef", 3 },   { "/g|h", "#/g%7Ch", 4 },     { "/i\\j", "#/i%5Cj", 5 },
        { "/k\"l", "#/k%22l", 6 },  { "/ ", "#/%20", 7 },         { "/m~0n", "#/m~0n", 8 },
        { "/m~0n", "#/m%7E0n", 8 }, { "/a~1b", "#/a%7e%31b", 1 }, { "/m~n", "#/m~n", 8 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const apus_json *plain = apus_json_pointer(*state, apus_str_of(rows[i].pointer));
        const apus_json *linked = apus_json_reference(*state, apus_str_of(rows[i].fragment));
        assert_int_equal(apus_json_int_or(plain, -1), rows[i].value);
        assert_ptr_equal(linked, plain);
    }
    assert_ptr_equal(apus_json_pointer(*state, APUS_STR("")), *state);
    assert_ptr_equal(apus_json_reference(*state, APUS_STR("#")), *state);
}

static void items(void **state)
{
    const apus_json *foo = apus_json_get(*state, "foo");
    assert_ptr_equal(apus_json_pointer(*state, APUS_STR("/foo/0")), apus_json_at(foo, 0));
    assert_ptr_equal(apus_json_pointer(*state, APUS_STR("/foo/1")), apus_json_at(foo, 1));
}

static void nothing_there(void **state)
{
    static const char *const pointers[] = {
        "foo",      "/bar", "/foo/2", "/foo/-", "/foo/01", "/foo/", "/foo/99999999999999999999",
        "/foo/0/x", "/a/b", "/c%25d", "/fo",    "/fooo",   "//",    "/foo/1x",
    };
    static const char *const references[] = { "", "/foo", "foo", "other.json#/foo", "#foo" };
    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
        assert_null(apus_json_pointer(*state, apus_str_of(pointers[i])));
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
        assert_null(apus_json_reference(*state, apus_str_of(references[i])));
}

/* From one reference to the next; a circle ends. */
static void resolves(void **state)
{
    static const char text[] = "{\"a\": {\"$ref\": \"#/b\"}, \"b\": {\"$ref\": \"#/c\"}, "
                               "\"c\": {\"type\": \"string\"}, \"round\": {\"$ref\": \"#/round\"}, "
                               "\"lost\": {\"$ref\": \"#/nowhere\"}, "
                               "\"named\": {\"$ref\": {\"type\": \"null\"}}}";
    apus_json *v;
    (void)state;
    assert_int_equal(apus_json_parse(&arena, apus_str_of(text), NULL, &v, NULL), APUS_OK);
    const apus_json *c = apus_json_get(v, "c"), *named = apus_json_get(v, "named");
    assert_ptr_equal(apus_json_resolve(v, apus_json_get(v, "a")), c);
    assert_ptr_equal(apus_json_resolve(v, c), c);
    assert_ptr_equal(apus_json_resolve(v, named), named);
    assert_null(apus_json_resolve(v, apus_json_get(v, "round")));
    assert_null(apus_json_resolve(v, apus_json_get(v, "lost")));
    assert_null(apus_json_resolve(v, NULL));
}

/* What is written leads back. */
static void adds(void **state)
{
    apus_buf b = apus_buf_in(&arena);
    apus_str text;
    (void)state;
    apus_json_pointer_add(&b, APUS_STR("/items/{id}"));
    apus_json_pointer_add(&b, APUS_STR("a~1"));
    apus_json_pointer_add(&b, APUS_STR(""));
    assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
    assert_string_equal(text.ptr, "/~1items~1{id}/a~01/");
    apus_json *inner = apus_json_object(&arena), *middle = apus_json_object(&arena);
    apus_json *outer = apus_json_object(&arena), *leaf = apus_json_int(&arena, 7);
    assert_true(apus_json_set(&arena, inner, "", leaf));
    assert_true(apus_json_set(&arena, middle, "a~1", inner));
    assert_true(apus_json_set(&arena, outer, "/items/{id}", middle));
    assert_ptr_equal(apus_json_pointer(outer, text), leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points),   cmocka_unit_test(items), cmocka_unit_test(nothing_there),
        cmocka_unit_test(resolves), cmocka_unit_test(adds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
