/* compiler/diag.h - what is wrong, in clang's style.
 *
 *     main.c:12:40: error: 'times' defaults to 9, past its bound le = 5
 *     int times Query(default = 9, le = 5))
 *                     ^~~~~~~
 *     main.c:12:40: note: lower the default or raise the bound
 *
 * Errors are collected while reading and checking and printed once, sorted by
 * place, so that one run shows all of them.  The same text at the same place is
 * shown once. */
#ifndef APUSC_DIAG_H
#define APUSC_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "compiler/contract.h"
#include "compiler/files.h"

typedef enum diag_level {
    DIAG_note,
    DIAG_warning,
    DIAG_error,
} diag_level;

typedef struct diag diag;

typedef struct diags {
    apus_arena *arena;
    text_files *files;
    const ct_source *sources; /* their order decides what is printed first */
    diag *first;
    unsigned n_errors, n_warnings;
} diags;

diags diags_in(apus_arena *arena, text_files *files);

/* Adds an error; the result takes notes. */
diag *diag_error(diags *d, ct_place place, const char *fmt, ...) APUS_PRINTF(3, 4);
diag *diag_warn(diags *d, ct_place place, const char *fmt, ...) APUS_PRINTF(3, 4);

/* Adds a line of advice to an error, at its own place or, with NULL, at the
 * error's, where the source line is not repeated. */
void diag_note(diags *d, diag *to, const ct_place *place, const char *fmt, ...) APUS_PRINTF(4, 5);

/* The text that would be right where the caret stands; printed under it. */
void diag_fix(diag *to, const char *text);

/* As diag_error, for text that another compiler wrote. */
diag *diag_add(diags *d, diag_level level, ct_place place, const char *text);

typedef enum diag_colour {
    DIAG_plain,
    DIAG_coloured,
} diag_colour;

/* Prints all, and how many there were. */
void diags_print(diags *d, FILE *to, diag_colour colour);

#endif
