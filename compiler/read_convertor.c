/* Convertor(upper, pattern = "^[A-Z]+$"): a word for {code:upper} in paths. */
#include <string.h>

#include "compiler/path.h"
#include "compiler/read.h"

static bool is_declared(unit *u, const note *n, const char *name)
{
    const ct_convertor *known = convertor_find(u->reader->out, apus_str_of(name));
    if (known)
        (void)declared_again(u, n, &known->place, "there are two convertors called '%s'", name);
    return known != NULL;
}

/* check = f: bool f(apus_str) */
static ct_function *read_check(unit *u, const ct_value *v)
{
    function_decl *decl =
        function_want(u, value_word(v), v->place, "check = f asks f whether a text is meant");
    if (!decl)
        return NULL;
    ct_function *f = function_read(decl);
    const char *params = strstr(f->type, "(*)(");
    if (params && strcmp(params, "(*)(apus_str)") == 0 && strcmp(f->result.c_name, "bool") == 0)
        return f;
    diag *g =
        diag_error(u->reader->diags, v->place, "'%s' does not tell which texts it takes", f->name);
    diag_note(u->reader->diags, g, &f->place, "it must be: bool %s(apus_str text)", f->name);
    return NULL;
}

static void read_convertor(unit *u, const note *n)
{
    const ct_value *what = value_unnamed(n->options, 0), *check = value_get(n->options, "check");
    const char *name = value_word(what), *pattern = value_text(n->options, "pattern");
    if (!name || is_declared(u, n, name))
        return;
    diags *d = u->reader->diags;
    if (path_is_convertor(apus_str_of(name))) {
        diag *g = diag_error(d, what->place, "{x:%s} means something already", name);
        diag_note(d, g, NULL, "str, int, float, uuid and path are always there");
    }
    if (!pattern && !check) {
        diag *g = diag_error(d, n->place, "'%s' takes any text, as {x} does", name);
        diag_note(d, g, NULL, "pattern = \"^[A-Z]+$\" or check = f says which it takes");
    }
    ct_convertor *c = NEW(u->reader->arena, ct_convertor);
    *c = (ct_convertor){ .name = name,
                         .pattern = pattern,
                         .options = n->options,
                         .source = u->source,
                         .place = n->place };
    c->check = check ? read_check(u, check) : NULL;
    APPEND(u->reader->out->convertors, c);
}

void items_read_convertors(unit *u)
{
    declarations_each(u, "Convertor", read_convertor);
}
