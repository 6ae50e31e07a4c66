/* The table says what PCRE2 says, or that it is not sure. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pcre2.h>

#include "model/matcher.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static pcre2_code *compile(const char *pattern)
{
    int why;
    PCRE2_SIZE where;
    return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &why, &where, NULL);
}

static bool found(const pcre2_code *code, apus_str text)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int n = pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    return n >= 0;
}

static void agree(const struct apus__matcher *m, const pcre2_code *code, const char *pattern,
                  apus_str text)
{
    enum apus__verdict verdict = apus__matcher_run(m, text);
    if (verdict != APUS__VERDICT_unsure && (verdict == APUS__VERDICT_yes) != found(code, text))
        fail_msg("%s on \"%.*s\": the table says %s", pattern, APUS_FMT(text),
                 verdict == APUS__VERDICT_yes ? "yes" : "no");
}

static const char *const simple[] = {
    "^[A-Z]+-[A-Z]+$",
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^\\d{4}-\\d{2}-\\d{2}$",
    "abc",
    "^abc",
    "abc$",
    "^(a|b)*abb$",
    "^(?:cat|dog|)$",
    "a*",
    "^a*$",
    "^x{2,}$",
    "^x{0,3}y?$",
    "^x{0,1}$",
    "^[^a-c]+$",
    "^[]a]+$",
    "^[a\\-z]+$",
    "^[a-]+$",
    "[.]",
    "^[^..]+$",
    "^[.@]+$",
    "^\\w+@\\w+\\.\\w{2,4}$",
    "^.+$",
    "^.{3}$",
    "^\\S+\\s\\S+$",
    "^(a+)+$",
    "^(a|a)*b$",
    "a|b|cd",
    "+?$",
    "^a+?$",
    "^\\+?[0-9]{7,15}$",
    "^(([a-c]){2}x){2}$",
    "",
    "^$",
    "$",
    "^",
    "()",
    "^\\D\\W$",
    "a{2}b{2,}c{2,3}",
};

/* A simple pattern's texts are those that its own characters make, up to four of them. */
static void tables_agree_with_pcre2(void **state)
{
    (void)state;
    static const char letters[] = "abxyAZ09-+_@. \t\x01]^";
    enum { N = sizeof(letters) - 1, LONGEST = 3 };
    for (size_t i = 0; i < COUNT(simple); i++) {
        static struct apus__matcher m;
        pcre2_code *code = compile(simple[i]);
        if (!code) {
            assert_false(apus__matcher_build(&m, simple[i]));
            continue;
        }
        if (!apus__matcher_build(&m, simple[i]))
            fail_msg("%s is simple", simple[i]);
        for (unsigned word = 0; word < N * N * N * (LONGEST + 1); word++) {
            char text[LONGEST] = { letters[word % N], letters[word / N % N],
                                   letters[word / N / N % N] };
            agree(&m, code, simple[i], (apus_str){ text, word / N / N / N });
        }
        pcre2_code_free(code);
    }
}

static void longer_texts_agree(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        enum apus__verdict verdict;
    } rows[] = {
        { "^[A-Z]+-[A-Z]+$", "BTC-USD", APUS__VERDICT_yes },
        { "^[A-Z]+-[A-Z]+$", "BTC-USD\n", APUS__VERDICT_unsure },
        { "^[A-Z]+-[A-Z]+$", "BTC-USd", APUS__VERDICT_no },
        { "^[A-Z]+-[A-Z]+$", "btc\n", APUS__VERDICT_no },
        { "^.$", "\xC3\xA9", APUS__VERDICT_unsure },
        { "abb", "\xC3\xA9 xababb", APUS__VERDICT_unsure },
        { "abb", "xababb \xC3\xA9", APUS__VERDICT_yes },
        { "^\\w+@\\w+\\.\\w{2,4}$", "ada@lovelace.org", APUS__VERDICT_yes },
        { "^\\d{4}-\\d{2}-\\d{2}$", "2024-02-30", APUS__VERDICT_yes },
        { "^(?:[a-f]{2}:){5}[a-f]{2}$", "aa:bb:cc:dd:ee:ff", APUS__VERDICT_yes },
        { "^(?:[a-f]{2}:){5}[a-f]{2}$", "aa:bb:cc:dd:ee", APUS__VERDICT_no },
        { "^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", APUS__VERDICT_no },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static struct apus__matcher m;
        assert_true(apus__matcher_build(&m, rows[i].pattern));
        apus_str text = apus_str_of(rows[i].text);
        assert_int_equal(apus__matcher_run(&m, text), rows[i].verdict);
        pcre2_code *code = compile(rows[i].pattern);
        agree(&m, code, rows[i].pattern, text);
        pcre2_code_free(code);
    }
}

static void what_is_not_simple_is_left_to_pcre2(void **state)
{
    (void)state;
    static const char *const others[] = {
        "^a|b$",
        "(?i)abc",
        "a(?=b)",
        "(a)\\1",
        "\\bword\\b",
        "a++",
        "[[:alpha:]]",
        "^[..]",
        "[=a-z=]",
        "[:a\\:]",
        "a{,3}",
        "x{64}",
        "\xC3\xA9",
        "[\xC3\xA9]",
        "(*UCP)a",
        "a{2",
        "^(|a{2",
        "(a{2,3",
        "(a$)",
        "(^a)",
        "a(?#no)b",
        "\\p{L}",
        "\\Qa\\E",
        "\\x41",
        "[z-a]",
        "(a",
        "a)",
        "[a",
        "a\\",
        "*a",
        "a**",
        "(?:a{30}){30}",
        "^(((){51}){0,9}){35}a",
        "((((((((((){63}){63}){63}){63}){63}){63}){63}){63}){63}){63}",
        "((((((((((((((((((a))))))))))))))))))",
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        static struct apus__matcher m;
        if (apus__matcher_build(&m, others[i]))
            fail_msg("%s is not simple", others[i]);
    }
}

/* Patterns of all sorts, from a fixed seed. */
static void random_patterns_agree(void **state)
{
    (void)state;
    static const char *const parts[] = { "a", "b",   "[ab]", "[^a]",  ".",   "\\d",   "(",     ")",
                                         "|", "*",   "+",    "?",     "{2}", "{1,3}", "{0,2}", "^",
                                         "$", "(?:", "\\.",  "[a-c]", "\\w", "{2,}" };
    static const char letters[] = "abc.1 -\n";
    uint32_t x = 2463534242;
    unsigned known = 0;
    for (unsigned round = 0; round < 20000; round++) {
        char pattern[64] = "";
        static struct apus__matcher m;
        for (unsigned n = 1 + round % 8; n > 0; n--) {
            x ^= x << 13, x ^= x >> 17, x ^= x << 5;
            strncat(pattern, parts[x % COUNT(parts)], sizeof(pattern) - strlen(pattern) - 1);
        }
        if (!apus__matcher_build(&m, pattern))
            continue;
        pcre2_code *code = compile(pattern);
        if (!code)
            fail_msg("%s is no pattern", pattern);
        known++;
        for (unsigned t = 0; t < 40; t++) {
            char text[8];
            x ^= x << 13, x ^= x >> 17, x ^= x << 5;
            for (unsigned i = 0; i < sizeof(text); i++)
                text[i] = letters[x >> 3 * i & 7];
            agree(&m, code, pattern, (apus_str){ text, t % 9 });
        }
        pcre2_code_free(code);
    }
    assert_true(known > 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_agree_with_pcre2),
        cmocka_unit_test(longer_texts_agree),
        cmocka_unit_test(what_is_not_simple_is_left_to_pcre2),
        cmocka_unit_test(random_patterns_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
