/* Scopes: declared by the schemes that lead to them, and required only where somebody is
 * asked who they are. */
#include <string.h>

#include "compiler/check_parts.h"
#include "compiler/guards.h"
#include "compiler/names.h"

/* Whether every scheme says which scopes it knows, so that others are mistakes. */
static bool all_declare(const guards *g)
{
    for (const guard_scheme *s = g->schemes; s; s = s->next) {
        if (!s->security->scopes)
            return false;
    }
    return true;
}

static void check_known(checker *k, const guards *g, const guard_scope *scope)
{
    near like = near_to(scope->name);
    for (const guard_scheme *s = g->schemes; s; s = s->next) {
        for (const ct_value *v = s->security->scopes->items; v; v = v->next) {
            if (strcmp(v->key, scope->name) == 0)
                return;
            near_offer(&like, v->key);
        }
    }
    diag *d = diag_error(k->diags, scope->place, "there is no scope \"%s\"%s%s%s", scope->name,
                         like.best ? "; did you mean \"" : "", like.best ? like.best : "",
                         like.best ? "\"?" : "");
    if (like.best)
        diag_fix(d, memory_textf(k->arena, "\"%s\"", like.best));
    diag_note(k->diags, d, &g->schemes->security->place, "the scopes of '%s' stand here",
              g->schemes->security->name);
}

static void check_joined(checker *k, const joined_route *r)
{
    guards g = guards_of(k->arena, r);
    if (!g.scopes || r->route->function->is_broken)
        return;
    if (!g.schemes && !g.has_middleware) {
        diag *d = diag_error(k->diags, g.scopes->place,
                             "'%s' requires the scope \"%s\", but nobody asks who is calling",
                             r->route->function->name, g.scopes->name);
        diag_note(k->diags, d, &r->route->place,
                  "give it a dependency that takes a Security() type and calls apus_identify");
    } else if (g.schemes && all_declare(&g)) {
        for (const guard_scope *s = g.scopes; s; s = s->next)
            check_known(k, &g, s);
    }
}

void check_guards(checker *k)
{
    for (const ct_app *app = k->contract->apps; app; app = app->next) {
        for (const joined_route *r = routes_join(k->arena, app); r; r = r->next)
            check_joined(k, r);
    }
}
