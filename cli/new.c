/* new: a project that builds, runs and tests, as small as that can be. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"

static const char main_c[] =
    "#include <apus/apus.h>\n"
    "\n"
    "App(@, title = \"@\", version = \"0.1.0\");\n"
    "\n"
    "/// What we say.\n"
    "typedef struct greeting {\n"
    "    apus_str message; ///< A friendly sentence.\n"
    "} greeting;\n"
    "\n"
    "/// Greets whoever asks.\n"
    "Get(\"/hello/{name}\")\n"
    "greeting *greet(apus_req *req, apus_str name, int times Query(default = 1, ge = 1, le = 5))\n"
    "{\n"
    "    greeting *out = apus_new(req, greeting);\n"
    "    out->message = apus_strf(req, \"Hello, %s! (x%d)\", name.ptr, times);\n"
    "    return out;\n"
    "}\n";

static const char test_c[] =
    "#include <apus/apus.h>\n"
    "\n"
    "extern const apus_app @_app;\n"
    "\n"
    "Test(greets_by_name)\n"
    "{\n"
    "    apus_test *t = apus_test_start(&@_app);\n"
    "    apus_answer a = apus_test_get(t, \"/hello/ada\");\n"
    "    apus_expect_status(a, 200);\n"
    "    apus_expect_json(a, \"$.message\", \"\\\"Hello, ada! (x1)\\\"\");\n"
    "    apus_test_stop(t);\n"
    "}\n"
    "\n"
    "Test(refuses_too_many_times)\n"
    "{\n"
    "    apus_test *t = apus_test_start(&@_app);\n"
    "    apus_answer a = apus_test_get(t, \"/hello/ada?times=9\");\n"
    "    apus_expect_status(a, 422);\n"
    "    apus_expect_json(a, \"$.detail[0].type\", \"\\\"less_than_equal\\\"\");\n"
    "    apus_test_stop(t);\n"
    "}\n";

static const char cmake[] = "cmake_minimum_required(VERSION 3.22)\n"
                            "project(@ LANGUAGES C)\n"
                            "find_package(apus REQUIRED)\n"
                            "apus_add_api(@ main.c)\n";

static const char readme[] =
    "# @\n"
    "\n"
    "    apus dev      serve on http://127.0.0.1:8000, rebuild on every save\n"
    "    apus test     run the tests\n"
    "    apus build    make one production binary: ./@\n"
    "\n"
    "The docs are at http://127.0.0.1:8000/docs.\n";

/* For coding agents, and for whoever else has not seen Apus before. */
static const char agents[] =
    "# Working on @\n"
    "\n"
    "An HTTP API in C17 on Apus: plain structs and functions with annotations are the contract.\n"
    "`apusc` makes validation, JSON, routing and the OpenAPI document of them; nothing is\n"
    "registered by hand and no generated file is edited.\n"
    "\n"
    "| command | when |\n"
    "| --- | --- |\n"
    "| `apus test` | after every change; builds, runs the `Test()` functions |\n"
    "| `apus check` | before a change is done: the contract, then every route attacked |\n"
    "| `apus dev` | serves on 127.0.0.1:8000 and rebuilds on every save; does not end by itself |\n"
    "| `apus routes` | which function answers what, with file and line |\n"
    "| `apus openapi` | the document that clients see |\n"
    "\n"
    "Rules\n"
    "\n"
    "- A route is a function below `Get(\"/path/{id}\")`, `Post`, `Put`, `Patch` or `Delete`. Its "
    "first\n"
    "  parameter is `apus_req *req`; names in the path are parameters; scalars come from the "
    "query,\n"
    "  a `const model *` from the body; `Query()`, `Header()`, `Cookie()`, `Form()`, `File()` say\n"
    "  otherwise; `Depends(function)` gives what another function returns.\n"
    "- Constraints stand in `Field(...)` behind the member, or in `Query(...)` behind the "
    "parameter:\n"
    "  `ge`, `le`, `min_length`, `max_length`, `pattern`, `default`. Do not check them again in "
    "code.\n"
    "- `T x` must be sent; `T *x` may be absent (`NULL`); `T x Field(default = v)` has a default.\n"
    "- Memory comes from the request: `apus_new(req, model)`, `apus_strf(req, ...)`. Nothing is "
    "freed.\n"
    "- Refuse with `return apus_fail(req, 404, \"code\", \"text\");`, never with a status of "
    "success.\n"
    "- `///` above a function or struct and `///<` behind a member are the texts of the document.\n"
    "- Mistakes in the contract are compile errors with a line and advice: follow them.\n"
    "- Every route has a test of its good answer and of one refusal; see test_main.c.\n"
    "\n"
    "`man apus` lists all commands; the headers in include/apus/ are the manual of each "
    "function.\n";

static const char ignore[] = ".apus/\n/@\n";

/* Writes text with @ replaced by the name. */
static bool write_file(const char *path, const char *text, const char *name)
{
    FILE *f = fopen(path, "wx");
    if (!f) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    for (const char *p = text; *p; p++) {
        if (*p == '@')
            fputs(name, f);
        else
            fputc(*p, f);
    }
    if (ferror(f) | fclose(f)) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)*name))
        return false;
    for (const char *p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && *p != '_')
            return false;
    }
    return true;
}

static int create(apus_arena *arena, const struct options *options)
{
    const char *dir = options->paths[0];
    const char *slash = strrchr(dir, '/');
    const char *name = slash ? slash + 1 : dir;
    if (!is_identifier(name)) {
        complain("a project's name is a C identifier (letters, digits, _), not \"%s\"", name);
        return EXIT_USAGE;
    }
    if (mkdir(dir, 0777)) {
        complain("%s: %s", dir, strerror(errno));
        return EXIT_FAILED;
    }
    const struct {
        const char *file, *text;
    } files[] = {
        { "main.c", main_c },    { "test_main.c", test_c }, { "CMakeLists.txt", cmake },
        { "README.md", readme }, { "AGENTS.md", agents },   { ".gitignore", ignore },
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (!write_file(textf(arena, "%s/%s", dir, files[i].file), files[i].text, name))
            return EXIT_FAILED;
    }
    printf("made %s\n\n  cd %s\n  apus dev      serve on http://127.0.0.1:8000 and rebuild on "
           "every save\n"
           "  apus test     run its tests\n",
           dir, dir);
    return EXIT_FINE;
}

static const manual_row rows[] = {
    { "NAME", NULL, "its directory; the last part names the app", 0 },
    ROW_END,
};

const struct command command_new = {
    .name = "new",
    .page = { .name = "apus new",
              .usage = "NAME",
              .summary = "make a project that builds, runs and tests",
              .heading = "Arguments",
              .rows = rows,
              .also = (const char *const[]){ "apus", "apus dev", "apus test", NULL } },
    .run = create,
};
