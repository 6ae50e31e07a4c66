/* build, run, test, routes, openapi: one pass through the project each. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "process.h"
#include "project.h"

/* A name without a slash would be looked up in PATH. */
static const char *runnable(apus_arena *arena, const char *program)
{
    return strchr(program, '/') ? program : textf(arena, "./%s", program);
}

static int build(apus_arena *arena, const struct options *options)
{
    struct project p;
    if (!project_find(arena, options, BUILD_RELEASE, &p) || !project_build(&p, NULL))
        return EXIT_FAILED;
    printf("built %s\n", p.program);
    return EXIT_FINE;
}

static void add_address(struct argv *a, const struct options *options)
{
    if (options->host) {
        argv_add(a, "--host");
        argv_add(a, options->host);
    }
    if (options->port) {
        argv_add(a, "--port");
        argv_add(a, options->port);
    }
}

static int run(apus_arena *arena, const struct options *options)
{
    struct project p;
    if (!project_find(arena, options, BUILD_RELEASE, &p) || !project_build(&p, NULL))
        return EXIT_FAILED;
    struct argv a = { .arena = arena };
    argv_add(&a, runnable(arena, p.program));
    add_address(&a, options);
    for (const char **word = options->rest; word && *word; word++)
        argv_add(&a, *word);
    fflush(NULL);
    process_exec(&a);
    return EXIT_FAILED;
}

static int test(apus_arena *arena, const struct options *options)
{
    struct project p;
    if (!project_find(arena, options, BUILD_TEST, &p) || !project_build(&p, NULL))
        return EXIT_FAILED;
    struct argv a = { .arena = arena };
    argv_add(&a, runnable(arena, p.program));
    argv_add(&a, "test");
    if (options->filter)
        argv_add(&a, options->filter);
    fflush(NULL);
    process_exec(&a);
    return EXIT_FAILED;
}

static int routes(apus_arena *arena, const struct options *options)
{
    struct project p;
    const char *words[] = { options->json ? "--routes=json" : "--routes", NULL };
    if (!project_find(arena, options, BUILD_DEV, &p))
        return EXIT_FAILED;
    return project_apusc(&p, words);
}

static int openapi(apus_arena *arena, const struct options *options)
{
    struct project p;
    const char *words[] = { "--openapi", "-", NULL };
    if (!project_find(arena, options, BUILD_DEV, &p))
        return EXIT_FAILED;
    if (options->output && !freopen(options->output, "w", stdout)) {
        complain("%s: %s", options->output, strerror(errno));
        return EXIT_FAILED;
    }
    return project_apusc(&p, words);
}

#define PATHS_HELP                                                                                 \
    "  FILE...            the sources of one program, or a directory: its *.c and src/*.c\n"       \
    "  --cflags FLAGS     further flags for the compiler (also from CFLAGS); CC names it\n"        \
    "  -v, --verbose      show what is run\n"

const struct command command_build = {
    .name = "build",
    .usage = "[FILE...|DIR] [-o NAME]",
    .summary = "make one production binary",
    .help = PATHS_HELP
    "  -o NAME            the program (default: called like the source or the directory)\n",
    .run = build,
};

const struct command command_run = {
    .name = "run",
    .usage = "[FILE...|DIR] [--host H] [--port P] [-- ARGS...]",
    .summary = "build it and serve",
    .help = PATHS_HELP
    "  --host, --port     where to listen; what follows -- goes to the program as it is\n",
    .run = run,
};

const struct command command_test = {
    .name = "test",
    .usage = "[FILE...|DIR] [--filter TEXT]",
    .summary = "run the Test() functions",
    .help = PATHS_HELP "  --filter TEXT      only tests whose name contains TEXT\n"
                       "Files named test_*.c and *_test.c belong to the tests only.\n",
    .run = test,
};

const struct command command_routes = {
    .name = "routes",
    .usage = "[FILE...|DIR] [--json]",
    .summary = "list method, path, handler, models and guards",
    .help = PATHS_HELP "  --json             for programs to read\n",
    .run = routes,
};

const struct command command_openapi = {
    .name = "openapi",
    .usage = "[FILE...|DIR] [-o FILE]",
    .summary = "print the OpenAPI document",
    .help = PATHS_HELP "  -o FILE            write it there\n",
    .run = openapi,
};
