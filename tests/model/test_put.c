/* Lists of objects are written in one go where all is short, each object by itself otherwise:
 * the bytes are the same, and so is what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>

#include <cmocka.h>

#include "apus/decode.h"
#include "apus/encode.h"
#include "shapes.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef struct trade {
    apus_str note;
    int32_t side;
    double price;
    double *limit;
    apus_strs tags;
    int64_t a_member_whose_name_is_longer_than_a_step_of_bytes;
    apus_time at;
    bool firm;
} trade;

static const apus_enum_value sides[] = { { APUS_STR_INIT("buy"), 0 },
                                         { APUS_STR_INIT("sell"), 1 } };
static const apus_enum side_enum = { "Side", sides, 2, false };
static const apus_type side_type = {
    .kind = APUS_KIND_enum, .size = 4, .align = 4, .enumeration = &side_enum
};
static const apus_rules positive = { .has = APUS_RULE_gt };
static const apus_rules few = { .has = APUS_RULE_max_items, .max_items = 3 };
static const apus_field fields[] = {
    FIELD(trade, note, apus_type_str),
    FIELD(trade, side, side_type),
    FIELD(trade, price, apus_type_double, .rules = &positive),
    FIELD(trade, limit, apus_type_double, .flags = APUS_FIELD_pointer | APUS_FIELD_nullable),
    FIELD(trade, tags, apus_type_strs, .rules = &few),
    FIELD(trade, a_member_whose_name_is_longer_than_a_step_of_bytes, apus_type_int64),
    FIELD(trade, at, apus_type_time),
    FIELD(trade, firm, apus_type_bool),
};
static const apus_model model = { .name = "Trade",
                                  .size = sizeof(trade),
                                  .align = _Alignof(trade),
                                  .fields = fields,
                                  .n_fields = COUNT(fields) };
static const apus_type type = TYPE_OF(trade, model);

typedef struct trade_list {
    const trade *ptr;
    size_t len;
} trade_list;
static const apus_type list_type = {
    .kind = APUS_KIND_list, .size = sizeof(trade_list), .align = _Alignof(trade_list), .item = &type
};

/* The list as its items and what stands between them. */
static apus_rc encode_apart(apus_buf *to, const trade *trades, size_t n)
{
    apus_rc rc = APUS_OK;
    apus_buf_addc(to, '[');
    for (size_t i = 0; rc == APUS_OK && i < n; i++) {
        if (i)
            apus_buf_addc(to, ',');
        rc = apus_encode_model(to, &model, &trades[i], APUS_OMIT_nothing);
    }
    apus_buf_addc(to, ']');
    return rc ? rc : to->failed;
}

static void expect_same(const trade *trades, size_t n, size_t limit)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_buf apart = apus_buf_in(&a), whole = apus_buf_in(&a);
    apart.limit = whole.limit = limit;
    trade_list list = { trades, n };
    apus_rc rc = apus_encode_json(&whole, &list_type, &list, APUS_OMIT_nothing);
    assert_int_equal(encode_apart(&apart, trades, n), rc);
    if (rc == APUS_OK) {
        assert_int_equal(apart.len, whole.len);
        assert_memory_equal(apart.ptr, whole.ptr, whole.len);
    }
    apus_arena_finish(&a);
}

static char long_text[600];

/* One of many, in the order of k: each kind of member meets what is short and what is not. */
static trade trade_of(unsigned k)
{
    static const apus_str tags[] = { APUS_STR_INIT("a"), APUS_STR_INIT("\"quoted\""),
                                     APUS_STR_INIT("0123456789abcdef0123456789"),
                                     APUS_STR_INIT("d") };
    static const char *const notes[] = { "", "plain", "\xC3\xA9", "tab\t", "0123456789abcdef" };
    static double half = 0.5;
    trade t = { .note = apus_str_of(notes[k % COUNT(notes)]), .price = 1.25, .side = (int)(k % 2) };
    t.limit = k % 3 ? &half : NULL;
    t.tags = (apus_strs){ (apus_str *)(uintptr_t)tags, k % 4 };
    t.a_member_whose_name_is_longer_than_a_step_of_bytes = INT64_MIN + k;
    t.firm = k % 2;
    if (k % 7 == 6)
        t.note = (apus_str){ long_text, 100 + k };
    return t;
}

static void lists_are_their_items(void **state)
{
    (void)state;
    trade trades[40];
    memset(long_text, 'x', sizeof(long_text));
    for (unsigned first = 0; first < 60; first++) {
        for (unsigned i = 0; i < COUNT(trades); i++)
            trades[i] = trade_of(first + i);
        for (size_t n = 0; n <= COUNT(trades); n += 1 + n / 3)
            expect_same(trades, n, SIZE_MAX);
    }
}

static void what_breaks_a_rule_is_found(void **state)
{
    (void)state;
    trade trades[12];
    static const apus_str four[] = { APUS_STR_INIT("a"), APUS_STR_INIT("b"), APUS_STR_INIT("c"),
                                     APUS_STR_INIT("d") };
    for (unsigned kind = 0; kind < 5; kind++)
        for (unsigned at = 0; at < COUNT(trades); at++) {
            for (unsigned i = 0; i < COUNT(trades); i++)
                trades[i] = trade_of(0);
            trade *t = &trades[at];
            if (kind == 0)
                t->price = 0;
            else if (kind == 1)
                t->price = (double)INFINITY;
            else if (kind == 2)
                t->note = APUS_STR("\xff");
            else if (kind == 3)
                t->side = 7;
            else
                t->tags = (apus_strs){ (apus_str *)(uintptr_t)four, 4 };
            trade_list list = { trades, COUNT(trades) };
            apus_arena a;
            apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
            apus_buf b = apus_buf_in(&a);
            assert_int_equal(apus_encode_json(&b, &list_type, &list, APUS_OMIT_nothing),
                             APUS_INVALID);
            apus_arena_finish(&a);
            expect_same(trades, COUNT(trades), SIZE_MAX);
        }
}

/* A limit is passed where the bytes pass it, and not by the room that was asked for. */
static void limits_are_exact(void **state)
{
    (void)state;
    trade trades[6];
    for (unsigned i = 0; i < COUNT(trades); i++)
        trades[i] = trade_of(i);
    for (size_t limit = 0; limit < 1600; limit++)
        expect_same(trades, COUNT(trades), limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_their_items),
        cmocka_unit_test(what_breaks_a_rule_is_found),
        cmocka_unit_test(limits_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
