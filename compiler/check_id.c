/* Operation ids are what clients call their functions: no two may be the same. */
#include "compiler/check_parts.h"
#include "compiler/join.h"
#include "compiler/names.h"
#include "compiler/openapi.h"

/* The way to a route, as the document walks it. */
static const struct via *via_of(checker *k, const struct joined_step *step)
{
    if (!step)
        return NULL;
    struct via *via = NEW(k->arena, struct via);
    *via = (struct via){ .router = step->router,
                         .include = step->include,
                         .up = via_of(k, step->above) };
    return via;
}

static const char *id_of(checker *k, const joined_route *r)
{
    struct openapi d = { .arena = k->arena, .contract = k->contract, .app = r->app };
    struct route_path path = { .path = r->path, .route = r->route, .via = via_of(k, r->step) };
    return operation_id(&d, &path);
}

static void say_twice(checker *k, const joined_route *r, const joined_route *first, const char *id)
{
    ct_place at = r->route->place;
    if (r->route->operation_id)
        at = value_get(r->route->options, "operation_id")->place;
    diag *g = diag_error(k->diags, at, "the operation id \"%s\" is used twice", id);
    if (first->route == r->route && r->route->operation_id)
        diag_note(k->diags, g, NULL,
                  "its router is included twice: leave the id out, and it "
                  "is derived from the path");
    else if (first->route == r->route)
        diag_note(k->diags, g, NULL,
                  "its router is included twice: have {path} in operation_ids as well");
    else
        diag_note(k->diags, g, &first->route->place, "the other route stands here");
}

static void check_call_id(checker *k, const ct_app *app, const ct_route *route, name_table *seen)
{
    struct via via = { .router = route->router };
    struct openapi d = { .arena = k->arena, .contract = k->contract, .app = app };
    struct route_path path = { .path = route->path, .route = route, .via = &via, .is_call = true };
    const char *id = operation_id(&d, &path);
    const joined_route *first = names_find(seen, id);
    joined_route *one = NEW(k->arena, joined_route);
    *one = (joined_route){ .app = app, .route = route, .path = route->path };
    if (first && first->route != route)
        say_twice(k, one, first, id);
    else if (!first)
        names_put(seen, id, one);
}

/* What the service sends has ids as well; a callback of several routes is one. */
static void check_call_ids(checker *k, const ct_app *app, name_table *seen)
{
    for (const ct_route *r = app->webhooks ? app->webhooks->routes : NULL; r; r = r->next)
        check_call_id(k, app, r, seen);
    for (const joined_route *r = routes_join(k->arena, app); r; r = r->next) {
        for (const ct_call *c = r->route->hidden ? NULL : r->route->callbacks; c; c = c->next)
            check_call_id(k, app, c->route, seen);
    }
}

void check_operation_ids(checker *k, const ct_app *app)
{
    name_table seen = names_in(k->arena);
    for (joined_route *r = routes_join(k->arena, app); r; r = r->next) {
        const char *id = r->route->hidden ? NULL : id_of(k, r);
        joined_route *first = id ? names_find(&seen, id) : NULL;
        if (first)
            say_twice(k, r, first, id);
        else if (id)
            names_put(&seen, id, r);
    }
    check_call_ids(k, app, &seen);
}
