/* YAML: what is read, and what is refused, by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <apus/yaml.h>

#include "../support/failing.h"

static apus_rc parse(apus_arena *a, const char *text, apus_str *json, apus_err *err)
{
    apus_json *value = NULL;
    apus_rc rc = apus_yaml_parse(a, apus_str_of(text), &value, err);
    if (rc)
        return rc;
    apus_buf b = apus_buf_in(a);
    apus_json_write(&b, value);
    return apus_buf_take(&b, json);
}

static void documents_are_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "{}" },
        { "# nothing\n", "{}" },
        { "a: 1\nb: [x, 'y', \"z\"]\nc:\n  d: true\n  e: ~\n  f:\n  g: null\n",
          "{\"a\":\"1\",\"b\":[\"x\",\"y\",\"z\"],\"c\":{\"d\":\"true\",\"e\":null,\"f\":null,"
          "\"g\":"
          "null}}" },
        { "- 1\n- a: b\n", "[\"1\",{\"a\":\"b\"}]" },
        { "a: \"null\"\nb: 1.10\nc: |\n  two\n  lines\n",
          "{\"a\":\"null\",\"b\":\"1.10\",\"c\":\"two\\nlines\\n\"}" },
        { "---\na: \xc3\xa4\n...\n", "{\"a\":\"\xc3\xa4\"}" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        apus_arena a;
        apus_str json = { 0 };
        apus_err err = { 0 };
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        if (parse(&a, cases[i][0], &json, &err))
            fail_msg("%s", err.msg);
        assert_string_equal(json.ptr, cases[i][1]);
        apus_arena_finish(&a);
    }
}

static void refused(const char *text, apus_rc rc, const char *why)
{
    apus_arena a;
    apus_str json;
    apus_err err = { 0 };
    apus_arena_init(&a, &apus_alloc_libc, 1 << 24);
    assert_int_equal(parse(&a, text, &json, &err), rc);
    if (!strstr(err.msg, why))
        fail_msg("\"%s\" says nothing of \"%s\"", err.msg, why);
    apus_arena_finish(&a);
}

static void the_rest_is_refused(void **state)
{
    (void)state;
    refused("a: 1\nb: *x\n", APUS_SYNTAX, "line 2: *x stands for nothing");
    refused("a: &x [*x]\n", APUS_SYNTAX, "line 1: *x stands for nothing");
    refused("a: &x {b: {c: *x}}\n", APUS_SYNTAX, "*x stands for nothing");
    refused("a: &x b\n*x : 1\n", APUS_SYNTAX, "line 2: a key is one word");
    refused("&x a: 1\n", APUS_SYNTAX, "line 1: anchors and tags of keys");
    refused("a: !!int 1\n", APUS_SYNTAX, "line 1: tags");
    refused("a: !x [1]\n", APUS_SYNTAX, "line 1: tags");
    refused("a: !x {}\n", APUS_SYNTAX, "line 1: tags");
    refused("<<: 1\n", APUS_SYNTAX, "<< merges a mapping");
    refused("<<: [{a: 1}, b]\n", APUS_SYNTAX, "<< merges mappings");
    refused("<<: {a: 1}\n<<: {b: 1}\n", APUS_SYNTAX, "line 2: a second <<");
    refused("a: 1\na: 2\n", APUS_SYNTAX, "line 2: a key stands twice");
    refused("? [a]\n: 1\n", APUS_SYNTAX, "a key is one word");
    refused("a: 1\n---\nb: 2\n", APUS_SYNTAX, "line 2: a second document");
    refused("a: [1\n", APUS_SYNTAX, "line");
    refused("a: \xff\n", APUS_SYNTAX, "line");
    refused("\"a\\0b\": 1\n", APUS_SYNTAX, "NUL");
}

static void depth_and_number_are_limited(void **state)
{
    (void)state;
    static char text[APUS_YAML_NODES_MAX * 4 + 1];
    char *to = text;
    for (int i = 0; i <= APUS_YAML_DEPTH_MAX; i++)
        *to++ = '[';
    for (int i = 0; i <= APUS_YAML_DEPTH_MAX; i++)
        *to++ = ']';
    *to = '\0';
    refused(text, APUS_LIMIT, "over 16 deep");
    to = text;
    for (int i = 0; i < APUS_YAML_NODES_MAX; i++)
        to += sprintf(to, "- 1\n");
    refused(text, APUS_LIMIT, "over 10000 values");
}

static void aliases_are_copies(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "a: &x 1\nb: *x\nc: [*x, *x]\n", "{\"a\":\"1\",\"b\":\"1\",\"c\":[\"1\",\"1\"]}" },
        { "a: &x {b: [1, ~]}\nc: *x\n", "{\"a\":{\"b\":[\"1\",null]},\"c\":{\"b\":[\"1\",null]}}" },
        { "a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"2\"}" },
        { "a: &x [1]\nb: &y [*x, *x]\nc: *y\n",
          "{\"a\":[\"1\"],\"b\":[[\"1\"],[\"1\"]],\"c\":[[\"1\"],[\"1\"]]}" },
        { "base: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3\n",
          "{\"base\":{\"x\":\"1\",\"y\":\"2\"},\"c\":{\"y\":\"3\",\"x\":\"1\"}}" },
        { "p: &p {x: 1}\nq: &q {x: 2, z: 3}\nc: {<<: [*p, *q]}\n",
          "{\"p\":{\"x\":\"1\"},\"q\":{\"x\":\"2\",\"z\":\"3\"},\"c\":{\"x\":\"1\",\"z\":\"3\"}}" },
        { "\"<<\": 1\n", "{\"<<\":\"1\"}" },
        { "<<: {a: 1}\n", "{\"a\":\"1\"}" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        apus_arena a;
        apus_str json = { 0 };
        apus_err err = { 0 };
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        if (parse(&a, cases[i][0], &json, &err))
            fail_msg("%s: %s", cases[i][0], err.msg);
        assert_string_equal(json.ptr, cases[i][1]);
        apus_arena_finish(&a);
    }
}

/* A billion laughs: each line is ten of the one before. */
static void aliases_count_as_what_they_stand_for(void **state)
{
    (void)state;
    char text[1024], *to = text;
    to += sprintf(to, "a0: &a0 lol\n");
    for (int i = 1; i < 10; i++) {
        to += sprintf(to, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            to += sprintf(to, "%s*a%d", j ? ", " : "", i - 1);
        to += sprintf(to, "]\n");
    }
    refused(text, APUS_LIMIT, "line 5: over 10000 values");
    refused("a: &a [[[[[[[[1]]]]]]]]\nb: [[[[[[[[*a]]]]]]]]\n", APUS_LIMIT, "line 2: over 16 deep");
    static char many[(APUS_YAML_ANCHORS_MAX + 1) * 16];
    to = many;
    for (int i = 0; i <= APUS_YAML_ANCHORS_MAX; i++)
        to += sprintf(to, "- &x%d 1\n", i);
    refused(many, APUS_LIMIT, "line 257: over 256 anchors");
}

static void memory_may_run_out(void **state)
{
    (void)state;
    for (unsigned k = 1;; k++) {
        struct failing f = { .fail_at = k };
        apus_alloc alloc = failing_alloc(&f);
        apus_arena a;
        apus_str json;
        apus_err err = { 0 };
        apus_arena_init(&a, &alloc, 1 << 20);
        apus_rc rc = parse(&a, "a: &a 1\nb: &b [x, *a]\nc: {d: e}\nf: &f {g: *b}\nh: {<<: *f}\n",
                           &json, &err);
        assert_true(rc == APUS_OK || rc == APUS_NOMEM);
        apus_arena_finish(&a);
        assert_int_equal(f.held, 0);
        if (f.calls < k)
            break;
    }
}

static void typed(void **state)
{
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        { "a: 1\nb: -2.5e3\nc: true\nd: False\ne: null\nf: ~\ng:\n",
          "{\"a\":1,\"b\":-2500.0,\"c\":true,\"d\":false,\"e\":null,\"f\":null,\"g\":null}" },
        { "- '1'\n- \"true\"\n- yes\n- 007\n- +1\n- 0x1f\n- .5\n- 1.\n- 2024-01-31\n",
          "[\"1\",\"true\",\"yes\",\"007\",\"+1\",\"0x1f\",\".5\",\"1.\",\"2024-01-31\"]" },
        { "200: ok\ntrue: x\n", "{\"200\":\"ok\",\"true\":\"x\"}" }, /* keys are texts */
        { "{\"a\": [1, {\"b\": \"c\"}]}", "{\"a\":[1,{\"b\":\"c\"}]}" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_arena a;
        apus_json *value;
        apus_str text;
        apus_err err = { .msg = "" };
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        apus_buf b = apus_buf_in(&a);
        const apus_yaml_options options = { .is_typed = true };
        if (apus_yaml_parse_as(&a, apus_str_of(rows[i].yaml), &options, &value, &err))
            fail_msg("%s: %s", rows[i].yaml, err.msg);
        apus_json_write(&b, value);
        assert_int_equal(apus_buf_take(&b, &text), APUS_OK);
        assert_string_equal(text.ptr, rows[i].json);
        apus_arena_finish(&a);
    }
}

static void limits_are_as_said(void **state)
{
    apus_arena a;
    apus_json *value;
    apus_err err = { .msg = "" };
    (void)state;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    const apus_yaml_options two = { .depth_max = 2, .nodes_max = 4 };
    assert_int_equal(apus_yaml_parse_as(&a, APUS_STR("[[1, 2]]"), &two, &value, &err), APUS_OK);
    assert_int_equal(apus_yaml_parse_as(&a, APUS_STR("[[[1]]]"), &two, &value, &err), APUS_LIMIT);
    assert_string_equal(err.msg, "line 1: over 2 deep");
    assert_int_equal(apus_yaml_parse_as(&a, APUS_STR("[1, 2, 3, 4]"), &two, &value, &err),
                     APUS_LIMIT);
    char deep[2 * APUS_YAML_DEPTH_MOST + 3];
    memset(deep, '[', sizeof(deep));
    const apus_yaml_options most = { .depth_max = 100000, .nodes_max = 100000 };
    assert_int_equal(apus_yaml_parse_as(&a, (apus_str){ deep, sizeof(deep) }, &most, &value, &err),
                     APUS_LIMIT);
    apus_arena_finish(&a);
}

static void lines_of_outermost_keys_are_known(void **state)
{
    (void)state;
    static const apus_str text =
        APUS_STR_INIT("# c\na: b\nb:\n  - c\n  - {d: e}\nc: {d: f}\nd: c\n");
    assert_int_equal(apus_yaml_line_of(text, APUS_STR("a")), 2);
    assert_int_equal(apus_yaml_line_of(text, APUS_STR("b")), 3);
    assert_int_equal(apus_yaml_line_of(text, APUS_STR("c")), 6);
    assert_int_equal(apus_yaml_line_of(text, APUS_STR("d")), 7);
    assert_int_equal(apus_yaml_line_of(text, APUS_STR("e")), 0);
    static const apus_str short_ones = APUS_STR_INIT("a: &a {b: c}\nd: *a\n<<: *a\ne: f\n");
    assert_int_equal(apus_yaml_line_of(short_ones, APUS_STR("d")), 2);
    assert_int_equal(apus_yaml_line_of(short_ones, APUS_STR("b")), 3);
    assert_int_equal(apus_yaml_line_of(short_ones, APUS_STR("e")), 4);
    assert_int_equal(apus_yaml_line_of(APUS_STR("- a\n"), APUS_STR("a")), 0);
    assert_int_equal(apus_yaml_line_of(APUS_STR("a: ["), APUS_STR("b")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed),
        cmocka_unit_test(limits_are_as_said),
        cmocka_unit_test(documents_are_values),
        cmocka_unit_test(the_rest_is_refused),
        cmocka_unit_test(depth_and_number_are_limited),
        cmocka_unit_test(aliases_are_copies),
        cmocka_unit_test(aliases_count_as_what_they_stand_for),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(lines_of_outermost_keys_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
