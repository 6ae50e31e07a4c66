/* JSON in, a struct or the 422 answer out: a row for each type of problem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../support/failing.h"
#include "apus/json.h"
#include "shapes_tables.h"

struct reading {
    apus_arena arena;
    apus_problems problems;
    apus_decoder d;
};

static void begin(struct reading *r, const apus_alloc *alloc)
{
    apus_arena_init(&r->arena, alloc, 8 << 20);
    apus_problems_init(&r->problems, &r->arena);
    r->d = (apus_decoder){ .arena = &r->arena, .problems = &r->problems };
    assert_int_equal(apus_model_prepare(&item_model, NULL), APUS_OK);
}

static apus_rc read_as(struct reading *r, const apus_type *type, const char *text, void *at)
{
    apus_place body = { .key = APUS_STR("body") };
    return apus_decode_json(&r->d, type, NULL, apus_str_of(text), &body, at);
}

/* The answer to text read as a type, as JSON; "" when there is nothing wrong. */
static void expect_answer(const apus_type *type, void *at, const char *text, const char *detail)
{
    struct reading r;
    begin(&r, &apus_alloc_libc);
    apus_rc rc = read_as(&r, type, text, at);
    if (*detail) {
        apus_buf b = apus_buf_in(&r.arena);
        apus_str said, wanted = apus_arena_strf(&r.arena, "{\"detail\":[%s]}", detail);
        apus_json *x, *y;
        apus_problems_write(&r.problems, &b);
        assert_int_equal(apus_buf_take(&b, &said), APUS_OK);
        assert_int_equal(apus_json_parse(&r.arena, said, NULL, &x, NULL), APUS_OK);
        assert_int_equal(apus_json_parse(&r.arena, wanted, NULL, &y, NULL), APUS_OK);
        if (!apus_json_eq(x, y))
            print_error("for  %s\nsaid %s\nnot  %s\n", text, said.ptr, wanted.ptr);
        assert_true(apus_json_eq(x, y));
    }
    assert_int_equal(rc, *detail ? APUS_INVALID : APUS_OK);
    apus_arena_finish(&r.arena);
}

#define P(type, loc, msg, input)                                                                   \
    "{\"type\":\"" type "\",\"loc\":" loc ",\"msg\":\"" msg "\",\"input\":" input "}"
#define C(type, loc, msg, input, ctx)                                                              \
    "{\"type\":\"" type "\",\"loc\":" loc ",\"msg\":\"" msg "\",\"input\":" input ",\"ctx\":" ctx  \
    "}"
#define AT(name) "[\"body\",\"" name "\"]"

static void every_kind_has_its_complaints(void **state)
{
    (void)state;
    static const struct {
        const char *text, *detail;
    } rows[] = {
        { "{}", "" },
        { "{\"flag\":\"yes\",\"tiny\":\" +7 \",\"count\":3.0,\"big\":18446744073709551615}", "" },
        { "{\"flag\":2}", P("bool_parsing", AT("flag"),
                            "Input should be a valid boolean, unable to interpret input", "2") },
        { "{\"flag\":[]}", P("bool_type", AT("flag"), "Input should be a valid boolean", "[]") },
        { "{\"tiny\":128}", C("less_than_equal", AT("tiny"),
                              "Input should be less than or equal to 127", "128", "{\"le\":127}") },
        { "{\"tiny\":-129}",
          C("greater_than_equal", AT("tiny"), "Input should be greater than or equal to -128",
            "-129", "{\"ge\":-128}") },
        { "{\"count\":\"x\"}",
          P("int_parsing", AT("count"),
            "Input should be a valid integer, unable to parse string as an integer", "\"x\"") },
        { "{\"count\":1.5}",
          P("int_from_float", AT("count"),
            "Input should be a valid integer, got a number with a fractional part", "1.5") },
        { "{\"count\":{}}", P("int_type", AT("count"), "Input should be a valid integer", "{}") },
        { "{\"count\":null}",
          P("int_type", AT("count"), "Input should be a valid integer", "null") },
        { "{\"big\":-1}", C("greater_than_equal", AT("big"),
                            "Input should be greater than or equal to 0", "-1", "{\"ge\":0}") },
        { "{\"big\":18446744073709551616}",
          C("less_than_equal", AT("big"),
            "Input should be less than or equal to 18446744073709551615", "18446744073709551616",
            "{\"le\":18446744073709551615}") },
        { "{\"ratio\":\"abc\"}",
          P("float_parsing", AT("ratio"),
            "Input should be a valid number, unable to parse string as a number", "\"abc\"") },
        { "{\"ratio\":\"inf\"}",
          P("finite_number", AT("ratio"), "Input should be a finite number", "\"inf\"") },
        { "{\"ratio\":[]}", P("float_type", AT("ratio"), "Input should be a valid number", "[]") },
        { "{\"text\":1}", P("string_type", AT("text"), "Input should be a valid string", "1") },
        { "{\"code\":\"abcd\"}",
          C("string_too_long", AT("code"), "String should have at most 3 characters", "\"abcd\"",
            "{\"max_length\":3}") },
        { "{\"colour\":\"pink\"}",
          C("enum", AT("colour"), "Input should be 'red', 'green' or 'blue'", "\"pink\"",
            "{\"expected\":\"'red', 'green' or 'blue'\"}") },
        { "{\"at\":true}",
          P("datetime_type", AT("at"), "Input should be a valid datetime", "true") },
        { "{\"at\":\"2020-01-01Tx\"}",
          C("datetime_from_date_parsing", AT("at"),
            "Input should be a valid datetime or date, unexpected extra characters at the end of "
            "the input",
            "\"2020-01-01Tx\"",
            "{\"error\":\"unexpected extra characters at the end of the input\"}") },
        { "{\"day\":\"2023-02-29\"}",
          C("date_from_datetime_parsing", AT("day"),
            "Input should be a valid date or datetime, day value is outside expected range",
            "\"2023-02-29\"", "{\"error\":\"day value is outside expected range\"}") },
        { "{\"day\":\"2023-02-28T00:00:01Z\"}",
          P("date_from_datetime_inexact", AT("day"),
            "Datetimes provided to dates should have zero time - e.g. be exact dates",
            "\"2023-02-28T00:00:01Z\"") },
        { "{\"day\":\"2023-02-28T00:00:00Z\"}", "" },
        { "{\"span\":{}}",
          P("time_delta_type", AT("span"), "Input should be a valid timedelta", "{}") },
        { "{\"id\":1}",
          P("uuid_type", AT("id"), "UUID input should be a string, bytes or UUID object", "1") },
        { "{\"price\":\"1,5\"}",
          P("decimal_parsing", AT("price"), "Input should be a valid decimal", "\"1,5\"") },
        { "{\"price\":[]}",
          P("decimal_type", AT("price"),
            "Decimal input should be an integer, float, string or Decimal object", "[]") },
        { "{\"link\":\"nowhere\"}",
          C("url_parsing", AT("link"), "Input should be a valid URL, relative URL without a base",
            "\"nowhere\"", "{\"error\":\"relative URL without a base\"}") },
        { "{\"mail\":\"ada\"}",
          C("value_error", AT("mail"),
            "value is not a valid email address: An email address must have an @-sign.", "\"ada\"",
            "{\"reason\":\"An email address must have an @-sign.\"}") },
        { "{\"address\":\"1.2.3\"}", P("ip_any_address", AT("address"),
                                       "value is not a valid IPv4 or IPv6 address", "\"1.2.3\"") },
        { "{\"raw\":\"?\"}",
          C("bytes_invalid_encoding", AT("raw"), "Data should be valid base64: not base64", "\"?\"",
            "{\"encoding\":\"base64\",\"encoding_error\":\"not base64\"}") },
        { "{\"numbers\":1}", P("list_type", AT("numbers"), "Input should be a valid list", "1") },
        { "{\"numbers\":[1,\"a\",2,[]]}",
          P("int_parsing", "[\"body\",\"numbers\",1]",
            "Input should be a valid integer, unable to parse string as an integer",
            "\"a\"") "," P("int_type", "[\"body\",\"numbers\",3]",
                           "Input should be a valid integer", "[]") },
        { "[1]", P("model_attributes_type", "[\"body\"]",
                   "Input should be a valid dictionary or object to extract fields from", "[1]") },
    };
    every e;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_answer(&every_type, &e, rows[i].text, rows[i].detail);
}

#define MISSING(name, input) P("missing", AT(name), "Field required", input)

static void rules_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text, *detail;
    } rows[] = {
        { "{\"name\":\"ada\",\"price\":1}", "" },
        { "{\"name\":\"ada\",\"price\":100,\"tax\":null,\"tags\":[\"a\",\"b\"]}", "" },
        /* declaration order, whatever the client's */
        { "{\"price\":0,\"name\":\"x\"}",
          C("string_too_short", AT("name"), "String should have at least 2 characters", "\"x\"",
            "{\"min_length\":2}") "," C("greater_than", AT("price"),
                                        "Input should be greater than 0", "0", "{\"gt\":0.0}") },
        { "{}", MISSING("name", "{}") "," MISSING("price", "{}") },
        /* what is missing echoes the object, without its secrets */
        { "{\"price\": 1, \"password\": \"abc\"}", MISSING("name", "{\"price\":1}") },
        { "{\"name\":\"ABC\",\"price\":1}",
          C("string_pattern_mismatch", AT("name"), "String should match pattern '^[a-z]+$'",
            "\"ABC\"", "{\"pattern\":\"^[a-z]+$\"}") },
        { "{\"name\":\"abcdef\",\"price\":1}",
          C("string_too_long", AT("name"), "String should have at most 5 characters", "\"abcdef\"",
            "{\"max_length\":5}") },
        { "{\"name\":\"ada\",\"price\":100.5}",
          C("less_than_equal", AT("price"), "Input should be less than or equal to 100", "100.5",
            "{\"le\":100.0}") },
        { "{\"name\":\"ada\",\"price\":1,\"stock\":7}",
          C("multiple_of", AT("stock"), "Input should be a multiple of 5", "7",
            "{\"multiple_of\":5}") },
        { "{\"name\":\"ada\",\"price\":1,\"stock\":0}",
          C("greater_than_equal", AT("stock"), "Input should be greater than or equal to 1", "0",
            "{\"ge\":1}") },
        { "{\"name\":\"ada\",\"price\":1,\"stock\":null}",
          P("int_type", AT("stock"), "Input should be a valid integer", "null") },
        { "{\"name\":\"ada\",\"price\":1,\"tags\":[]}",
          C("too_short", AT("tags"), "List should have at least 1 item after validation, not 0",
            "[]", "{\"field_type\":\"List\",\"min_length\":1,\"actual_length\":0}") },
        { "{\"name\":\"ada\",\"price\":1,\"tags\":[\"a\",\"b\",\"c\"]}",
          C("too_long", AT("tags"), "List should have at most 2 items after validation, not 3",
            "[\"a\",\"b\",\"c\"]",
            "{\"field_type\":\"List\",\"max_length\":2,\"actual_length\":3}") },
        { "{\"name\":\"ada\",\"price\":1,\"tags\":[\"long\"]}",
          C("string_too_long", "[\"body\",\"tags\",0]", "String should have at most 3 characters",
            "\"long\"", "{\"max_length\":3}") },
        { "{\"zzz\":[1, 2],\"name\":\"ada\",\"price\":1}",
          P("extra_forbidden", AT("zzz"), "Extra inputs are not permitted", "[1,2]") },
        /* the last of a key sent twice counts */
        { "{\"name\":\"ada\",\"price\":1,\"price\":2}", "" },
    };
    item value;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_answer(&item_type, &value, rows[i].text, rows[i].detail);
}

static void secrets_are_never_echoed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"name\":\"ada\",\"price\":1,\"password\":\"HUNTER\"}",
        "{\"name\":1,\"password\":\"HUNTER\"}",
        "{\"password\":\"HUNTER\"}",
        "[{\"name\":\"ada\",\"price\":1},{\"password\":\"HUNTER\"}]",
    };
    for (size_t i = 0; i < 4; i++) {
        struct reading r;
        item_list list;
        item one;
        begin(&r, &apus_alloc_libc);
        bool is_list = texts[i][0] == '[';
        const apus_type *type = is_list ? &item_list_type : &item_type;
        assert_int_equal(read_as(&r, type, texts[i], is_list ? (void *)&list : (void *)&one),
                         APUS_INVALID);
        apus_buf b = apus_buf_in(&r.arena);
        apus_str said;
        apus_problems_write(&r.problems, &b);
        assert_int_equal(apus_buf_take(&b, &said), APUS_OK);
        assert_null(strstr(said.ptr, "HUNTER"));
        apus_arena_finish(&r.arena);
    }
}

typedef struct vault {
    item inner;
} vault;

static void a_secret_model_hides_its_members(void **state)
{
    (void)state;
    static const apus_field inner = FIELD(vault, inner, item_type, .flags = APUS_FIELD_secret);
    static const apus_model model = {
        .name = "Vault",
        .size = sizeof(vault),
        .align = _Alignof(vault),
        .fields = &inner,
        .n_fields = 1,
    };
    static const apus_type type = TYPE_OF(vault, model);
    vault v;
    expect_answer(&type, &v, "{\"inner\":{\"name\":\"HUNTER\"}}",
                  "{\"type\":\"string_too_long\",\"loc\":[\"body\",\"inner\",\"name\"],"
                  "\"msg\":\"String should have at most 5 characters\",\"ctx\":{\"max_length\":5}},"
                  "{\"type\":\"missing\",\"loc\":[\"body\",\"inner\",\"price\"],"
                  "\"msg\":\"Field required\"}");
}

static void values_arrive_where_they_belong(void **state)
{
    (void)state;
    struct reading r;
    item v;
    begin(&r, &apus_alloc_libc);
    assert_int_equal(
        read_as(&r, &item_type,
                "{\"tax\":0.5,\"name\":\"a\\u0064a\",\"price\":\"2.5\",\"tags\":[\"x\"]}", &v),
        APUS_OK);
    assert_string_equal(v.name.ptr, "ada");
    assert_int_equal(v.name.len, 3);
    assert_true(v.price == 2.5 && *v.tax == 0.5);
    assert_int_equal(v.stock, 10);
    assert_int_equal(v.password.len, 0);
    assert_int_equal(v.tags.len, 1);
    assert_string_equal(v.tags.ptr[0].ptr, "x");
    apus_arena_finish(&r.arena);
}

static void unions_go_by_their_tag(void **state)
{
    (void)state;
    pet p;
    expect_answer(&pet_type, &p, "{\"barks\":true,\"name\":\"rex\",\"kind\":\"dog\"}", "");
    assert_int_equal(p.kind, 1);
    assert_true(p.barks);
    expect_answer(&pet_type, &p, "{\"name\":\"tom\"}",
                  C("union_tag_not_found", "[\"body\"]",
                    "Unable to extract tag using discriminator 'kind'", "{\"name\":\"tom\"}",
                    "{\"discriminator\":\"'kind'\"}"));
    expect_answer(
        &pet_type, &p, "{\"kind\":\"cow\"}",
        C("union_tag_invalid", "[\"body\"]",
          "Input tag 'cow' found using 'kind' does not match any of the expected tags: "
          "'cat', 'dog'",
          "{\"kind\":\"cow\"}",
          "{\"discriminator\":\"'kind'\",\"tag\":\"cow\",\"expected_tags\":\"'cat', 'dog'\"}"));
    expect_answer(&pet_type, &p, "{\"kind\":\"cat\",\"name\":\"tom\"}",
                  P("missing", "[\"body\",\"cat\",\"lives\"]", "Field required",
                    "{\"kind\":\"cat\",\"name\":\"tom\"}"));
}

static void broken_json_is_told_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        size_t at;
    } rows[] = {
        { "{some broken json}", "Expecting property name enclosed in double quotes", 1 },
        { "", "Expecting value", 0 },
        { "{\"name\" 1}", "Expecting ':' delimiter", 8 },
        { "{\"name\":1 \"b\"}", "Expecting ',' delimiter", 10 },
        { "{\"name\":1,}", "Illegal trailing comma before end of object", 9 },
        { "{\"tags\":[1,]}", "Illegal trailing comma before end of array", 10 },
        { "{\"name\":\"a", "Unterminated string starting at", 8 },
        { "{\"name\":\"\x01\"}", "Invalid control character at", 9 },
        { "{\"name\":\"\xc3\xa9\\q\"}", "Invalid \\escape: ", 10 },
        { "{\"name\":1} x", "Extra data", 11 },
        { "{\"name\":tru}", "Expecting value", 8 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reading r;
        item v;
        begin(&r, &apus_alloc_libc);
        assert_int_equal(read_as(&r, &item_type, rows[i].text, &v), APUS_SYNTAX);
        assert_int_equal(r.problems.n, 0);
        assert_string_equal(r.d.error.message, rows[i].message);
        assert_int_equal(r.d.error.codepoints, rows[i].at);
        apus_arena_finish(&r.arena);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    struct reading r;
    every e;
    begin(&r, &apus_alloc_libc);
    r.d.limits.depth = 3;
    assert_int_equal(read_as(&r, &every_type, "{\"any\":[[1]]}", &e), APUS_OK);
    assert_int_equal(read_as(&r, &every_type, "{\"any\":[[[1]]]}", &e), APUS_LIMIT);
    r.d.limits.size = 8;
    assert_int_equal(read_as(&r, &every_type, "{      }", &e), APUS_OK);
    assert_int_equal(read_as(&r, &every_type, "{       }", &e), APUS_LIMIT);
    r.d.limits.refuse_duplicate_keys = true;
    r.d.limits.size = 100;
    assert_int_equal(read_as(&r, &every_type, "{\"tiny\":1,\"tiny\":1}", &e), APUS_SYNTAX);
    assert_int_equal(read_as(&r, &every_type, "{\"text\":\"\xff\"}", &e), APUS_SYNTAX);
    apus_arena_finish(&r.arena);
}

/* With each allocation refused in turn: no crash, nothing kept, and APUS_NOMEM or the truth. */
static void survives_every_refusal(void **state)
{
    (void)state;
    static const char text[] =
        "[{\"name\":\"a\\u0064a\",\"price\":1,\"tax\":2,\"tags\":[\"x\"]},{\"name\":7,\"zzz\":{}}]";
    for (unsigned k = 1;; k++) {
        struct failing f = { .fail_at = k };
        apus_alloc alloc = failing_alloc(&f);
        struct reading r;
        item_list list;
        begin(&r, &alloc);
        apus_rc rc = read_as(&r, &item_list_type, text, &list);
        assert_true(rc == APUS_NOMEM || (rc == APUS_INVALID && f.calls < k));
        apus_arena_finish(&r.arena);
        assert_int_equal(f.held, 0);
        if (f.calls < k)
            break;
    }
}

/* What was read is written as it was. */
static void encoding_gives_it_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"flag\":true,\"tiny\":-8,\"count\":2147483647,\"big\":18446744073709551615,\"ratio\":0."
        "1,"
        "\"text\":\"\xc3\xa9\\n\\\"\",\"code\":\"abc\",\"colour\":\"blue\",\"at\":\"2024-02-29T12:"
        "30:00.5"
        "00000+02:00\",\"day\":\"2024-02-29\",\"span\":\"P1DT2H\",\"id\":\"01890a5d-ac96-774b-bcce-"
        "b302099"
        "a8057\",\"price\":\"10.50\",\"link\":\"https://example.org/"
        "\",\"mail\":\"ada@example.org\","
        "\"address\":\"2001:db8::1\",\"raw\":\"YWRh\",\"numbers\":[1,2],\"any\":{\"a\":[null,1.5]}"
        "}",
    };
    struct reading r;
    every e;
    begin(&r, &apus_alloc_libc);
    apus_buf b = apus_buf_in(&r.arena);
    apus_str out;
    assert_int_equal(read_as(&r, &every_type, texts[0], &e), APUS_OK);
    assert_int_equal(apus_encode_json(&b, &every_type, &e, APUS_OMIT_nothing), APUS_OK);
    assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
    assert_string_equal(out.ptr, texts[0]);
    /* what has no JSON form is refused, not sent */
    e.colour = 99;
    apus_buf_clear(&b);
    assert_int_equal(apus_encode_json(&b, &every_type, &e, APUS_OMIT_nothing), APUS_INVALID);
    e.colour = 0;
    e.text = APUS_STR("\xff");
    apus_buf_clear(&b);
    assert_int_equal(apus_encode_json(&b, &every_type, &e, APUS_OMIT_nothing), APUS_INVALID);
    apus_arena_finish(&r.arena);
}

static void expect_sent(const every *e, apus_rc rc)
{
    struct reading r;
    begin(&r, &apus_alloc_libc);
    apus_buf b = apus_buf_in(&r.arena);
    assert_int_equal(apus_encode_json(&b, &every_type, e, APUS_OMIT_nothing), rc);
    apus_arena_finish(&r.arena);
}

static void expect_refused(const every *e)
{
    expect_sent(e, APUS_INVALID);
}

/* Such values come from programs that computed wrongly, or from memory that is not theirs. */
static void what_is_no_date_is_not_sent(void **state)
{
    static const apus_time moments[] = {
        { .seconds = INT64_C(253402300800) },
        { .seconds = INT64_C(-62135596801) },
        { .nanos = -1 },
        { .nanos = 1000000000 },
        { .offset = 24 * 60 },
        { .offset = -24 * 60 },
    };
    static const apus_date days[] = {
        { 0, 0, 0 }, { 10000, 1, 1 }, { 2023, 2, 29 }, { 2023, 13, 1 }, { 2023, 1, 0 },
    };
    (void)state;
    expect_sent(&(every){ .day = { 2024, 2, 29 }, .price = { .low = 1, .scale = 38 } }, APUS_OK);
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
        expect_refused(&(every){ .at = moments[i], .day = { 2024, 2, 29 } });
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        expect_refused(&(every){ .day = days[i] });
    expect_refused(&(every){ .day = { 2024, 2, 29 }, .price = { .low = 1, .scale = 39 } });
    expect_refused(&(every){ .day = { 2024, 2, 29 }, .price = { .low = 1, .scale = -1 } });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_complaints),
        cmocka_unit_test(rules_are_kept),
        cmocka_unit_test(secrets_are_never_echoed),
        cmocka_unit_test(a_secret_model_hides_its_members),
        cmocka_unit_test(values_arrive_where_they_belong),
        cmocka_unit_test(unions_go_by_their_tag),
        cmocka_unit_test(broken_json_is_told_alone),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(survives_every_refusal),
        cmocka_unit_test(encoding_gives_it_back),
        cmocka_unit_test(what_is_no_date_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
