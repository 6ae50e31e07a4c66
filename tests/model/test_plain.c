/* The short ways of the decoder and the long one say the same: that of a model's own function,
 * as apusc writes it, that of the tables, and the one that knows all.  A name that is written with
 * an escape is not plain, so its member goes the long way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "apus/plain.h"
#include "shapes.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { SIDE_BUY, SIDE_SELL };

typedef struct deal {
    apus_str symbol;
    int side;
    double quantity;
    double *limit;
    int8_t tiny;
    uint64_t big;
    bool firm;
    apus_strs tags;
    apus_ints counts;
    apus_str note;
} deal;

static apus_pattern upper = { .text = "^[A-Z]+-[A-Z]+$" };
static const apus_rules symbol_rules = { .has = APUS_RULE_pattern | APUS_RULE_max_length,
                                         .pattern = &upper,
                                         .max_length = 8 };
static const apus_rules positive = { .has = APUS_RULE_gt | APUS_RULE_multiple_of | APUS_RULE_le,
                                     .multiple_of = { 1, 0.5 },
                                     .le = { 1000, 1000 } };
static const apus_rules small = { .has = APUS_RULE_ge | APUS_RULE_lt | APUS_RULE_strict,
                                  .ge = { -3, -3 },
                                  .lt = { 100, 100 } };
static const apus_rules few = { .has = APUS_RULE_max_items | APUS_RULE_min_length,
                                .max_items = 3,
                                .min_length = 1 };
static const apus_rules distinct = { .has = APUS_RULE_unique };
static const apus_rules stripped = { .has = APUS_RULE_strip };
static const apus_enum_value sides[] = { { APUS_STR_INIT("buy"), SIDE_BUY },
                                         { APUS_STR_INIT("sell"), SIDE_SELL } };
static const apus_enum side = { "Side", sides, COUNT(sides), false };
static const apus_type side_type = {
    .kind = APUS_KIND_enum, .size = sizeof(int), .align = _Alignof(int), .enumeration = &side
};

static const apus_field fields[] = {
    FIELD(deal, symbol, apus_type_str, .rules = &symbol_rules),
    FIELD(deal, side, side_type, REQUIRED),
    FIELD(deal, quantity, apus_type_double, .rules = &positive),
    FIELD(deal, limit, apus_type_double, OPTIONAL, .rules = &positive),
    FIELD(deal, tiny, apus_type_int8, .rules = &small),
    FIELD(deal, big, apus_type_uint64, .flags = APUS_FIELD_secret),
    FIELD(deal, firm, apus_type_bool),
    FIELD(deal, tags, apus_type_strs, .rules = &few),
    FIELD(deal, counts, apus_type_ints, .rules = &distinct),
    FIELD(deal, note, apus_type_str, .rules = &stripped),
};
static const apus_model model = { .name = "Deal",
                                  .size = sizeof(deal),
                                  .align = _Alignof(deal),
                                  .fields = fields,
                                  .n_fields = COUNT(fields) };
static const apus_type tables = TYPE_OF(deal, model);

static uint32_t take_deal(apus_plain *in, void *object)
{
    return !apus_plain_take(in, fields, 0, APUS_KIND_str, object)      ? 0
           : !apus_plain_take(in, fields, 1, APUS_KIND_enum, object)   ? 1
           : !apus_plain_take(in, fields, 2, APUS_KIND_double, object) ? 2
           : !apus_plain_take(in, fields, 3, APUS_KIND_double, object) ? 3
           : !apus_plain_take(in, fields, 4, APUS_KIND_int8, object)   ? 4
           : !apus_plain_take(in, fields, 5, APUS_KIND_uint64, object) ? 5
           : !apus_plain_take(in, fields, 6, APUS_KIND_bool, object)   ? 6
           : !apus_plain_take(in, fields, 7, APUS_KIND_list, object)   ? 7
           : !apus_plain_take(in, fields, 8, APUS_KIND_list, object)   ? 8
           : !apus_plain_take(in, fields, 9, APUS_KIND_str, object)    ? 9
                                                                       : 10;
}

static const apus_model known = { .name = "Deal",
                                  .size = sizeof(deal),
                                  .align = _Alignof(deal),
                                  .fields = fields,
                                  .n_fields = COUNT(fields),
                                  .plain = take_deal };
static const apus_type function = TYPE_OF(deal, known);

/* The first eight of them, all of which may be plain. */
static uint32_t take_short_deal(apus_plain *in, void *object)
{
    uint32_t n = take_deal(in, object);
    return n < 8 ? n : 8;
}

static const apus_model short_tables = {
    .name = "Deal", .size = sizeof(deal), .align = _Alignof(deal), .fields = fields, .n_fields = 8
};
static const apus_model short_known = { .name = "Deal",
                                        .size = sizeof(deal),
                                        .align = _Alignof(deal),
                                        .fields = fields,
                                        .n_fields = 8,
                                        .plain = take_short_deal };

typedef struct deals {
    deal *ptr;
    size_t len;
} deals;

#define DEALS_OF(item_type)                                                                        \
    {                                                                                              \
        .kind = APUS_KIND_list, .size = sizeof(deals), .align = _Alignof(deals),                   \
        .item = &(item_type)                                                                       \
    }
static const apus_type short_table_item = TYPE_OF(deal, short_tables);
static const apus_type short_known_item = TYPE_OF(deal, short_known);
static const apus_type table_list = DEALS_OF(short_table_item);
static const apus_type known_list = DEALS_OF(short_known_item);

static const char *const fine[COUNT(fields)] = {
    "\"BTC-USD\"",          "\"buy\"", "0.5",     "50.0", "-3", "18", "true",
    "[\"a\",\"\xC3\xA9\"]", "[1,2]",   "\" x \"",
};

static const char *const values[] = {
    "null",
    "true",
    "false",
    "truely",
    "nul",
    "0",
    "-0",
    "0.0",
    "-0.0",
    "7",
    "99",
    "100",
    "-4",
    "128",
    "-128",
    "255",
    "18446744073709551615",
    "18446744073709551616",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9007199254740993",
    "00",
    "01",
    "1.",
    ".5",
    "1.5",
    "1.25",
    "1000.0",
    "1000.5",
    "123456789012345678.5",
    "0.1234567890123456789",
    "1e2",
    "1E-2",
    "1e",
    "4.9e-324",
    "-",
    "+1",
    "\"\"",
    "\"a\"",
    "\"AB-CD\"",
    "\"ABCD-EFG\"",
    "\"ABCD-EFGH\"",
    "\"A-B\\u000a\"",
    "\"A-\xC3\x89\"",
    "\"sell\"",
    "\"sel\"",
    "\"s\\u0065ll\"",
    "\"7\"",
    "\"  7 \"",
    "\"0123456789abcde\"",
    "\"0123456789abcdef\"",
    "\"0123456789abcdefg\"",
    "\"0123456789abcde\\\\\"",
    "\"0123456789abcdef\\\\\"",
    "\"tab\there\"",
    "\"",
    "\"open",
    "[]",
    "[ ]",
    "[1]",
    "[1,1]",
    "[1, 2]",
    "[1,2,]",
    "[1,,2]",
    "[,1]",
    "[1 2]",
    "[\"a\"]",
    "[\"a\",\"a\",\"a\"]",
    "[\"a\",\"b\",\"c\",\"d\"]",
    "[\"\"]",
    "[\"a\",1]",
    "[1,2,3,4,5,6,7,8]",
    "[1,2,3,4,5,6,7,8,9]",
    "[1,2,3,4,5,6,7,8,9,1]",
    "[[1]]",
    "[1",
    "[",
    "{}",
    "{\"a\":1}",
    " 7 ",
    "\n\"buy\"\t",
    "7}",
    "7,",
    "",
    "\xFF",
};

struct reading {
    apus_arena arena;
    apus_problems problems;
    apus_rc rc;
    apus_str out;
};

/* What came of it: the problems, or the value as it is written. */
static void read_as(struct reading *r, const apus_type *type, apus_str text)
{
    union {
        deal one;
        deals list;
    } v;
    apus_place body = { .key = APUS_STR("body") };
    apus_arena_init(&r->arena, &apus_alloc_libc, 1 << 20);
    apus_problems_init(&r->problems, &r->arena);
    apus_decoder d = { .arena = &r->arena, .problems = &r->problems };
    /* of just that length, so that whoever reads on is found out */
    char *copy = malloc(text.len + !text.len);
    assert_non_null(copy);
    memcpy(copy, text.ptr, text.len);
    r->rc = apus_decode_json(&d, type, NULL, (apus_str){ copy, text.len }, &body, &v);
    free(copy);
    apus_buf b = apus_buf_in(&r->arena);
    if (r->rc == APUS_INVALID)
        apus_problems_write(&r->problems, &b);
    else if (r->rc == APUS_OK)
        assert_int_equal(apus_encode_json(&b, type, &v, APUS_OMIT_nothing), APUS_OK);
    assert_int_equal(apus_buf_take(&b, &r->out), APUS_OK);
}

static void expect_equal(const char *text, const struct reading *a, const struct reading *b)
{
    if (a->rc != b->rc || !apus_str_eq(a->out, b->out))
        fail_msg("%s\n%d %s\n%d %s", text, a->rc, a->out.ptr, b->rc, b->out.ptr);
}

/* An object whose member `at` has this value; the names with an escape, or without. */
static apus_str object(apus_arena *a, size_t at, const char *value, const char *name_format,
                       const char *comma)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    for (size_t i = 0; i < COUNT(fields); i++) {
        apus_str name = fields[i].name;
        apus_buf_addf(&b, "%s", i ? comma : "{");
        apus_buf_addf(&b, name_format, name.ptr[0], (int)name.len - 1, name.ptr + 1);
        apus_buf_addf(&b, "%s", i == at ? value : fine[i]);
    }
    apus_buf_addc(&b, '}');
    assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
    return text;
}

static void expect_same(size_t at, const char *value, const char *comma)
{
    apus_arena a;
    struct reading shortest, shorter, longer;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_str text = object(&a, at, value, "\"%c%.*s\":", comma);
    read_as(&shortest, &function, text);
    read_as(&shorter, &tables, text);
    read_as(&longer, &tables, object(&a, at, value, "\"\\u%04x%.*s\":", comma));
    expect_equal(text.ptr, &shorter, &longer);
    expect_equal(text.ptr, &shortest, &longer);
    apus_arena_finish(&shortest.arena);
    apus_arena_finish(&shorter.arena);
    apus_arena_finish(&longer.arena);
    apus_arena_finish(&a);
}

static void all_ways_agree(void **state)
{
    (void)state;
    assert_int_equal(apus_model_prepare(&model, NULL), APUS_OK);
    for (size_t at = 0; at < COUNT(fields); at++)
        for (size_t i = 0; i < COUNT(values); i++) {
            expect_same(at, values[i], ",");
            expect_same(at, values[i], ", ");
            expect_same(at, values[i], " ,\n");
        }
}

static void expect_accepted(const apus_type *type)
{
    apus_arena a;
    struct reading r;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(apus_model_prepare(&model, NULL), APUS_OK);
    read_as(&r, type, object(&a, 0, fine[0], "\"%c%.*s\":", ","));
    assert_int_equal(r.rc, APUS_OK);
    assert_string_equal(r.out.ptr,
                        "{\"symbol\":\"BTC-USD\",\"side\":\"buy\",\"quantity\":0.5,"
                        "\"limit\":50.0,\"tiny\":-3,\"big\":18,\"firm\":true,"
                        "\"tags\":[\"a\",\"\xC3\xA9\"],\"counts\":[1,2],\"note\":\"x\"}");
    apus_arena_finish(&r.arena);
    apus_arena_finish(&a);
}

static void what_is_plain_is_accepted(void **state)
{
    (void)state;
    expect_accepted(&tables);
    expect_accepted(&function);
}

/* However early it ends, no text that is cut short is taken for a whole one. */
static void expect_no_overrun(const apus_type *type)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(apus_model_prepare(&model, NULL), APUS_OK);
    apus_str text = object(&a, 0, fine[0], "\"%c%.*s\":", ",");
    for (size_t n = 0; n < text.len; n++) {
        struct reading r;
        read_as(&r, type, apus_str_slice(text, 0, n));
        assert_int_equal(r.rc, APUS_SYNTAX);
        apus_arena_finish(&r.arena);
    }
    apus_arena_finish(&a);
}

static void no_end_is_overrun(void **state)
{
    (void)state;
    expect_no_overrun(&tables);
    expect_no_overrun(&function);
}

/* The last value of a name counts, whichever way each was read. */
static void repeated_members_count_once(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"quantity\":1,\"symbol\":\"A-B\",\"side\":\"buy\",\"symbol\":\"C-D\"}",
        "{\"quantity\":1,\"side\":\"buy\",\"symbol\":\"A-B\",\"side\":\"sell\",\"symbol\":\"C-D\"}",
        "{\"quantity\":1,\"symbol\":\"bad\",\"side\":\"sell\",\"symbol\":\"C-D\",\"side\":\"buy\"}",
    };
    assert_int_equal(apus_model_prepare(&model, NULL), APUS_OK);
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct reading r;
        read_as(&r, i % 2 ? &tables : &function, apus_str_of(texts[i]));
        assert_int_equal(r.rc, APUS_OK);
        assert_non_null(strstr(r.out.ptr, "\"symbol\":\"C-D\""));
        apus_arena_finish(&r.arena);
    }
}

#define PLAIN                                                                                      \
    "{\"symbol\":\"A-B\",\"side\":\"buy\",\"quantity\":1.5,\"limit\":null,\"tiny\":1,"             \
    "\"big\":2,\"firm\":true,\"tags\":[\"a\"]}"
#define ODD   "{\"tags\":[],\"symbol\":\"C-D\",\"side\":\"sell\",\"quantity\":2}"
#define FEWER "{\"symbol\":\"A-B\",\"side\":\"buy\",\"quantity\":1.5}"
#define WRONG "{\"symbol\":\"a\",\"side\":\"buy\",\"quantity\":1.5}"

/* Whatever stands beside what, and whichever item is the first that is not plain. */
static void lists_of_objects_agree(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[" PLAIN "]",
        "[" PLAIN "," PLAIN " , " PLAIN "]",
        "[" PLAIN "," ODD "," PLAIN "," FEWER "]",
        "[" ODD "," PLAIN "," PLAIN "]",
        "[" FEWER "," PLAIN "," FEWER "]",
        "[" PLAIN "," WRONG "," PLAIN "," WRONG "]",
        "[" PLAIN ",null," PLAIN ",7,[]]",
        "[" PLAIN "," PLAIN ",]",
        "[" PLAIN " " PLAIN "]",
        "[" PLAIN "," PLAIN,
        "[" PLAIN "," PLAIN "}",
        "[" PLAIN ",",
        "[]",
    };
    assert_int_equal(apus_model_prepare(&short_tables, NULL), APUS_OK);
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct reading a, b;
        read_as(&a, &known_list, apus_str_of(texts[i]));
        read_as(&b, &table_list, apus_str_of(texts[i]));
        expect_equal(texts[i], &a, &b);
        apus_arena_finish(&a.arena);
        apus_arena_finish(&b.arena);
    }
}

/* A list within an object counts as one level more, whichever way it is read. */
static void depth_is_limited(void **state)
{
    (void)state;
    static const apus_type *const types[] = { &known_list, &table_list };
    assert_int_equal(apus_model_prepare(&short_tables, NULL), APUS_OK);
    for (size_t i = 0; i < COUNT(types); i++) {
        for (uint32_t depth = 1; depth <= 4; depth++) {
            apus_arena a;
            apus_problems problems;
            deals v;
            apus_place body = { .key = APUS_STR("body") };
            apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
            apus_problems_init(&problems, &a);
            apus_decoder d = { .arena = &a, .problems = &problems };
            d.limits.depth = depth;
            apus_rc rc = apus_decode_json(&d, types[i], NULL, APUS_STR("[" PLAIN "]"), &body, &v);
            assert_int_equal(rc == APUS_OK, depth >= 3);
            apus_arena_finish(&a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_agree),         cmocka_unit_test(what_is_plain_is_accepted),
        cmocka_unit_test(no_end_is_overrun),      cmocka_unit_test(repeated_members_count_once),
        cmocka_unit_test(lists_of_objects_agree), cmocka_unit_test(depth_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
