/* Models that only function bodies name.
 *
 * apus_respond(req, 409, conflict, &c) expands to a block that declares
 * `extern const apus_model apus_model_conflict`; that declaration asks for the
 * table of the type called conflict. */
#include <string.h>

#include "compiler/read.h"

#define PREFIX "apus_model_"

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

static enum CXChildVisitResult look(CXCursor c, CXCursor parent, CXClientData data)
{
    unit *u = data;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_VarDecl)
        return CXChildVisit_Recurse;
    CXString said = clang_getCursorSpelling(c);
    const char *name = clang_getCString(said);
    if (name && strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
        type_is(u, clang_getCursorType(c), "apus_model") &&
        clang_Cursor_getStorageClass(c) == CX_SC_Extern)
        want_model(u, c, memory_text(u->reader->arena, name + strlen(PREFIX)));
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
