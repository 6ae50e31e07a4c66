/* Functions: finding them by name, and what they give back. */
#include <string.h>

#include "compiler/read.h"

function_decl *function_find(unit *u, const char *name)
{
    function_decl *f = names_find(&u->functions, name);
    if (f && (f->is_defined || f->is_static))
        return f;
    function_decl *elsewhere = names_find(&u->reader->functions, name);
    return elsewhere ? elsewhere : f;
}

function_decl *function_want(unit *u, const char *name, ct_place place, const char *what)
{
    function_decl *f = function_find(u, name);
    if (f)
        return f;
    near like = near_to(name);
    for (const file_item *it = u->items; it; it = it->next) {
        if (it->function)
            near_offer(&like, it->function->name);
    }
    diags *d = u->reader->diags;
    if (like.best) {
        diag *g =
            diag_error(d, place, "there is no function '%s'; did you mean '%s'?", name, like.best);
        diag_fix(g, like.best);
        return NULL;
    }
    diag *g = diag_error(d, place, "there is no function '%s'", name);
    diag_note(d, g, NULL, "%s; declare it in this file or in a header", what);
    return NULL;
}

static void read_result(unit *u, CXCursor c, ct_result *out)
{
    CXType t = clang_getCursorResultType(c);
    CXType canonical = type_canonical(t);
    *out = (ct_result){ .c_name = type_spell(u, t),
                        .is_void = canonical.kind == CXType_Void,
                        .is_response = type_points_at(u, t, "apus_response") };
}

/* "struct greeting *(*)(apus_req *, apus_str)" */
static const char *pointer_type(unit *u, CXCursor c, const ct_result *result)
{
    apus_arena *a = u->reader->arena;
    const char *list = "";
    int n = clang_Cursor_getNumArguments(c);
    for (int i = 0; i < n; i++) {
        CXType t = clang_getCursorType(clang_Cursor_getArgument(c, (unsigned)i));
        list = memory_textf(a, "%s%s%s", list, i ? ", " : "", type_spell(u, t));
    }
    const char *space = result->c_name[strlen(result->c_name) - 1] == '*' ? "" : " ";
    return memory_textf(a, "%s%s(*)(%s)", result->c_name, space, n ? list : "void");
}

ct_function *function_read(function_decl *f)
{
    if (f->function)
        return f->function;
    unit *u = f->unit;
    ct_function *out = NEW(u->reader->arena, ct_function);
    *out = (ct_function){ .name = f->name,
                          .doc = doc_read(u, f->cursor, f->notes),
                          .place = cursor_place(u, f->cursor),
                          .source = u->source,
                          .is_static = f->is_static };
    for (unsigned i = 0; i < f->n_all && !out->doc.description; i++)
        out->doc = doc_read(u, f->all[i], f->notes);
    read_result(u, f->cursor, &out->result);
    out->type = pointer_type(u, f->cursor, &out->result);
    f->function = out;
    APPEND(u->reader->out->functions, out);
    return out;
}
