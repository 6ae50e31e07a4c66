/* `market import` and `market status`, as they are typed. */
#include "market/market_fixture.h"

#include "market/command.h"

#define HEAD "symbol,timestamp,open,high,low,close,volume\n"

static const char rows[] = HEAD "AAA,2024-01-01T00:00:00Z,1,2,1,2,5\n"
                                "AAA,2024-01-01T01:00:00Z,2,3,2,3,5\n"
                                "AAA,2024-01-01T02:00:00Z,9,3,2,3,5\n";

struct said {
    int code;
    char out[4096], err[4096];
};

typedef int command(int argc, char **argv, FILE *out, FILE *err);

/* argv ends with NULL. */
static struct said run(command *fn, const char **argv)
{
    struct said s = { .code = -1 };
    FILE *out = tmpfile(), *err = tmpfile();
    int argc = 0;
    assert_true(out && err);
    while (argv[argc])
        argc++;
    s.code = fn(argc, (char **)(uintptr_t)argv, out, err); /* as main would: not written to */
    rewind(out);
    rewind(err);
    s.out[fread(s.out, 1, sizeof s.out - 1, out)] = 0;
    s.err[fread(s.err, 1, sizeof s.err - 1, err)] = 0;
    fclose(out);
    fclose(err);
    return s;
}

#define run_import(...) run(market_command_import, (const char *[]){ "import", __VA_ARGS__, NULL })
#define run_status(...) run(market_command_status, (const char *[]){ "status", __VA_ARGS__, NULL })

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void files_are_imported_and_listed(void **state)
{
    struct fixture *f = *state;
    const char *file = fixture_file(f, "a_usd.csv", rows, sizeof rows - 1);
    struct said s = run_import("--store", f->path, file);
    assert_int_equal(s.code, MARKET_EXIT_OK);
    assert_string_equal(s.err, "");
    assert_says(s.out, "a_usd.csv: 3 rows of 1h bars from \"a_usd\": 2 added\n");
    assert_says(s.out, "line 4: high is below open, low or close");

    s = run_import("--store", f->path, file);
    assert_int_equal(s.code, MARKET_EXIT_OK);
    assert_string_equal(s.out, "a_usd.csv: imported before, nothing to do\n");

    s = run_import("--store", f->path, "--source", "other", "--quote", "eur", "--interval", "30m",
                   "--", file);
    assert_int_equal(s.code, MARKET_EXIT_OK);
    s = run_status("--store", f->path);
    assert_int_equal(s.code, MARKET_EXIT_OK);
    assert_says(s.out, "AAA-USD      1h           2 bars  2024-01-01T00:00:00Z .. "
                       "2024-01-01T01:00:00Z  0 missing  a_usd\n");
    assert_says(s.out, "AAA-EUR      30m          2 bars");
}

static void one_bad_file_does_not_keep_the_others_out(void **state)
{
    struct fixture *f = *state;
    const char *file = fixture_file(f, "b.csv", rows, sizeof rows - 1);
    struct said s = run_import("--store", f->path, "/nowhere.csv", file);
    assert_int_equal(s.code, MARKET_EXIT_FAILED);
    assert_says(s.err, "market import: /nowhere.csv: No such file");
    assert_says(s.out, "b.csv: 3 rows");
}

static void what_is_typed_wrong_is_explained(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *words[4];
        const char *says;
    } cases[] = {
        { { "--sorce", "x", "f.csv" }, "there is no option --sorce" },
        { { "--source" }, "--source needs a value" },
        { { "--interval", "7m", "f.csv" }, "--interval is one of 1m 3m" },
        { { "--quote", "u s d", "f.csv" }, "--quote is a code such as USD" },
        { { NULL }, "usage: market import" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *argv[6] = { "import" };
        for (int w = 0; w < 4 && cases[i].words[w]; w++)
            argv[w + 1] = cases[i].words[w];
        struct said s = run(market_command_import, argv);
        assert_int_equal(s.code, MARKET_EXIT_USAGE);
        assert_says(s.err, cases[i].says);
    }
    struct said s = run_status("extra");
    assert_int_equal(s.code, MARKET_EXIT_USAGE);
    s = run_status("--store", "/nowhere/at/all.db");
    assert_int_equal(s.code, MARKET_EXIT_FAILED);
    assert_says(s.err, "market status: /nowhere/at/all.db: unable to open");
    s = run_import("--store", f->dir, "f.csv");
    assert_int_equal(s.code, MARKET_EXIT_FAILED);
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(files_are_imported_and_listed),
        in_a_store(one_bad_file_does_not_keep_the_others_out),
        in_a_store(what_is_typed_wrong_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
