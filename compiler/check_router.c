/* Routers: included somewhere, once per place, and never in themselves. */
#include <string.h>

#include "compiler/check_parts.h"

enum { DEPTH_MAX = 16 };

static bool is_root(const ct_router *r)
{
    return strncmp(r->symbol, "apus__root_", 11) == 0;
}

static bool leads_to(const ct_router *from, const ct_router *to, unsigned depth)
{
    if (from == to)
        return true;
    for (const ct_include *i = depth < DEPTH_MAX ? from->includes : NULL; i; i = i->next) {
        if (leads_to(i->router, to, depth + 1))
            return true;
    }
    return false;
}

static void check_includes(checker *k, const ct_router *router)
{
    for (const ct_include *i = router->includes; i; i = i->next) {
        if (leads_to(i->router, router, 0)) {
            diag *g = diag_error(k->diags, i->place, "'%s' would include itself", router->symbol);
            diag_note(k->diags, g, &i->router->place, "it is reached through '%s'",
                      i->router->symbol);
        }
        for (const ct_include *other = router->includes; other != i; other = other->next) {
            if (other->router != i->router || strcmp(other->prefix, i->prefix) != 0)
                continue;
            diag *g =
                diag_error(k->diags, i->place, "'%s' is included twice behind the same prefix",
                           i->router->symbol);
            diag_note(k->diags, g, &other->place, "the first stands here");
        }
    }
}

static bool is_included(const contract *c, const ct_router *router)
{
    for (const ct_router *r = c->routers; r; r = r->next) {
        for (const ct_include *i = r->includes; i; i = i->next) {
            if (i->router == router)
                return true;
        }
    }
    return false;
}

static void check_tags(checker *k, const ct_app *app)
{
    for (const ct_value *v = app->tags ? app->tags->items : NULL; v; v = v->next) {
        bool has_name = v->kind == CT_VALUE_string || value_text(v, "name");
        if (has_name)
            continue;
        diag *g = diag_error(k->diags, v->place, "a tag of an app needs a name");
        diag_note(k->diags, g, NULL, "write {name: \"orders\", description: \"...\"}");
    }
}

void check_routers(checker *k)
{
    for (const ct_router *r = k->contract->routers; r; r = r->next) {
        check_includes(k, r);
        if (is_root(r) || !r->routes || is_included(k->contract, r))
            continue;
        diag *g = diag_warn(k->diags, r->place,
                            "'%s' is included nowhere: its routes are not served", r->symbol);
        diag_note(k->diags, g, NULL, "write Include(..._app, %s);", r->symbol);
    }
    for (const ct_app *app = k->contract->apps; app; app = app->next)
        check_tags(k, app);
}
