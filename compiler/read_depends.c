/* Dependencies: a function, the constants it is given, where its parameters come
 * from.  The same three are one dependency, which runs once per request. */
#include <string.h>

#include "compiler/read.h"

static bool same_value(const ct_value *a, const ct_value *b)
{
    if (!a || !b)
        return a == b;
    bool same_text = a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0);
    if (a->kind != b->kind || !same_text || a->integer != b->integer || a->truth != b->truth)
        return false;
    const ct_value *x = a->items, *y = b->items;
    for (; x && y; x = x->next, y = y->next) {
        if (!same_value(x, y))
            return false;
    }
    return !x && !y;
}

static bool same_params(const ct_param *a, const ct_param *b)
{
    for (; a && b; a = a->next, b = b->next) {
        if (a->kind != b->kind || a->in != b->in || a->dependency != b->dependency)
            return false;
        if (a->kind == CT_PARAM_constant &&
            !same_value(a->field.default_value, b->field.default_value))
            return false;
    }
    return !a && !b;
}

static bool same_place(ct_place a, ct_place b)
{
    return a.line == b.line && a.column == b.column && (a.line == 0 || strcmp(a.file, b.file) == 0);
}

static ct_dependency *find_instance(contract *c, const ct_function *f, const ct_param *params,
                                    ct_place fresh)
{
    for (ct_dependency *d = c->dependencies; d; d = d->next) {
        if (d->function == f && same_place(d->fresh, fresh) && same_params(d->params, params))
            return d;
    }
    return NULL;
}

static bool reaches_security(const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_security ||
            (p->kind == CT_PARAM_depends && p->dependency->authenticates))
            return true;
    }
    return false;
}

/* Depends(next_number, fresh): where it is written; line 0 without the word. */
static ct_place read_fresh(const ct_value *options)
{
    const ct_value *v = value_unnamed(options, 1);
    return v ? v->place : (ct_place){ 0 };
}

static void say_scopes_taken(function_decl *f, const ct_value *v, CXCursor param)
{
    diags *d = f->unit->reader->diags;
    ct_place there = cursor_place(f->unit, param);
    diag *g = diag_error(d, v->key_place, "'%s' has a parameter called 'scopes'", f->name);
    diag_note(d, g, &there,
              "give it another name: in Depends, scopes says what the caller must have");
}

/* Depends(has_word, wrod = "bar") */
static void check_constants(function_decl *f, const ct_value *constants)
{
    unit *u = f->unit;
    int n = clang_Cursor_getNumArguments(f->cursor);
    for (const ct_value *v = constants ? constants->items : NULL; v; v = v->next) {
        if (!v->key)
            continue;
        bool is_scopes = strcmp(v->key, "scopes") == 0;
        near like = near_to(v->key);
        bool found = false;
        for (int i = 0; i < n && !found; i++) {
            const char *name = cursor_name(u, clang_Cursor_getArgument(f->cursor, (unsigned)i));
            found = strcmp(name, v->key) == 0;
            near_offer(&like, name);
            if (found && is_scopes)
                say_scopes_taken(f, v, clang_Cursor_getArgument(f->cursor, (unsigned)i));
        }
        if (found || is_scopes)
            continue;
        ct_place there = cursor_place(u, f->cursor);
        diag *g = diag_error(u->reader->diags, v->key_place, "'%s' has no parameter '%s'", f->name,
                             v->key);
        if (like.best)
            diag_note(u->reader->diags, g, &there, "did you mean '%s'?", like.best);
        else
            diag_note(u->reader->diags, g, &there, "'%s' stands here", f->name);
    }
}

static void say_cycle(function_decl *f, ct_place place)
{
    diags *d = f->unit->reader->diags;
    ct_place there = cursor_place(f->unit, f->cursor);
    diag *g = diag_error(d, place, "'%s' depends on itself", f->name);
    diag_note(d, g, &there, "it needs its own result before it can begin");
}

static uint32_t next_slot(const contract *c)
{
    uint32_t n = 0;
    for (const ct_dependency *d = c->dependencies; d; d = d->next)
        n++;
    return n;
}

static const char *instance_symbol(reader *r, const char *name)
{
    const char *symbol = name;
    for (unsigned i = 2; names_find(&r->dependencies, symbol); i++)
        symbol = memory_textf(r->arena, "%s_%u", name, i);
    names_put(&r->dependencies, symbol, r);
    return symbol;
}

ct_dependency *dependency_read(function_decl *f, const binding *from, const ct_value *constants,
                               ct_place place)
{
    reader *r = f->unit->reader;
    if (f->in_use) {
        say_cycle(f, place);
        return NULL;
    }
    check_constants(f, constants);
    ct_place fresh = read_fresh(constants);
    binding b = { .path_names = from->path_names,
                  .constants = constants,
                  .is_dependency = true,
                  .what = "a dependency" };
    unsigned errors = r->diags->n_errors;
    f->in_use = true;
    ct_param *params = params_bind(f, &b);
    f->in_use = false;
    if (r->diags->n_errors != errors)
        return NULL;
    ct_function *function = function_read(f);
    ct_dependency *d = find_instance(r->out, function, params, fresh);
    if (d)
        return d;
    d = NEW(r->arena, ct_dependency);
    *d = (ct_dependency){ .function = function,
                          .symbol = instance_symbol(r, f->name),
                          .params = params,
                          .source = function->source,
                          .slot = next_slot(r->out),
                          .authenticates = reaches_security(params),
                          .is_made = params && params->kind == CT_PARAM_worker,
                          .fresh = fresh,
                          .place = place };
    APPEND(r->out->dependencies, d);
    return d;
}

static void add_depends(unit *u, ct_depends **list, const ct_value *v, const binding *b)
{
    const char *name = value_word(v);
    function_decl *f =
        name ? function_want(u, name, v->place, "depends = [f] calls f first") : NULL;
    ct_dependency *d = f ? dependency_read(f, b, NULL, v->place) : NULL;
    if (!d)
        return;
    for (const ct_depends *known = *list; known; known = known->next) {
        if (known->dependency != d)
            continue;
        diag_error(u->reader->diags, v->place, "'%s' is listed twice; it runs once per request",
                   name);
        return;
    }
    ct_depends *one = NEW(u->reader->arena, ct_depends);
    one->dependency = d;
    APPEND(*list, one);
}

ct_depends *depends_read(unit *u, const ct_value *options, const char *const *path_names)
{
    ct_depends *list = NULL;
    binding b = { .path_names = path_names, .what = "a dependency" };
    const ct_value *v = value_get(options, "depends");
    if (!v)
        return NULL;
    if (v->kind != CT_VALUE_list)
        add_depends(u, &list, v, &b);
    for (const ct_value *item = v->kind == CT_VALUE_list ? v->items : NULL; item; item = item->next)
        add_depends(u, &list, item, &b);
    return list;
}
