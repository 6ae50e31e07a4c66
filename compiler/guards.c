#include "compiler/guards.h"

#include <string.h>

#include "compiler/memory.h"

guards guards_in(apus_arena *arena)
{
    return (guards){ .arena = arena };
}

void guards_add_scopes(guards *g, const ct_value *list)
{
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next) {
        const guard_scope *known = g->scopes;
        while (known && strcmp(known->name, v->text) != 0)
            known = known->next;
        if (known)
            continue;
        guard_scope *one = NEW(g->arena, guard_scope);
        *one = (guard_scope){ .name = v->text, .place = v->place };
        APPEND(g->scopes, one);
    }
}

static void add_scheme(guards *g, const ct_param *p)
{
    guard_scheme *known = g->schemes;
    while (known && known->security != p->security)
        known = known->next;
    if (known) {
        known->is_optional = known->is_optional && p->is_optional;
        return;
    }
    guard_scheme *one = NEW(g->arena, guard_scheme);
    *one = (guard_scheme){ .security = p->security, .is_optional = p->is_optional };
    APPEND(g->schemes, one);
}

void guards_add_params(guards *g, const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next)
        guards_add_scopes(g, p->scopes);
}

static void add_tree(guards *g, const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        guards_add_scopes(g, p->scopes);
        if (p->kind == CT_PARAM_security)
            add_scheme(g, p);
        else if (p->kind == CT_PARAM_depends)
            add_tree(g, p->dependency->params);
    }
}

static void add_depends(guards *g, const ct_depends *list)
{
    for (const ct_depends *d = list; d; d = d->next)
        add_tree(g, d->dependency->params);
}

void guards_add_router(guards *g, const ct_router *router, const ct_include *include)
{
    if (include) {
        guards_add_scopes(g, include->scopes);
        add_depends(g, include->depends);
    }
    guards_add_scopes(g, router->scopes);
    add_depends(g, router->depends);
    g->has_middleware = g->has_middleware || router->middleware || (include && include->middleware);
}

void guards_add_route(guards *g, const ct_route *route)
{
    guards_add_scopes(g, route->scopes);
    add_depends(g, route->depends);
    add_tree(g, route->function->params);
    g->has_middleware = g->has_middleware || route->middleware;
}

static void add_steps(guards *g, const struct joined_step *step)
{
    if (!step)
        return;
    add_steps(g, step->above);
    guards_add_router(g, step->router, step->include);
}

guards guards_of(apus_arena *arena, const joined_route *r)
{
    guards g = guards_in(arena);
    add_steps(&g, r->step);
    guards_add_route(&g, r->route);
    return g;
}
