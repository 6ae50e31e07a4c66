/* new: a project that builds, runs and tests. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "templates.h"

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

static int list_templates(void)
{
    for (const struct template *t = templates; t->name; t++)
        printf("%-8s %s\n", t->name, t->about);
    return EXIT_FINE;
}

static int create(apus_arena *arena, const struct options *options)
{
    if (options->templates)
        return list_templates();
    const struct template *t = options->template ? template_find(options->template) : &templates[0];
    if (!t)
        return EXIT_USAGE;
    const char *dir = options->paths[0];
    const char *slash = strrchr(dir, '/');
    const char *name = slash ? slash + 1 : dir;
    if (!is_identifier(name)) {
        complain("a project's name is a C identifier (letters, digits, _), not \"%s\"", name);
        return EXIT_USAGE;
    }
    if (!template_write(arena, t, dir, name))
        return EXIT_FAILED;
    printf("made %s\n\n  cd %s\n  apus dev      serve on http://127.0.0.1:8000 and rebuild on "
           "every save\n"
           "  apus test     run its tests\n",
           dir, dir);
    return EXIT_FINE;
}

static const manual_row rows[] = {
    { "NAME", NULL, "its directory; the last part names the app", 0 },
    { "--template", "TEMPLATE", "what to begin with (small)", PLACE(template) },
    { "--templates", NULL, "list what there is to begin with", PLACE(templates) },
    ROW_END,
};

const struct command command_new = {
    .name = "new",
    .page = { .name = "apus new",
              .usage = "NAME [--template TEMPLATE]",
              .summary = "make a project that builds, runs and tests",
              .heading = "Arguments",
              .rows = rows,
              .about = "`small` is one route and its tests. `full` is what a service begins with: "
                       "accounts that log in with a password and get a token, items in SQLite that "
                       "belong to somebody, settings from the environment and `.env`, tests, an "
                       "image, a unit of systemd, and CI. Its README says the first minute.",
              .also = (const char *const[]){ "apus", "apus dev", "apus test", NULL } },
    .run = create,
};
