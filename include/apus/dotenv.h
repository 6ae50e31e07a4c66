/* apus/dotenv.h - the lines of a .env file.
 *
 *     # a comment
 *     export NAME=plain text      # trimmed; a comment begins behind a blank
 *     NAME="line\nline \"two\""   # \n \r \t \\ \" \$ stand for what they do elsewhere
 *     NAME='as it stands'
 *
 * Quoted values may run over several lines.  Nothing is expanded: $HOME is text.
 *
 * MEMORY: names are slices of the text; values are copied into the arena, with a NUL
 * behind.  FIBERS: nothing suspends. */
#ifndef APUS_DOTENV_H
#define APUS_DOTENV_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* Reads on: {text, 1} at first. */
typedef struct apus_dotenv {
    apus_str rest;
    uint32_t line; /* where the next one begins, from 1 */
} apus_dotenv;

/* APUS_OK with the next name and value; APUS_DONE behind the last; APUS_SYNTAX: the line
 * `d->line` is no such line; APUS_NOMEM. */
apus_rc apus_dotenv_next(apus_dotenv *d, apus_arena *a, apus_str *name, apus_str *value)
    APUS_NODISCARD;

APUS_API_END

#endif
