/* apus: the command people use. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apus/api.h"
#include "command.h"

static const struct command *const commands[] = {
    &command_new,  &command_dev,   &command_build,  &command_run,
    &command_test, &command_check, &command_routes, &command_openapi,
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

void complain(const char *fmt, ...)
{
    const char *red = isatty(STDERR_FILENO) && !getenv("NO_COLOR") ? "\033[31m" : "";
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "%sapus:%s ", red, *red ? "\033[0m" : "");
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

const char *textf(apus_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str s = apus_arena_vstrf(arena, fmt, args);
    va_end(args);
    if (!s.ptr) {
        complain("out of memory");
        exit(EXIT_FAILED);
    }
    return s.ptr;
}

static void print_help(FILE *to)
{
    fprintf(to,
            "Usage: apus COMMAND [OPTIONS]\n\nPlain C in, a documented and validated API out.\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to,
            "\n`apus COMMAND --help` says more.  `apus --version` prints %s.\n"
            "Exit codes: 0 fine, 1 it did not work, 2 wrong usage.\n",
            APUS_VERSION);
}

static void print_command_help(const struct command *c)
{
    printf("Usage: apus %s %s\n\n%s.\n\n%s", c->name, c->usage, c->summary, c->help);
}

static size_t distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), row[32];
    if (lb >= sizeof(row) / sizeof(row[0]))
        return SIZE_MAX;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t swap = diagonal + (a[i - 1] != b[j - 1]);
            size_t best = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = swap < best ? swap : best;
        }
    }
    return row[lb];
}

static const struct command *find_command(const char *name)
{
    const struct command *close = NULL;
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        if (distance(name, commands[i]->name) <= 2)
            close = commands[i];
    }
    if (close)
        complain("there is no command \"%s\"; did you mean \"%s\"?", name, close->name);
    else
        complain("there is no command \"%s\"; `apus --help` lists them", name);
    return NULL;
}

/* Options that take a value, and where it goes. */
static const char **value_option(struct options *o, const char *word)
{
    const struct {
        const char *name;
        const char **to;
    } table[] = {
        { "-o", &o->output },       { "--output", &o->output }, { "--host", &o->host },
        { "--port", &o->port },     { "-p", &o->port },         { "--filter", &o->filter },
        { "--cflags", &o->cflags },
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].name, word) == 0)
            return table[i].to;
    }
    return NULL;
}

/* EXIT_FINE, or what to leave with. */
static int parse(const struct command *c, int argc, char **argv, struct options *o)
{
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        const char **value = value_option(o, word);
        if (strcmp(word, "--") == 0) {
            o->rest = (const char **)(uintptr_t)&argv[i + 1];
            break;
        }
        if (strcmp(word, "-v") == 0 || strcmp(word, "--verbose") == 0) {
            o->verbose = true;
        } else if (strcmp(word, "--json") == 0) {
            o->json = true;
        } else if (value && i + 1 < argc) {
            *value = argv[++i];
        } else if (value) {
            complain("%s needs a value", word);
            return EXIT_USAGE;
        } else if (word[0] == '-') {
            complain("apus %s has no option %s; `apus %s --help` lists them", c->name, word,
                     c->name);
            return EXIT_USAGE;
        } else {
            o->paths[o->n_paths++] = word;
        }
    }
    return EXIT_FINE;
}

static int run_command(const struct command *c, int argc, char **argv)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, (size_t)1 << 30);
    struct options o = { .cflags = getenv("CFLAGS"),
                         .paths = APUS_NEW(&arena, const char *, (size_t)argc + 2) };
    int code = o.paths ? parse(c, argc, argv, &o) : EXIT_FAILED;
    if (code == EXIT_FINE && o.n_paths == 0 && c == &command_new) {
        complain("which name?  Usage: apus %s %s", c->name, c->usage);
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
    if (!*first || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 ||
        strcmp(first, "help") == 0) {
        print_help(*first ? stdout : stderr);
        return *first ? EXIT_FINE : EXIT_USAGE;
    }
    if (strcmp(first, "--version") == 0) {
        printf("apus %s\n", APUS_VERSION);
        return EXIT_FINE;
    }
    const struct command *c = find_command(first);
    if (!c)
        return EXIT_USAGE;
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_command_help(c);
            return EXIT_FINE;
        }
    }
    return run_command(c, argc - 2, argv + 2);
}
