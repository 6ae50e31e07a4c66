/* compiler/files.h - the text of the sources, line by line, read once each. */
#ifndef APUSC_FILES_H
#define APUSC_FILES_H

#include "apus/arena.h"
#include "apus/str.h"
#include "compiler/names.h"

typedef struct text_files {
    apus_arena *arena;
    name_table known;
} text_files;

typedef struct text_file {
    apus_str text;      /* "" if it cannot be read */
    const size_t *line; /* where each line begins; n_lines + 1 of them */
    unsigned n_lines;
} text_file;

text_files files_in(apus_arena *arena);

/* Never NULL; a file that cannot be read has no lines. */
const text_file *files_get(text_files *f, const char *path);

/* The line, counted from 1, without its end; "" past the end. */
apus_str file_line(const text_file *f, unsigned line);

/* Where in the text a place is; text.len past the end. */
size_t file_offset(const text_file *f, unsigned line, unsigned column);

/* The other way around; both count from 1. */
void file_place(const text_file *f, size_t offset, unsigned *line, unsigned *column);

#endif
