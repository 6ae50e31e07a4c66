/* The commands, and the nearest one to what was typed. */
#include <stdint.h>
#include <string.h>

#include "command.h"

const struct command *const commands[] = {
    &command_new,
    &command_dev,
    &command_build,
    &command_run,
    &command_test,
    &command_check,
    &command_routes,
    &command_openapi,
    &command_import,
    &command_diff,
    &command_mock,
    &command_reload,
    NULL,
};

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

const struct command *command_find(const char *name)
{
    const struct command *close = NULL;
    for (size_t i = 0; commands[i]; i++) {
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
