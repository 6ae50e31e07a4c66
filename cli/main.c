/* apus: the command people use. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/api.h"
#include "command.h"

static int run_command(const struct command *c, int argc, char **argv)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, (size_t)1 << 30);
    struct options o = { .cflags = getenv("CFLAGS"),
                         .paths = APUS_NEW(&arena, const char *, (size_t)argc + 2) };
    int code = o.paths ? options_read(c, argc, argv, &o) : EXIT_FAILED;
    if (code == EXIT_FINE && o.n_paths == 0 && c == &command_new && !o.templates) {
        complain("which name?  Usage: %s %s", c->page.name, c->page.usage);
        code = EXIT_USAGE;
    }
    if (code == EXIT_FINE) {
        if (o.n_paths == 0)
            o.paths[o.n_paths++] = ".";
        code = c->run(&arena, &o);
    }
    apus_arena_finish(&arena);
    return code;
}

int main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (!*first) {
        complain("which command?  `apus --help` lists them");
        return EXIT_USAGE;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0)
        return help_run(*first == '-' ? 0 : argc - 2, argv + 2);
    if (strcmp(first, "--version") == 0) {
        printf("apus %s\n", APUS_VERSION);
        return EXIT_FINE;
    }
    const struct command *c = command_find(first);
    if (!c)
        return EXIT_USAGE;
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help_command(c);
            return EXIT_FINE;
        }
    }
    return run_command(c, argc - 2, argv + 2);
}
