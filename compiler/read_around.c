/* middleware = [f]: functions that stand around requests. */
#include "compiler/read.h"

static void check_function(unit *u, const function_decl *f, ct_place place)
{
    CXCursor c = f->cursor;
    bool fits =
        type_canonical(clang_getCursorResultType(c)).kind == CXType_Void &&
        clang_Cursor_getNumArguments(c) == 2 &&
        type_points_at(u, clang_getCursorType(clang_Cursor_getArgument(c, 0)), "apus_req") &&
        type_points_at(u, clang_getCursorType(clang_Cursor_getArgument(c, 1)), "apus_next");
    if (fits)
        return;
    ct_place there = cursor_place(f->unit, c);
    diag *g = diag_error(u->reader->diags, place, "'%s' is no middleware", f->name);
    diag_note(u->reader->diags, g, &there, "it must be: void %s(apus_req *req, apus_next *next)",
              f->name);
}

static ct_around *new_around(unit *u, ct_function *f)
{
    ct_around *one = NEW(u->reader->arena, ct_around);
    one->function = f;
    return one;
}

static bool has_function(const ct_around *list, const ct_function *f)
{
    for (; list; list = list->next) {
        if (list->function == f)
            return true;
    }
    return false;
}

static void add(unit *u, ct_around **list, const ct_value *v)
{
    const char *name = value_word(v);
    function_decl *decl =
        name ? function_want(u, name, v->place, "middleware = [f] calls f around requests") : NULL;
    if (!decl)
        return;
    check_function(u, decl, v->place);
    ct_function *f = function_read(decl);
    if (has_function(*list, f)) {
        diag_error(u->reader->diags, v->place, "'%s' is listed twice", name);
        return;
    }
    APPEND(*list, new_around(u, f));
    contract *c = u->reader->out;
    if (!has_function(c->middleware, f))
        APPEND(c->middleware, new_around(u, f));
}

ct_around *middleware_read(unit *u, const ct_value *options)
{
    ct_around *list = NULL;
    const ct_value *v = value_get(options, "middleware");
    if (!v)
        return NULL;
    if (v->kind != CT_VALUE_list)
        add(u, &list, v);
    for (const ct_value *item = v->kind == CT_VALUE_list ? v->items : NULL; item; item = item->next)
        add(u, &list, item);
    return list;
}
