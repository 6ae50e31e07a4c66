/* Enums: SIDE_BUY, SIDE_SELL of enum side are "buy" and "sell" on the wire. */
#include <ctype.h>
#include <string.h>

#include "compiler/read.h"

struct enumerating {
    unit *unit;
    ct_enum *out;
};

/* Name("buy"), or Name(skip) for one that never travels. */
static enum CXChildVisitResult read_enumerator(CXCursor c, CXCursor parent, CXClientData data)
{
    struct enumerating *e = data;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_EnumConstantDecl)
        return CXChildVisit_Continue;
    unit *u = e->unit;
    note *notes = notes_read(u, c);
    const note *named = notes_find(notes, "Name");
    const ct_value *name = named ? value_unnamed(named->options, 0) : NULL;
    const char *word = value_word(name);
    if (word && strcmp(word, "skip") == 0)
        return CXChildVisit_Continue;
    ct_enum_value *v = NEW(u->reader->arena, ct_enum_value);
    *v = (ct_enum_value){ .c_name = cursor_name(u, c),
                          .value = clang_getEnumConstantDeclValue(c),
                          .doc = doc_read(u, c, notes),
                          .place = cursor_place(u, c) };
    if (name && name->kind == CT_VALUE_string)
        v->name = name->text;
    else if (name)
        diag_error(u->reader->diags, name->place, "Name takes a text, or skip, not %s",
                   value_kind_text(name));
    APPEND(e->out->values, v);
    return CXChildVisit_Continue;
}

/* --- the common prefix --- */

static size_t common_length(const ct_enum *e)
{
    const ct_enum_value *first = e->values;
    size_t len = strlen(first->c_name);
    for (const ct_enum_value *v = first->next; v; v = v->next) {
        size_t same = 0;
        while (same < len && v->c_name[same] == first->c_name[same])
            same++;
        len = same;
    }
    return len;
}

/* A lone enumerator has its prefix in common with the enum's own name. */
static size_t own_length(const ct_enum *e)
{
    const char *tag = bare_name(e->c_name), *name = e->values->c_name;
    size_t len = strlen(tag);
    for (size_t i = 0; i < len; i++) {
        if (tolower((unsigned char)name[i]) != tolower((unsigned char)tag[i]))
            return 0;
    }
    return name[len] == '_' ? len + 1 : 0;
}

/* Up to an underscore, and such that a name is left that begins with a letter. */
static size_t prefix_length(const ct_enum *e)
{
    size_t len = e->values->next ? common_length(e) : own_length(e);
    while (len > 0) {
        bool fits = e->values->c_name[len - 1] == '_';
        for (const ct_enum_value *v = e->values; v && fits; v = v->next)
            fits = isalpha((unsigned char)v->c_name[len]);
        if (fits)
            return len;
        len--;
    }
    return 0;
}

static void name_values(unit *u, ct_enum *e)
{
    if (!e->values)
        return;
    size_t prefix = prefix_length(e);
    for (ct_enum_value *v = e->values; v; v = v->next) {
        if (v->name)
            continue;
        size_t len = strlen(v->c_name + prefix);
        char *name = NEW_N(u->reader->arena, char, len + 1);
        for (size_t i = 0; i < len; i++)
            name[i] = (char)tolower((unsigned char)v->c_name[prefix + i]);
        v->name = name;
    }
}

ct_enum *enum_read(unit *u, CXType canonical)
{
    reader *r = u->reader;
    const char *c_name = record_name(u, canonical);
    if (!c_name)
        return NULL;
    CXCursor c = clang_getTypeDeclaration(canonical);
    const char *key = declaration_key(u, c, c_name);
    ct_enum *e = names_find(&r->enums, key);
    if (e)
        return e;
    note *notes = notes_read(u, c);
    e = NEW(r->arena, ct_enum);
    *e = (ct_enum){ .c_name = c_name,
                    .symbol = unique_symbol(r, bare_name(c_name)),
                    .name = schema_name(u, notes, c_name),
                    .doc = doc_read(u, c, notes),
                    .place = cursor_place(u, c),
                    .source = u->source };
    const note *named = notes_find(notes, "Name");
    const char *word = named ? value_word(value_unnamed(named->options, 0)) : NULL;
    e->is_inline = word && strcmp(word, "inline") == 0;
    if (word && !e->is_inline)
        diag_error(r->diags, named->place, "Name of an enum takes a text, or inline, not %s", word);
    names_put(&r->enums, key, e);
    APPEND(r->out->enums, e);
    struct enumerating all = { .unit = u, .out = e };
    clang_visitChildren(c, read_enumerator, &all);
    name_values(u, e);
    return e;
}
