/* middleware = [f]: functions that stand around requests, and Middleware(...) lines, which
 * give such a function its settings. */
#include <string.h>

#include "compiler/read.h"

void middleware_declare(unit *u, const note *n)
{
    const char *name = value_word(value_unnamed(n->options, 0));
    const ct_place *first = name ? names_find(&u->reader->arounds, name) : NULL;
    if (!name || (first && first->line == n->place.line && strcmp(first->file, n->place.file) == 0))
        return;
    if (first) {
        diag *g =
            diag_error(u->reader->diags, n->place, "there are two middleware called '%s'", name);
        diag_note(u->reader->diags, g, first, "the first stands here");
        return;
    }
    ct_place *place = NEW(u->reader->arena, ct_place);
    *place = n->place;
    names_put(&u->reader->arounds, name, place);
}

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

static ct_around *new_around(unit *u, const char *name, ct_function *f)
{
    ct_around *one = NEW(u->reader->arena, ct_around);
    *one = (ct_around){ .name = name, .function = f };
    return one;
}

static bool has_name(const ct_around *list, const char *name)
{
    for (; list; list = list->next) {
        if (strcmp(list->name, name) == 0)
            return true;
    }
    return false;
}

static void say_unknown(unit *u, const char *name, ct_place place)
{
    near like = near_to(name);
    for (const file_item *it = u->items; it; it = it->next) {
        const note *line = it->function ? NULL : notes_find(it->notes, "Middleware");
        if (it->function)
            near_offer(&like, it->function->name);
        else if (line)
            near_offer(&like, value_word(value_unnamed(line->options, 0)));
    }
    diags *d = u->reader->diags;
    diag *g = diag_error(d, place, "there is no middleware '%s'%s%s%s", name,
                         like.best ? "; did you mean '" : "", like.best ? like.best : "",
                         like.best ? "'?" : "");
    if (like.best)
        diag_fix(g, like.best);
    else
        diag_note(d, g, NULL,
                  "write Cors(%s, ...), say, or void %s(apus_req *req, apus_next *next)", name,
                  name);
}

/* The function of that name; NULL after an error. */
static ct_function *want_function(unit *u, const char *name, ct_place place)
{
    function_decl *decl = function_find(u, name);
    if (!decl) {
        say_unknown(u, name, place);
        return NULL;
    }
    check_function(u, decl, place);
    return function_read(decl);
}

static void add(unit *u, ct_around **list, const ct_value *v)
{
    const char *name = value_word(v);
    bool is_declared = name && names_find(&u->reader->arounds, name);
    ct_function *f = name && !is_declared ? want_function(u, name, v->place) : NULL;
    if (!name || (!f && !is_declared))
        return;
    if (has_name(*list, name)) {
        diag_error(u->reader->diags, v->place, "'%s' is listed twice", name);
        return;
    }
    APPEND(*list, new_around(u, name, f));
    contract *c = u->reader->out;
    if (!has_name(c->middleware, name))
        APPEND(c->middleware, new_around(u, name, f));
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
