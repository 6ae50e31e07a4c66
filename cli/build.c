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
    setenv("APUS_WORKERS", "auto", 0); /* unless somebody has decided */
    fflush(NULL);
    process_exec(&a);
    return EXIT_FAILED;
}

static int test(apus_arena *arena, const struct options *options)
{
    struct project p;
    if (!project_find(arena, options, BUILD_TEST, &p) || !project_build(&p, NULL))
        return EXIT_FAILED;
    const char *record =
        options->record ? options->record : textf(arena, "%s/exchanges.jsonl", p.work);
    if (options->record || options->contract) {
        (void)unlink(record); /* of the last time */
        setenv("APUS_RECORD", record, 1);
    }
    if (options->contract)
        setenv("APUS_CONTRACT", "1", 1);
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

static const manual_row build_rows[] = {
    ROW_FILES,
    { "-o, --output", "NAME", "the program (called like the source, or the directory)",
      PLACE(output) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_build = {
    .name = "build",
    .page = { .name = "apus build",
              .usage = "[FILE...|DIR] [-o NAME]",
              .summary = "make one production binary",
              .heading = "Options",
              .rows = build_rows,
              .about = "The binary needs no file beside it: tables, documents and the pages of "
                       "/docs are in it. Projects with a build of their own use apusc; see "
                       "docs/how-to/build.md.",
              .also = (const char *const[]){ "apus", "apus run", "apusc", NULL } },
    .run = build,
};

static const manual_row run_rows[] = {
    ROW_FILES, ROW_HOST, ROW_PORT, ROW_CFLAGS, ROW_VERBOSE, ROW_END,
};

const struct command command_run = {
    .name = "run",
    .page = { .name = "apus run",
              .usage = "[FILE...|DIR] [--host ADDRESS] [--port PORT] [-- ARG...]",
              .summary = "build it and serve",
              .heading = "Options",
              .rows = run_rows,
              .about = "One worker per core answers, unless APUS_WORKERS or `-- --workers N` says "
                       "otherwise. What follows -- goes to the program as it is.",
              .also = (const char *const[]){ "apus", "apus dev", "apus build", NULL } },
    .run = run,
};

static const manual_row test_rows[] = {
    ROW_FILES,
    { "--filter", "TEXT", "only tests whose name contains TEXT", PLACE(filter) },
    { "--contract", NULL,
      "hold every answer to the program's own OpenAPI document, and fail where no test exercises "
      "an operation",
      PLACE(contract) },
    { "--record", "FILE", "keep each exchange of the tests, a line of JSON each", PLACE(record) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_test = {
    .name = "test",
    .page = { .name = "apus test",
              .usage = "[FILE...|DIR] [--filter TEXT] [--contract]",
              .summary = "run the Test() functions",
              .heading = "Options",
              .rows = test_rows,
              .about = "Files named test_*.c and *_test.c belong to the tests only. Each test runs "
                       "in a process of its own.",
              .also = (const char *const[]){ "apus", "apus check", NULL } },
    .run = test,
};

static const manual_row routes_rows[] = {
    ROW_FILES, { "--json", NULL, "for programs to read", PLACE(json) }, ROW_CFLAGS, ROW_VERBOSE,
    ROW_END,
};

const struct command command_routes = {
    .name = "routes",
    .page = { .name = "apus routes",
              .usage = "[FILE...|DIR] [--json]",
              .summary = "list method, path, handler, models and guards",
              .heading = "Options",
              .rows = routes_rows,
              .also = (const char *const[]){ "apus", "apus openapi", NULL } },
    .run = routes,
};

static const manual_row openapi_rows[] = {
    ROW_FILES,
    { "-o, --output", "FILE", "write it there instead of standard output", PLACE(output) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_openapi = {
    .name = "openapi",
    .page = { .name = "apus openapi",
              .usage = "[FILE...|DIR] [-o FILE]",
              .summary = "print the OpenAPI document",
              .heading = "Options",
              .rows = openapi_rows,
              .also = (const char *const[]){ "apus", "apus routes", NULL } },
    .run = openapi,
};
