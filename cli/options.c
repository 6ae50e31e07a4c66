/* The command line, read by the rows that a command's page has. */
#include <string.h>

#include "command.h"

static bool is_option(const manual_row *row)
{
    return row->flags[0] == '-';
}

/* Whether word is one of "-o, --output". */
static bool has_flag(const manual_row *row, const char *word)
{
    const char *at = row->flags;
    while (*at) {
        size_t len = strcspn(at, ",");
        if (strlen(word) == len && strncmp(at, word, len) == 0)
            return true;
        at += len;
        at += strspn(at, ", ");
    }
    return false;
}

static const manual_row *find_row(const struct command *c, const char *word)
{
    for (const manual_row *row = c->page.rows; row->flags; row++) {
        if (is_option(row) && has_flag(row, word))
            return row;
    }
    return NULL;
}

/* "--port 9000" moves *i to the value; "--port=9000" has it. */
static int read_option(const struct command *c, int argc, char **argv, int *i, struct options *o)
{
    char name[64];
    const char *word = argv[*i], *equals = word[1] == '-' ? strchr(word, '=') : NULL;
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const manual_row *row = NULL;
    if (len < sizeof(name)) {
        memcpy(name, word, len);
        name[len] = '\0';
        row = find_row(c, name);
    }
    if (!row || (equals && !row->argument)) {
        complain("apus %s has no option %s; `apus %s --help` lists them", c->name, word, c->name);
        return EXIT_USAGE;
    }
    char *at = (char *)o + row->place;
    if (!row->argument) {
        bool yes = true;
        memcpy(at, &yes, sizeof(yes));
        return EXIT_FINE;
    }
    const char *value = equals ? equals + 1 : *i + 1 < argc ? argv[++*i] : NULL;
    if (!value) {
        complain("%s needs a value: %s %s", word, word, row->argument);
        return EXIT_USAGE;
    }
    memcpy(at, &value, sizeof(value));
    return EXIT_FINE;
}

int options_read(const struct command *c, int argc, char **argv, struct options *o)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            o->rest = (const char **)(uintptr_t)&argv[i + 1];
            break;
        }
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            o->paths[o->n_paths++] = argv[i];
            continue;
        }
        int code = read_option(c, argc, argv, &i, o);
        if (code != EXIT_FINE)
            return code;
    }
    return EXIT_FINE;
}
