/* compiler/path.h - templates such as "/items/{id}" and "/files/{path:path}". */
#ifndef APUSC_PATH_H
#define APUSC_PATH_H

#include "apus/arena.h"
#include "compiler/contract.h"

/* One parameter of a template. */
typedef struct path_part {
    const char *name;
    bool rest;               /* {name:path}: takes all that follows */
    const ct_convertor *own; /* {name:upper}: the program's; or NULL */
    size_t offset;           /* of its brace in the template */
    struct path_part *next;
} path_part;

/* The parameters of a template.  What is malformed is passed over, and *why, if
 * that is not NULL, says what, *at where.  c knows the program's convertors. */
path_part *path_parse(apus_arena *arena, const contract *c, const char *path, const char **why,
                      size_t *at);

/* The convertor of that name which the program declares, or NULL. */
const ct_convertor *convertor_find(const contract *c, apus_str name);

/* Whether it is one that is always there. */
bool path_is_convertor(apus_str name);

/* The template with nameless parameters: "/items/{}", to tell what collides. */
const char *path_shape(apus_arena *arena, const char *path);

/* One after the other. */
const char *path_join(apus_arena *arena, const char *prefix, const char *path);

/* The names of all parameters that a route of this router may take from its
 * path: its own, the router's prefix, the prefixes it is included behind.
 * NULL-terminated. */
const char *const *path_names_of(apus_arena *arena, const contract *c, const ct_router *router,
                                 const char *path);

#endif
