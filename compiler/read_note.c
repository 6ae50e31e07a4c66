/* Annotations: their text taken apart, and where each piece stands in the file.
 *
 * The text comes with macros expanded, so it does not say where its pieces
 * stand.  The same options are therefore read a second time from the file and
 * laid beside the first: what matches gets a place of its own, the rest that of
 * the whole annotation (which may stem from a macro of the user's). */
#include <ctype.h>
#include <string.h>

#include "compiler/options.h"
#include "compiler/read.h"

const note *notes_find(const note *notes, const char *word)
{
    while (notes && strcmp(notes->word, word) != 0)
        notes = notes->next;
    return notes;
}

static bool same_place(const note *a, const note *b)
{
    return a->offset == b->offset && strcmp(a->word, b->word) == 0 &&
           strcmp(a->place.file, b->place.file) == 0;
}

void notes_join(note **notes, note *more)
{
    for (note *next; more; more = next) {
        next = more->next;
        const note *known = *notes;
        while (known && !same_place(known, more))
            known = known->next;
        if (known)
            continue;
        more->next = NULL;
        APPEND(*notes, more);
    }
}

/* --- places --- */

/* Options as they are written in the file. */
typedef struct written {
    const char *name; /* of the file */
    const text_file *file;
    size_t base;       /* offset of the options' text */
    ct_value *options; /* or NULL */
    size_t failed_at;  /* where reading them stopped, if it did */
    bool failed;
} written;

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static written find_written(unit *u, const note *n)
{
    written w = { .name = n->place.file, .file = files_get(u->reader->files, n->place.file) };
    apus_str text = w.file->text;
    size_t at = n->offset < text.len ? n->offset : text.len, from = at;
    while (at < text.len && is_name_char(text.ptr[at]))
        at++;
    apus_str name = apus_str_slice(text, from, at - from);
    while (at < text.len && isspace((unsigned char)text.ptr[at]))
        at++;
    bool is_ours =
        apus_str_eq(name, apus_str_of(n->word)) || apus_str_starts(name, APUS_STR("APUS_"));
    if (!is_ours || at >= text.len || text.ptr[at] != '(')
        return w;
    w.base = at + 1;
    options_reader r = { .arena = u->reader->arena, .text = OPTIONS_as_written };
    options_error error = { 0 };
    size_t end;
    w.options = options_parse_to_end(&r, apus_str_slice(text, w.base, text.len), &end, &error);
    w.failed = !w.options;
    w.failed_at = error.offset;
    return w;
}

static ct_place written_place(const written *w, unsigned column)
{
    ct_place p = { .file = w->name };
    file_place(w->file, w->base + column - 1, &p.line, &p.column);
    return p;
}

static const ct_value *counterpart(const ct_value *in, const ct_value *of, size_t index)
{
    if (!in)
        return NULL;
    for (const ct_value *v = in->items; v; v = v->next, index--) {
        if (of->key ? v->key && strcmp(v->key, of->key) == 0 : index == 0)
            return v;
        if (index == 0 && !of->key)
            break;
    }
    return NULL;
}

/* Gives each value in v the place of its counterpart in as_written. */
static void set_places(ct_value *v, const ct_value *as_written, const written *w,
                       ct_place otherwise)
{
    v->place = as_written ? written_place(w, as_written->place.column) : otherwise;
    bool has_key = as_written && as_written->key_place.column;
    v->key_place = has_key ? written_place(w, as_written->key_place.column) : v->place;
    /* a library may have a true of its own, which comes expanded */
    if (as_written && as_written->kind == CT_VALUE_bool && v->kind == CT_VALUE_int && !v->word) {
        v->kind = CT_VALUE_bool;
        v->truth = as_written->truth;
    }
    size_t index = 0;
    for (ct_value *item = v->items; item; item = item->next)
        set_places(item, counterpart(as_written, item, index++), w, v->place);
}

/* --- reading --- */

static bool find_enumerator(void *ctx, const char *name, int64_t *value)
{
    unit *u = ctx;
    const int64_t *known = names_find(&u->enumerators, name);
    if (known)
        *value = *known;
    return known != NULL;
}

static void read_options_text(unit *u, note *n, const char *text)
{
    options_reader r = {
        .arena = u->reader->arena, .text = OPTIONS_expanded, .find = find_enumerator, .ctx = u
    };
    options_error error;
    written w = find_written(u, n);
    n->options = options_parse(&r, apus_str_of(text), &error);
    if (!n->options) {
        ct_place place = n->place;
        if (w.failed)
            place = written_place(&w, (unsigned)w.failed_at + 1);
        diag_error(u->reader->diags, place, "%s: %s", n->word, error.message);
        n->options = NEW(u->reader->arena, ct_value);
        n->options->kind = CT_VALUE_map;
        n->options->place = n->place;
        return;
    }
    set_places(n->options, w.options, &w, n->place);
    n->options->place = n->place;
    keys_check(u, n);
}

static note *note_read(unit *u, CXCursor attribute)
{
    const char *text = cursor_name(u, attribute);
    if (strncmp(text, "apus:", 5) != 0)
        return NULL;
    const char *word = text + 5, *colon = strchr(word, ':');
    if (!colon)
        return NULL;
    note *n = NEW(u->reader->arena, note);
    n->word = memory_slice(u->reader->arena, word, (size_t)(colon - word));
    n->place = location_place(u, clang_getCursorLocation(attribute), &n->offset);
    read_options_text(u, n, colon + 1);
    return n;
}

struct gathering {
    unit *unit;
    note *notes;
};

static enum CXChildVisitResult gather(CXCursor c, CXCursor parent, CXClientData data)
{
    struct gathering *g = data;
    (void)parent;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_CompoundStmt)
        return CXChildVisit_Break;
    note *n = kind == CXCursor_AnnotateAttr ? note_read(g->unit, c) : NULL;
    if (n)
        notes_join(&g->notes, n);
    return CXChildVisit_Continue;
}

note *notes_read(unit *u, CXCursor c)
{
    struct gathering g = { .unit = u };
    clang_visitChildren(c, gather, &g);
    return g.notes;
}
