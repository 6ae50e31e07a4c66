/* manual/manual.h - one page about a command, written once, in three forms.
 *
 * What `--help` prints, the page that `man` shows and the section of docs/reference
 * come from the same rows, so that they cannot disagree; the command line's reader goes
 * by the same rows too (see cli/options.c).
 *
 * Nothing here takes memory; texts are static. */
#ifndef APUS_MANUAL_H
#define APUS_MANUAL_H

#include <stddef.h>
#include <stdio.h>

/* One row: an option, a command or an argument. */
typedef struct manual_row {
    const char *flags;    /* "-o, --output"; "FILE..." is an argument */
    const char *argument; /* "FILE"; NULL: none */
    const char *help;     /* a sentence without its end */
    size_t place;         /* for the reader of the command line: where the value goes */
} manual_row;

typedef struct manual {
    const char *name;        /* "apus dev" */
    const char *usage;       /* what stands behind it */
    const char *summary;     /* what it does, without the end of a sentence */
    const char *heading;     /* of the rows: "Options", "Commands" */
    const manual_row *rows;  /* ends with one without flags */
    const char *about;       /* paragraphs, a blank line apart; one that begins with four
                                blanks stands as it is.  NULL: none */
    const char *const *also; /* pages to see also: "apusc"; NULL at the end.  NULL: none */
} manual;

/* For a terminal, 80 columns wide. */
void manual_help(FILE *to, const manual *m);

/* A page of section 1 in the language of man(7). */
void manual_roff(FILE *to, const manual *m);

/* A section of Markdown under a heading of that depth. */
void manual_markdown(FILE *to, const manual *m, int depth);

#endif
