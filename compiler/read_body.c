/* Models that only function bodies name.
 *
 * apus_respond(req, 409, conflict, &c) expands to a block that declares
 * `extern const apus_model apus_model_conflict`; that declaration asks for the
 * table of the type called conflict. */
#include <string.h>

#include "compiler/read.h"

#define MODEL "apus_model_"
#define TYPE  "apus_type_of_"

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
    if (type && type->kind == APUS_KIND_model && strcmp(type->model->symbol, name) == 0)
        return;
    diag *g = diag_error(d, place, "'%s' is no model", name);
    if (type && type->kind == APUS_KIND_model)
        diag_note(d, g, &type->model->place, "the model is called '%s'", type->model->symbol);
    else
        diag_note(d, g, NULL, "%s", why ? why : "only a struct is");
}

static bool is_wanted(const unit *u, const char *name)
{
    const ct_named *n = u->reader->out->named;
    while (n && strcmp(n->name, name) != 0)
        n = n->next;
    return n != NULL;
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
static CXType type_named(unit *u, const char *name)
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
    } else if (!is_wanted(u, name)) {
        ct_named *named = NEW(u->reader->arena, ct_named);
        *named = (ct_named){ .name = name, .type = type, .source = u->source };
        APPEND(u->reader->out->named, named);
    }
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
