/* Collects errors, sorts them by place, prints them with the line they are about. */
#include "compiler/diag.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/memory.h"

enum { TAB_WIDTH = 8 };

struct diag {
    diag_level level;
    ct_place place;
    bool has_place; /* a note may stand at its error's place and show no line */
    const char *text;
    const char *fix;
    unsigned order; /* in which it was found */
    diag *notes;
    diag *next;
};

diags diags_in(apus_arena *arena, text_files *files)
{
    return (diags){ .arena = arena, .files = files };
}

static diag *add(diags *d, diag_level level, ct_place place, const char *text)
{
    diag *g = NEW(d->arena, diag);
    *g =
        (diag){ .level = level, .place = place, .has_place = true, .text = text, .next = d->first };
    g->order = d->first ? d->first->order + 1 : 0;
    d->n_errors += level == DIAG_error; /* diags_print counts again, without repetitions */
    d->first = g;
    return g;
}

diag *diag_add(diags *d, diag_level level, ct_place place, const char *text)
{
    return add(d, level, place, memory_text(d->arena, text));
}

diag *diag_error(diags *d, ct_place place, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = memory_vtextf(d->arena, fmt, args);
    va_end(args);
    return add(d, DIAG_error, place, text);
}

diag *diag_warn(diags *d, ct_place place, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = memory_vtextf(d->arena, fmt, args);
    va_end(args);
    return add(d, DIAG_warning, place, text);
}

void diag_note(diags *d, diag *to, const ct_place *place, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    diag *note = NEW(d->arena, diag);
    *note = (diag){ .level = DIAG_note,
                    .place = place ? *place : to->place,
                    .has_place = place != NULL,
                    .text = memory_vtextf(d->arena, fmt, args) };
    va_end(args);
    APPEND(to->notes, note);
}

void diag_fix(diag *to, const char *text)
{
    to->fix = text;
}

/* --- order --- */

struct sortable {
    diag *diag;
    unsigned file; /* sources in their order, then headers */
};

static unsigned file_rank(const diags *d, const char *file)
{
    unsigned rank = 0;
    for (const ct_source *s = d->sources; s; s = s->next, rank++) {
        if (file && strcmp(s->path, file) == 0)
            return rank;
    }
    return rank;
}

static int by_number(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *left, const void *right)
{
    const struct sortable *a = left, *b = right;
    int order = by_number(a->file, b->file);
    if (!order && a->diag->place.file && b->diag->place.file)
        order = strcmp(a->diag->place.file, b->diag->place.file);
    if (!order)
        order = by_number(a->diag->place.line, b->diag->place.line);
    if (!order)
        order = by_number(a->diag->place.column, b->diag->place.column);
    return order ? order : by_number(a->diag->order, b->diag->order);
}

static bool same(const diag *a, const diag *b)
{
    return a->place.line == b->place.line && a->place.column == b->place.column &&
           strcmp(a->text, b->text) == 0 &&
           (a->place.file == b->place.file ||
            (a->place.file && b->place.file && strcmp(a->place.file, b->place.file) == 0));
}

/* --- printing --- */

static const char *paint(diag_colour colour, const char *code)
{
    return colour == DIAG_coloured ? code : "";
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* How many bytes the thing at the caret has: a word, a literal, or one. */
static size_t token_length(apus_str line, size_t at)
{
    if (at >= line.len)
        return 1;
    size_t end = at + 1;
    if (line.ptr[at] == '"') {
        while (end < line.len && line.ptr[end] != '"')
            end += line.ptr[end] == '\\' ? 2 : 1;
        return (end < line.len ? end + 1 : line.len) - at;
    }
    if (!is_word(line.ptr[at]) && line.ptr[at] != '-')
        return 1;
    while (end < line.len && (is_word(line.ptr[end]) ||
                              (line.ptr[end] == '.' && isdigit((unsigned char)line.ptr[at]))))
        end++;
    return end - at;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t print_line(apus_str line, size_t at, FILE *to)
{
    size_t column = 0, caret = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (i == at)
            caret = column;
        if (line.ptr[i] != '\t') {
            fputc(line.ptr[i], to);
            column += !continues(line.ptr[i]);
            continue;
        }
        do
            fputc(' ', to);
        while (++column % TAB_WIDTH);
    }
    fputc('\n', to);
    return at < line.len ? caret : column;
}

static void print_excerpt(diags *d, const diag *g, FILE *to, diag_colour colour)
{
    if (!g->place.file || !g->has_place)
        return;
    const text_file *f = files_get(d->files, g->place.file);
    apus_str line = file_line(f, g->place.line);
    if (line.len == 0 || g->place.column == 0)
        return;
    size_t at = g->place.column - 1;
    size_t caret = print_line(line, at, to);
    fprintf(to, "%*s%s^", (int)caret, "", paint(colour, "\033[0;1;32m"));
    for (size_t i = at + 1, end = at + token_length(line, at); i < end; i++) {
        if (i >= line.len || !continues(line.ptr[i]))
            fputc('~', to);
    }
    fprintf(to, "%s\n", paint(colour, "\033[0m"));
    if (g->fix)
        fprintf(to, "%*s%s%s%s\n", (int)caret, "", paint(colour, "\033[0;32m"), g->fix,
                paint(colour, "\033[0m"));
}

static void print_one(diags *d, const diag *g, FILE *to, diag_colour colour)
{
    static const struct {
        const char *word, *code;
    } levels[] = {
        [DIAG_note] = { "note", "\033[0;1;30m" },
        [DIAG_warning] = { "warning", "\033[0;1;35m" },
        [DIAG_error] = { "error", "\033[0;1;31m" },
    };
    fputs(paint(colour, "\033[1m"), to);
    if (g->place.file && g->place.line)
        fprintf(to, "%s:%u:%u: ", g->place.file, g->place.line, g->place.column);
    else
        fprintf(to, "%s: ", g->place.file ? g->place.file : "apusc");
    fprintf(to, "%s%s: %s%s", paint(colour, levels[g->level].code), levels[g->level].word,
            paint(colour, "\033[0m"), paint(colour, g->level == DIAG_note ? "" : "\033[1m"));
    fprintf(to, "%s%s\n", g->text, paint(colour, "\033[0m"));
    print_excerpt(d, g, to, colour);
    for (const diag *note = g->notes; note; note = note->next)
        print_one(d, note, to, colour);
}

/* "1 warning and 2 errors generated." */
static void print_counts(const diags *d, FILE *to)
{
    if (d->n_warnings)
        fprintf(to, "%u warning%s", d->n_warnings, d->n_warnings == 1 ? "" : "s");
    if (d->n_warnings && d->n_errors)
        fputs(" and ", to);
    if (d->n_errors)
        fprintf(to, "%u error%s", d->n_errors, d->n_errors == 1 ? "" : "s");
    if (d->n_warnings || d->n_errors)
        fputs(" generated.\n", to);
}

void diags_print(diags *d, FILE *to, diag_colour colour)
{
    size_t n = 0, i = 0;
    for (const diag *g = d->first; g; g = g->next)
        n++;
    struct sortable *all = NEW_N(d->arena, struct sortable, n + 1);
    for (diag *g = d->first; g; g = g->next)
        all[i++] = (struct sortable){ g, file_rank(d, g->place.file) };
    qsort(all, n, sizeof(*all), by_place);
    d->n_errors = d->n_warnings = 0;
    for (i = 0; i < n; i++) {
        if (i && same(all[i - 1].diag, all[i].diag))
            continue;
        d->n_errors += all[i].diag->level == DIAG_error;
        d->n_warnings += all[i].diag->level == DIAG_warning;
        print_one(d, all[i].diag, to, colour);
    }
    print_counts(d, to);
}
