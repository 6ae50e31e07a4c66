/* help: the pages of all commands, for a terminal, for man and for docs/reference. */
#include <string.h>

#include "command.h"

enum { COMMANDS_MAX = 31 };

static const char about[] =
    "Plain C in, a documented and validated API out. `apus COMMAND --help` says more about a "
    "command, and so does `man apus-COMMAND`.\n\n"
    "Exit codes: 0 all is well, 1 it did not work, 2 the command line is wrong. What is built on "
    "the way stays in `.apus/` beside the sources.\n\n"
    "Environment: `CC` names the compiler, `CFLAGS` and `LDLIBS` go to it and to the linker. "
    "`APUS_PREFIX` is where apusc, the headers and the library are, if not where apus itself "
    "stands. `NO_COLOR` keeps colours from a terminal; elsewhere there are none.\n\n"
    "A built program takes `--host --port --unix --workers --drain --body-max` and more, each also "
    "from the environment (`APUS_PORT`), and `test` and `openapi` as commands; its own `--help` "
    "lists them. It takes listening sockets from systemd (`LISTEN_FDS`); see "
    "docs/how-to/deploy.md.";

static const char *const see_also[] = { "apusc", NULL };

/* The page of apus itself: its rows are the commands. */
static manual own_page(manual_row *rows)
{
    size_t n = 0;
    for (; commands[n] && n < COMMANDS_MAX; n++)
        rows[n] = (manual_row){ .flags = commands[n]->name, .help = commands[n]->page.summary };
    rows[n] = (manual_row){ .flags = NULL };
    return (manual){ .name = "apus",
                     .usage = "COMMAND [OPTION...]",
                     .summary = "make, serve, test and check APIs in C",
                     .heading = "Commands",
                     .rows = rows,
                     .about = about,
                     .also = see_also };
}

void help_command(const struct command *c)
{
    manual_help(stdout, &c->page);
}

static void print_reference(void)
{
    manual_row rows[COMMANDS_MAX + 1];
    manual own = own_page(rows);
    manual_markdown(stdout, &own, 1);
    for (size_t i = 0; commands[i]; i++) {
        printf("\n");
        manual_markdown(stdout, &commands[i]->page, 2);
    }
}

int help_run(int argc, char **argv)
{
    const char *form = "", *name = NULL;
    for (int i = 0; i < argc; i++) {
        if (argv[i][0] == '-')
            form = argv[i];
        else
            name = argv[i];
    }
    if (strcmp(form, "--markdown") == 0) {
        print_reference();
        return EXIT_FINE;
    }
    if (*form && strcmp(form, "--man") != 0) {
        complain("apus help takes a command, --man or --markdown, not %s", form);
        return EXIT_USAGE;
    }
    manual_row rows[COMMANDS_MAX + 1];
    manual own = own_page(rows);
    const struct command *c = name ? command_find(name) : NULL;
    if (name && !c)
        return EXIT_USAGE;
    (*form ? manual_roff : manual_help)(stdout, c ? &c->page : &own);
    return EXIT_FINE;
}
