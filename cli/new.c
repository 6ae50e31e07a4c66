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
        { "README.md", readme }, { ".gitignore", ignore },
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

const struct command command_new = {
    .name = "new",
    .usage = "NAME",
    .summary = "make a project that builds, runs and tests",
    .help = "  NAME               its directory; the last part names the app\n",
    .run = create,
};
