/* Reads files whole and finds their lines. */
#include "compiler/files.h"

#include <stdio.h>
#include <string.h>

#include "apus/buf.h"
#include "compiler/memory.h"

text_files files_in(apus_arena *arena)
{
    return (text_files){ .arena = arena, .known = names_in(arena) };
}

static apus_str read_whole(apus_arena *arena, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return APUS_STR("");
    apus_buf b = apus_buf_in(arena);
    for (;;) {
        enum { STEP = 16384 };
        char *room = apus_buf_room(&b, STEP);
        if (!room)
            memory_out();
        size_t n = fread(room, 1, STEP, in);
        apus_buf_grew(&b, n);
        if (n < STEP)
            break;
    }
    fclose(in);
    apus_str text;
    if (apus_buf_take(&b, &text))
        memory_out();
    return text;
}

const text_file *files_get(text_files *f, const char *path)
{
    text_file *known = names_find(&f->known, path);
    if (known)
        return known;
    known = NEW(f->arena, text_file);
    known->text = read_whole(f->arena, path);
    unsigned n = 1;
    for (size_t i = 0; i < known->text.len; i++)
        n += known->text.ptr[i] == '\n';
    size_t *line = NEW_N(f->arena, size_t, n + 1);
    known->line = line;
    known->n_lines = n;
    *line++ = 0;
    for (size_t i = 0; i < known->text.len; i++) {
        if (known->text.ptr[i] == '\n')
            *line++ = i + 1;
    }
    *line = known->text.len;
    names_put(&f->known, memory_text(f->arena, path), known);
    return known;
}

apus_str file_line(const text_file *f, unsigned line)
{
    if (line == 0 || line > f->n_lines)
        return APUS_STR("");
    size_t from = f->line[line - 1], to = f->line[line];
    while (to > from && (f->text.ptr[to - 1] == '\n' || f->text.ptr[to - 1] == '\r'))
        to--;
    return apus_str_slice(f->text, from, to - from);
}

size_t file_offset(const text_file *f, unsigned line, unsigned column)
{
    if (line == 0 || line > f->n_lines)
        return f->text.len;
    size_t offset = f->line[line - 1] + (column ? column - 1 : 0);
    return offset < f->text.len ? offset : f->text.len;
}

void file_place(const text_file *f, size_t offset, unsigned *line, unsigned *column)
{
    unsigned low = 0, high = f->n_lines;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (f->line[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    *line = low + 1;
    *column = (unsigned)(offset - f->line[low]) + 1;
}
