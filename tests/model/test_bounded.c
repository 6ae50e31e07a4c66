/* What a client sends costs no more than its length, whatever it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apus/decode.h"
#include "apus/encode.h"

struct reading {
    apus_arena arena;
    apus_problems problems;
    apus_decoder d;
};

static void begin(struct reading *r, size_t memory)
{
    apus_arena_init(&r->arena, &apus_alloc_libc, memory);
    apus_problems_init(&r->problems, &r->arena);
    r->d = (apus_decoder){ .arena = &r->arena, .problems = &r->problems };
}

static apus_rc read_as(struct reading *r, const apus_type *type, apus_str text, void *at)
{
    apus_place body = { .key = APUS_STR("body") };
    return apus_decode_json(&r->d, type, NULL, text, &body, at);
}

static apus_str taken(apus_buf *b)
{
    apus_str text;
    assert_int_equal(apus_buf_take(b, &text), APUS_OK);
    return text;
}

/* --- members that a model keeps --- */

struct open {
    apus_json rest;
};
static const apus_model open_model = { .name = "Open",
                                       .size = sizeof(struct open),
                                       .align = _Alignof(struct open),
                                       .extra = APUS_EXTRA_keep,
                                       .keep_offset = offsetof(struct open, rest) };
static const apus_type open_type = { .kind = APUS_KIND_model,
                                     .size = sizeof(struct open),
                                     .align = _Alignof(struct open),
                                     .model = &open_model };

static void kept_names_are_whole_and_the_last_value_counts(void **state)
{
    (void)state;
    struct reading r;
    struct open v;
    begin(&r, 1 << 20);
    apus_str text = APUS_STR("{\"a\":1,\"b\\u0000x\":2,\"b\":3,\"a\":[4],\"c\":5}");
    assert_int_equal(read_as(&r, &open_type, text, &v), APUS_OK);
    apus_buf out = apus_buf_with(&apus_alloc_libc);
    assert_int_equal(apus_encode_json(&out, &open_type, &v, APUS_OMIT_nothing), APUS_OK);
    assert_string_equal(taken(&out).ptr, "{\"a\":[4],\"b\\u0000x\":2,\"b\":3,\"c\":5}");
    r.d.limits.refuse_duplicate_keys = true;
    assert_int_equal(read_as(&r, &open_type, text, &v), APUS_SYNTAX);
    assert_string_equal(r.d.error.message, "Duplicate key");
    apus_buf_finish(&out);
    apus_arena_finish(&r.arena);
}

/* A search of the members for each of them would take minutes here. */
static void wide_objects_are_kept(void **state)
{
    (void)state;
    enum { WIDE = 200000 };
    struct reading r;
    struct open v;
    begin(&r, 256 << 20);
    apus_buf b = apus_buf_in(&r.arena);
    for (int i = 0; i < WIDE; i++)
        apus_buf_addf(&b, "%c\"member%d\":0", i ? ',' : '{', i);
    apus_buf_addc(&b, '}');
    assert_int_equal(read_as(&r, &open_type, taken(&b), &v), APUS_OK);
    assert_int_equal(v.rest.n, WIDE);
    assert_string_equal(v.rest.last->name.ptr, "member199999");
    apus_arena_finish(&r.arena);
}

/* --- unions without a tag, within themselves --- */

struct node {
    int which;
    struct node *next;
    int a, b;
};
static const apus_model node_model;
static const apus_type node_type = { .kind = APUS_KIND_model,
                                     .size = sizeof(struct node),
                                     .align = _Alignof(struct node),
                                     .model = &node_model };

#define NEXT                                                                                       \
    {                                                                                              \
        APUS_FIELD_NAME("next"), .type = &node_type, .offset = offsetof(struct node, next),        \
                                 .flags = APUS_FIELD_pointer | APUS_FIELD_nullable                 \
    }
#define WHOLE(member)                                                                              \
    {                                                                                              \
        APUS_FIELD_NAME(#member), .type = &apus_type_int, .offset = offsetof(struct node, member), \
                                  .flags = APUS_FIELD_required                                     \
    }
#define NODE(title, its)                                                                           \
    {                                                                                              \
        .name = (title), .size = sizeof(struct node), .align = _Alignof(struct node),              \
        .fields = (its), .n_fields = 2                                                             \
    }

static const apus_field a_fields[] = { NEXT, WHOLE(a) }, b_fields[] = { NEXT, WHOLE(b) };
static const apus_model a_model = NODE("A", a_fields), b_model = NODE("B", b_fields);
static const apus_variant variants[] = {
    { .name = APUS_STR_INIT("A"), .model = &a_model, .tag = 0 },
    { .name = APUS_STR_INIT("B"), .model = &b_model, .tag = 1 },
};
static const apus_field which = { APUS_FIELD_NAME("which"), .type = &apus_type_int,
                                  .offset = offsetof(struct node, which), .flags = APUS_FIELD_tag };
static const apus_model node_model = { .name = "Node",
                                       .size = sizeof(struct node),
                                       .align = _Alignof(struct node),
                                       .fields = &which,
                                       .n_fields = 1,
                                       .variants = variants,
                                       .n_variants = 2,
                                       .tag_hidden = true };

/* Nodes within nodes: each looks like the first shape until its end. */
static apus_rc read_nested(struct reading *r, int depth, struct node *out)
{
    apus_buf b = apus_buf_in(&r->arena);
    for (int i = 1; i < depth; i++)
        apus_buf_lit(&b, "{\"next\":");
    apus_buf_lit(&b, "{\"b\":1}");
    for (int i = 1; i < depth; i++)
        apus_buf_lit(&b, ",\"b\":1}");
    return read_as(r, &node_type, taken(&b), out);
}

static void unions_within_unions_are_not_tried_for_ever(void **state)
{
    (void)state;
    struct reading r;
    struct node v;
    begin(&r, 8 << 20);
    assert_int_equal(read_nested(&r, 8, &v), APUS_OK);
    assert_int_equal(v.which, 1);
    assert_int_equal(v.next->next->next->b, 1);
    assert_int_equal(read_nested(&r, 60, &v), APUS_LIMIT);
    assert_int_equal(r.problems.n, 0);
    apus_arena_finish(&r.arena);
}

/* --- problems --- */

/* Of those that are not told nothing is made: the memory would not do. */
static void problems_beyond_the_most_are_only_counted(void **state)
{
    (void)state;
    enum { BAD = 100000 };
    struct reading r;
    struct {
        int *ptr;
        size_t len;
    } v;
    apus_type ints = {
        .kind = APUS_KIND_list, .size = sizeof(v), .align = _Alignof(int *), .item = &apus_type_int
    };
    begin(&r, 2 << 20);
    apus_buf b = apus_buf_with(&apus_alloc_libc);
    for (int i = 0; i < BAD; i++)
        apus_buf_addf(&b, "%c\"x\"", i ? ',' : '[');
    apus_buf_addc(&b, ']');
    assert_int_equal(read_as(&r, &ints, taken(&b), &v), APUS_INVALID);
    assert_int_equal(r.problems.n, BAD);
    size_t told = 0;
    for (const apus_problem *p = r.problems.first; p; p = p->next)
        told++;
    assert_int_equal(told, r.problems.max);
    apus_buf_finish(&b);
    apus_arena_finish(&r.arena);
}

/* --- parameters in one object --- */

static void of_parameters_the_last_counts_too(void **state)
{
    (void)state;
    struct reading r;
    struct node v;
    const apus_field *const fields[] = { &a_fields[1], &b_fields[1] };
    apus_place body = { .key = APUS_STR("body") };
    begin(&r, 1 << 20);
    assert_int_equal(apus_decode_json_members(&r.d, fields, 2,
                                              APUS_STR("{\"a\":\"x\",\"b\":2,\"a\":1}"), &body, &v),
                     APUS_OK);
    assert_int_equal(v.a, 1);
    assert_int_equal(r.problems.n, 0);
    assert_int_equal(apus_decode_json_members(&r.d, fields, 2,
                                              APUS_STR("{\"a\":1,\"b\":2,\"a\":\"x\"}"), &body, &v),
                     APUS_INVALID);
    assert_int_equal(r.problems.n, 1);
    apus_arena_finish(&r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_names_are_whole_and_the_last_value_counts),
        cmocka_unit_test(wide_objects_are_kept),
        cmocka_unit_test(unions_within_unions_are_not_tried_for_ever),
        cmocka_unit_test(problems_beyond_the_most_are_only_counted),
        cmocka_unit_test(of_parameters_the_last_counts_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
