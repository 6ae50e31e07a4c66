/* Names of hosts, and patterns of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apus/host.h>

static void names_stand_without_ports(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "a.example", "a.example" },
        { "a.example:80", "a.example" },
        { "[::1]:80", "[::1]" },
        { "[::1]", "[::1]" },
        { "[::1", "[::1" },
        { "", "" },
        { ":80", "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (!apus_str_eq(apus_host_name(apus_str_of(cases[i][0])), apus_str_of(cases[i][1])))
            fail_msg("%s", cases[i][0]);
}

static void patterns_take_names(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool fits;
    } cases[] = {
        { "a.example", "A.Example", true },       { "a.example", "b.a.example", false },
        { "*.example", "a.b.example", true },     { "*.example", "example", false },
        { "*.example", "evilexample", false },    { "*", "anything", true },
        { "*.example", "a.example.evil", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (apus_host_fits(apus_str_of(cases[i].pattern), apus_str_of(cases[i].name)) !=
            cases[i].fits)
            fail_msg("%s %s", cases[i].pattern, cases[i].name);
}

static void odd_patterns_are_refused(void **state)
{
    (void)state;
    static const char *const odd[] = { "", "a.*", "*a", "https://a", "a/b", "a b", "**", "a?b" };
    static const char *const fine[] = { "*", "*.a", "a", "[::1]", "localhost" };
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        assert_false(apus_host_is_pattern(apus_str_of(odd[i])));
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
        assert_true(apus_host_is_pattern(apus_str_of(fine[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stand_without_ports),
        cmocka_unit_test(patterns_take_names),
        cmocka_unit_test(odd_patterns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
