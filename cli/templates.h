/* cli/templates.h - what `apus new` makes projects of.
 *
 * The files stand in cli/templates/NAME/, those of common/ belong to all, and are compiled into
 * the command.  `projectname` and `PROJECTNAME` in them become the project's name, `newsecret`
 * becomes 64 digits that nobody can guess, `dot-` in front of a path's part a dot. */
#ifndef APUS_CLI_TEMPLATES_H
#define APUS_CLI_TEMPLATES_H

#include <stdbool.h>

#include "apus/arena.h"

struct template
{
    const char *name;
    const char *about;
};

/* All of them, the first is the usual one; the last has no name. */
extern const struct template templates[];

/* NULL after a complaint that lists them. */
const struct template *template_find(const char *name);

/* Makes dir, which must not be there, and the files in it; false after a complaint. */
bool template_write(apus_arena *arena, const struct template *t, const char *dir, const char *name);

#endif
