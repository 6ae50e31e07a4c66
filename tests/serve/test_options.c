/* The command line and the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/config.h"
#include "serve/link.h"
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

/* --- a file --- */

static char path[] = "/tmp/apus-config-XXXXXX";

static void write_config(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static bool holds(const apus__options *o, const char *text)
{
    for (char **each = o->from_file; each && *each; each++)
        if (strcmp(*each, text) == 0)
            return true;
    return false;
}

static void a_file_is_read_and_variables_and_flags_win(void **state)
{
    (void)state;
    apus__options o;
    write_config("host: [127.0.0.1, '::1']\nport: 9000\ndrain: 7\nworkers: auto\n"
                 "stuck:\nset:\n  SHOP_NAME: ada\n  SHOP_LIST: [a, b]\n  SHOP_NONE: ~\n");
    setenv("APUS_PORT", "9001", 1);
    assert_int_equal(READ(&o, NULL, "--config", path, "--drain=8"), APUS_OK);
    assert_string_equal(o.config, path);
    assert_string_equal(o.host, "127.0.0.1,::1");
    assert_int_equal(o.port, 9001);
    assert_int_equal(o.drain, 8);
    assert_int_equal(o.stuck, 10);
    assert_true(o.workers >= 1);
    /* workers get it as variables: what the environment has already is left alone */
    assert_true(holds(&o, "APUS_HOST=127.0.0.1,::1"));
    assert_true(holds(&o, "APUS_DRAIN=7"));
    assert_false(holds(&o, "APUS_PORT=9000"));
    assert_true(holds(&o, "SHOP_NAME=ada"));
    assert_true(holds(&o, "SHOP_LIST=a,b"));
    assert_true(holds(&o, "SHOP_NONE="));
    apus__options_finish(&o);
    setenv("APUS_CONFIG", path, 1);
    assert_int_equal(READ(&o, NULL, "serve"), APUS_OK);
    assert_int_equal(o.drain, 7);
    apus__options_finish(&o);
    unsetenv("APUS_CONFIG");
    unsetenv("APUS_PORT");
}

static void a_worker_does_not_read_it_again(void **state)
{
    (void)state;
    apus__options o;
    write_config("port: [");
    setenv(APUS__ORDERS_VARIABLE, "x", 1);
    assert_int_equal(READ(&o, NULL, "--config", path), APUS_OK);
    assert_int_equal(o.port, 8000);
    assert_null(o.from_file);
    unsetenv(APUS__ORDERS_VARIABLE);
}

static void a_files_mistakes_have_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "host: ::1\nport: x\n", ":2: port: \"x\" is not a number from 0 to 65535" },
        { "# c\n\nprt: 1\n", ":3: there is no option prt" },
        { "port: 1\nport: 2\n", ": line 2: a key stands twice" },
        { "port:\n  a: 1\n", ":1: should be a word or a number" },
        { "host: ['a,b']\n", ":1: should be a word or a number" },
        { "config: other.yaml\n", ":1: there is no option config" },
        { "port: 1\nset: 5\n", ":2: set: should be names of variables and values" },
        { "set:\n  A=B: 5\n", ":1: set: a variable has a name without =" },
        { "set:\n  A: {b: c}\n", ":1: set: a variable has a name without =" },
        { "- port\n", ": should be names and values" },
        { "port: [\n", ": line " },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus__options o;
        apus_err err = { 0 };
        write_config(rows[i].text);
        assert_int_equal(READ(&o, &err, "--config", path), APUS_INVALID);
        if (strncmp(err.msg, path, sizeof(path) - 1) != 0 || !strstr(err.msg, rows[i].says))
            fail_msg("%zu says: %s", i, err.msg);
    }
    apus__options o;
    apus_err err = { 0 };
    assert_int_equal(READ(&o, &err, "--config=/nowhere.yaml"), APUS_INVALID);
    assert_string_equal(err.msg, "--config: /nowhere.yaml: No such file or directory");
    assert_int_equal(READ(&o, &err, "--config=/tmp"), APUS_INVALID);
    assert_string_equal(err.msg, "--config: /tmp: Is a directory");
}

static void a_file_is_bounded(void **state)
{
    (void)state;
    apus__options o;
    apus_err err = { 0 };
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#%*s\n", APUS__CONFIG_MAX, "");
    fclose(f);
    assert_int_equal(READ(&o, &err, "--config", path), APUS_INVALID);
    assert_non_null(strstr(err.msg, "over 65536 bytes"));
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("set:\n", f);
    for (int i = 0; i <= APUS__CONFIG_SETS_MAX; i++)
        fprintf(f, "  V%d: x\n", i);
    fclose(f);
    assert_int_not_equal(READ(&o, &err, "--config", path), APUS_OK);
    assert_non_null(strstr(err.msg, ":1: set: too many variables"));
}

static void what_belongs_together_is_checked(void **state)
{
    (void)state;
    apus__options o;
    apus_err err = { 0 };
    assert_int_equal(READ(&o, &err, "--redirect-http=80"), APUS_INVALID);
    assert_string_equal(err.msg, "--redirect-http needs --tls-cert");
    assert_int_equal(READ(&o, &err, "--acme=x"), APUS_INVALID);
    assert_string_equal(err.msg, "--acme needs --redirect-http");
    assert_int_equal(READ(&o, &err, "--redirect-http=8000", "--tls-cert=x"), APUS_INVALID);
    assert_string_equal(err.msg, "--redirect-http: 8000 is --port's already");
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
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
        cmocka_unit_test(a_file_is_read_and_variables_and_flags_win),
        cmocka_unit_test(a_worker_does_not_read_it_again),
        cmocka_unit_test(a_files_mistakes_have_a_line),
        cmocka_unit_test(a_file_is_bounded),
        cmocka_unit_test(what_belongs_together_is_checked),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
