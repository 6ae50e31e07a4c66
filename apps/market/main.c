/* market: serves price histories, and takes them in.
 *
 *     market [serve] [--store FILE] [OPTION...]   answer requests
 *     market import [OPTION...] FILE.csv...       take files in
 *     market status [--store FILE]                what there is
 *
 * Everything else (--help, openapi, the options of serve) is apus_main's. */
#include <stdio.h>
#include <string.h>

#include <apus/apus.h>

#include "market/api.h"
#include "market/command.h"
#include "market/synthetic.h"

extern const struct apus_app market_app;

static const struct {
    const char *name;
    int (*run)(int argc, char **argv, FILE *out, FILE *err);
} commands[] = {
    { "import", market_command_import },
    { "status", market_command_status },
};

/* Takes "--store FILE" or "--store=FILE" out of the arguments; NULL if it has no value. */
static const char *take_store(int *argc, char **argv)
{
    const char *path = market_command_store();
    int n = 0;
    for (int i = 0; i < *argc; i++) {
        if (strncmp(argv[i], "--store=", 8) == 0)
            path = argv[i] + 8;
        else if (strcmp(argv[i], "--store") == 0)
            path = ++i < *argc ? argv[i] : NULL;
        else
            argv[n++] = argv[i];
    }
    *argc = n;
    argv[n] = NULL;
    return path;
}

/* Whether apus_main will serve; only then is a store needed. */
static bool will_serve(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "openapi") == 0 || strcmp(argv[i], "test") == 0 ||
            strncmp(argv[i], "--help", 6) == 0 || strcmp(argv[i], "-h") == 0 ||
            strcmp(argv[i], "--version") == 0)
            return false;
    return true;
}

/* An empty store gets a history that is made up, so that there is something to see. */
static apus_rc fill_if_empty(market_store *store, const char *path, apus_err *err)
{
    market_totals totals;
    apus_rc rc = market_store_totals(store, &totals, err);
    if (rc || totals.bars > 0)
        return rc;
    rc = market_synthetic_fill(store, &market_synthetic_default, err);
    if (!rc)
        printf("%s is new: filled with a synthetic history of %d assets"
               " (market import FILE.csv... takes in a real one)\n",
               path, MARKET_SYNTHETIC_ASSETS);
    return rc;
}

static int serve(int argc, char **argv)
{
    const char *path = take_store(&argc, argv);
    if (!path) {
        fprintf(stderr, "market: --store needs a value\n");
        return MARKET_EXIT_USAGE;
    }
    if (!will_serve(argc, argv))
        return apus_main(argc, argv, &market_app);
    market_store *store;
    apus_err err;
    apus_rc rc = market_store_open(path, &store, &err);
    if (rc) {
        fprintf(stderr, "market: %s\n", err.msg);
        return MARKET_EXIT_FAILED;
    }
    int code = MARKET_EXIT_FAILED;
    rc = fill_if_empty(store, path, &err);
    if (rc) {
        fprintf(stderr, "market: %s\n", err.msg);
    } else {
        market_api_use(store);
        code = apus_main(argc, argv, &market_app);
    }
    market_api_use(NULL);
    market_store_close(store);
    return code;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1, stdout, stderr);
    return serve(argc, argv);
}
