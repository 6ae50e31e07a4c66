/* Models that only function bodies name.
 *
 * apus_respond(req, 409, conflict, &c) expands to a block that declares
 * `extern const apus_model apus_model_conflict`; that declaration asks for the
 * table of the type called conflict. */
#include <string.h>

#include "compiler/read.h"

#define MODEL "apus_model_"
#define TYPE  "apus_type_of_"

/* The wrapper includes the source: there a macro gives the table its own name. */
static void rename_table(unit *u, const char *prefix, const char *name, const char *symbol)
{
    if (strcmp(name, symbol) == 0)
        return;
    const char *from = memory_textf(u->reader->arena, "%s%s", prefix, name);
    for (const ct_renamed *known = u->source->renamed; known; known = known->next) {
        if (strcmp(known->from, from) == 0)
            return;
    }
    ct_renamed *renamed = NEW(u->reader->arena, ct_renamed);
    *renamed =
        (ct_renamed){ .from = from, .to = memory_textf(u->reader->arena, "%s%s", prefix, symbol) };
    APPEND(u->source->renamed, renamed);
}

static void want_model(unit *u, CXCursor c, const char *name)
{
    const char *why = NULL;
    const CXType *t = names_find(&u->types, name);
    ct_place place = cursor_place(u, c);
    diags *d = u->reader->diags;
    if (!t) {
        near like = near_to(name);
        for (const ct_model *m = u->reader->out->models; m; m = m->next)
            near_offer(&like, m->symbol);
        diag *g = diag_error(d, place, "there is no model '%s'", name);
        if (like.best)
            diag_note(d, g, NULL, "did you mean '%s'?", like.best);
        else
            diag_note(d, g, NULL, "a model is a struct that is declared in this file or a header");
        return;
    }
    ct_type *type = type_read(u, *t, &why);
    const char *called = type && type->kind == APUS_KIND_model ? bare_name(type->c_name) : NULL;
    if (called && strcmp(called, name) == 0) {
        rename_table(u, MODEL, name, type->model->symbol);
        return;
    }
    diag *g = diag_error(d, place, "'%s' is no model", name);
    if (called)
        diag_note(d, g, &type->model->place, "the model is called '%s'", called);
    else
        diag_note(d, g, NULL, "%s", why ? why : "only a struct is");
}

static bool is_same(const ct_type *a, const ct_type *b)
{
    for (; a && b; a = a->item, b = b->item) {
        if (a->kind != b->kind || a->model != b->model || a->enumeration != b->enumeration ||
            a->n != b->n || a->item_pointer != b->item_pointer || strcmp(a->c_name, b->c_name) != 0)
            return false;
    }
    return a == b;
}

/* The table of a type that some source calls name: each type has one, and each table a name of
 * its own. */
static const ct_named *table_of(unit *u, const char *name, ct_type *type)
{
    unsigned n = 1;
    for (const ct_named *known = u->reader->out->named; known; known = known->next) {
        if (strcmp(known->name, name) != 0)
            continue;
        if (is_same(known->type, type))
            return known;
        n++;
    }
    ct_named *named = NEW(u->reader->arena, ct_named);
    *named = (ct_named){ .name = name, .symbol = name, .type = type, .source = u->source };
    if (n > 1)
        named->symbol = memory_textf(u->reader->arena, "%s__%u", name, n);
    APPEND(u->reader->out->named, named);
    return named;
}

struct lookup {
    const char *name;
    CXType type;
};

static enum CXChildVisitResult find_typedef(CXCursor c, CXCursor parent, CXClientData data)
{
    struct lookup *l = data;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_TypedefDecl)
        return CXChildVisit_Continue;
    CXString said = clang_getCursorSpelling(c);
    const char *name = clang_getCString(said);
    bool same = name && strcmp(name, l->name) == 0;
    clang_disposeString(said);
    if (same)
        l->type = clang_getCursorType(c);
    return same ? CXChildVisit_Break : CXChildVisit_Continue;
}

/* Types of system headers, apus_strs or int64_t, are not noted while sources are read. */
CXType type_named(unit *u, const char *name)
{
    const CXType *known = names_find(&u->types, name);
    struct lookup l = { .name = name };
    if (known)
        return *known;
    l.type.kind = CXType_Invalid;
    clang_visitChildren(clang_getTranslationUnitCursor(u->tu), find_typedef, &l);
    return l.type;
}

/* Of any type that has a form in JSON. */
static void want_type(unit *u, CXCursor c, const char *name)
{
    const char *why = "it is declared neither here nor in a header";
    CXType t = type_named(u, name);
    ct_type *type = t.kind != CXType_Invalid ? type_read(u, t, &why) : NULL;
    if (!type) {
        diag *g = diag_error(u->reader->diags, cursor_place(u, c),
                             "'%s' is no type that could be read", name);
        diag_note(u->reader->diags, g, NULL, "%s", why);
        return;
    }
    rename_table(u, TYPE, name, table_of(u, name, type)->symbol);
}

static bool is_named(unit *u, CXCursor c, const char *name, const char *prefix, const char *type)
{
    return strncmp(name, prefix, strlen(prefix)) == 0 && type_is(u, clang_getCursorType(c), type) &&
           clang_Cursor_getStorageClass(c) == CX_SC_Extern;
}

static enum CXChildVisitResult look(CXCursor c, CXCursor parent, CXClientData data)
{
    unit *u = data;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_VarDecl)
        return CXChildVisit_Recurse;
    CXString said = clang_getCursorSpelling(c);
    const char *name = clang_getCString(said);
    if (name && is_named(u, c, name, MODEL, "apus_model"))
        want_model(u, c, memory_text(u->reader->arena, name + strlen(MODEL)));
    if (name && is_named(u, c, name, TYPE, "apus_type"))
        want_type(u, c, memory_text(u->reader->arena, name + strlen(TYPE)));
    clang_disposeString(said);
    return CXChildVisit_Recurse;
}

void bodies_read(unit *u)
{
    for (const file_item *it = u->items; it; it = it->next) {
        const function_decl *f = it->function;
        if (f && f->is_defined && clang_equalCursors(it->cursor, f->cursor))
            clang_visitChildren(f->cursor, look, u);
    }
}
