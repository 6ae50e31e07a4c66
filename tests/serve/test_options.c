/* The command line and the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/options.h"

enum { ARGS_MAX = 5 };

static apus_rc read_args(apus__options *o, apus_err *err, const char *const *args, int n)
{
    char *argv[ARGS_MAX + 1];
    assert_true(n <= ARGS_MAX);
    for (int i = 0; i <= n; i++)
        argv[i] = (char *)(uintptr_t)(i ? args[i - 1] : "prog");
    return apus__options_read(n + 1, argv, o, err);
}

#define READ(o, err, ...)                                                                          \
    read_args((o), (err), (const char *const[]){ __VA_ARGS__ },                                    \
              (int)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)))

static void defaults_serve_on_port_8000(void **state)
{
    (void)state;
    apus__options o;
    assert_int_equal(read_args(&o, NULL, NULL, 0), APUS_OK);
    assert_int_equal(o.command, APUS__COMMAND_serve);
    assert_string_equal(o.host, "127.0.0.1");
    assert_int_equal(o.port, 8000);
    assert_int_equal(o.workers, 0);
    assert_null(o.unix_path);
}

static void the_command_line_wins_over_the_environment(void **state)
{
    (void)state;
    apus__options o;
    setenv("APUS_PORT", "9000", 1);
    setenv("APUS_HOST", "::1", 1);
    assert_int_equal(READ(&o, NULL, "--port=9001", "--drain", "5"), APUS_OK);
    assert_int_equal(o.port, 9001);
    assert_int_equal(o.drain, 5);
    assert_string_equal(o.host, "::1");
    unsetenv("APUS_PORT");
    unsetenv("APUS_HOST");
}

static void variables_are_set_first(void **state)
{
    (void)state;
    apus__options o;
    setenv("T_NAME", "old", 1);
    assert_int_equal(READ(&o, NULL, "--set", "T_NAME=a=b", "--set=APUS_PORT=7", "serve"), APUS_OK);
    assert_string_equal(getenv("T_NAME"), "a=b");
    assert_int_equal(o.port, 7);
    unsetenv("T_NAME");
    unsetenv("APUS_PORT");
}

static void workers_are_counted_or_as_many_as_cores(void **state)
{
    (void)state;
    apus__options o;
    assert_int_equal(READ(&o, NULL, "--workers", "3"), APUS_OK);
    assert_int_equal(o.workers, 3);
    assert_int_equal(READ(&o, NULL, "--workers", "auto"), APUS_OK);
    assert_true(o.workers >= 1 && o.workers <= 256);
}

static void commands_are_words(void **state)
{
    (void)state;
    apus__options o;
    assert_int_equal(READ(&o, NULL, "test", "orders"), APUS_OK);
    assert_int_equal(o.command, APUS__COMMAND_test);
    assert_string_equal(o.filter, "orders");
    /* Even a filter that is a command's name. */
    assert_int_equal(READ(&o, NULL, "test", "serve"), APUS_OK);
    assert_int_equal(o.command, APUS__COMMAND_test);
    assert_string_equal(o.filter, "serve");
    assert_int_equal(READ(&o, NULL, "serve", "--help"), APUS_OK);
    assert_int_equal(o.command, APUS__COMMAND_help);
    assert_int_equal(READ(&o, NULL, "openapi"), APUS_OK);
    assert_int_equal(o.command, APUS__COMMAND_openapi);
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *says;
    } rows[] = {
        { "--port", "x", "--port: \"x\" is not a number from 0 to 65535" },
        { "--port", "65536", "--port: \"65536\" is not a number from 0 to 65535" },
        { "--port=", "--help", "--port=: \"\" is not a number from 0 to 65535" },
        { "--port", "99999999999999999999", "is not a number" },
        { "--help", "--port", "--port needs a value" },
        { "--prt", "1", "there is no option --prt" },
        { "serve", "8000", "\"8000\" is neither an option nor a command" },
        { "test", "-x", NULL },
        { "serve", "--set", "--set wants NAME=VALUE" },
        { "serve", "--set=NAME", "--set wants NAME=VALUE" },
        { "--set", "=x", "--set wants NAME=VALUE" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus__options o;
        apus_err err = { 0 };
        apus_rc rc = READ(&o, &err, rows[i].first, rows[i].second);
        assert_int_equal(rc, rows[i].says ? APUS_INVALID : APUS_OK);
        if (rows[i].says && !strstr(err.msg, rows[i].says))
            fail_msg("says: %s", err.msg);
    }
    apus__options o;
    apus_err err = { 0 };
    setenv("APUS_WORKERS", "none", 1);
    assert_int_equal(READ(&o, &err, "serve"), APUS_INVALID);
    assert_non_null(strstr(err.msg, "APUS_WORKERS"));
    unsetenv("APUS_WORKERS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_serve_on_port_8000),
        cmocka_unit_test(the_command_line_wins_over_the_environment),
        cmocka_unit_test(variables_are_set_first),
        cmocka_unit_test(workers_are_counted_or_as_many_as_cores),
        cmocka_unit_test(commands_are_words),
        cmocka_unit_test(mistakes_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
