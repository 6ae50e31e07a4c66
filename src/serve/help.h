/* What a program says of itself: on a terminal, as a table for documents, as a page for man(1). */
#ifndef APUS_SERVE_HELP_H
#define APUS_SERVE_HELP_H

#include <stdio.h>

#include "apus/route.h"

void apus__help_text(FILE *to, const char *program, const apus_app *app);

/* docs/reference/program.md */
void apus__help_markdown(FILE *to);

/* A page of section 1 in the language of man(7), named as the program's file is. */
void apus__help_man(FILE *to, const char *program, const apus_app *app);

#endif
