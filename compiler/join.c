/* An app's routers unrolled into one list of routes. */
#include "compiler/join.h"

#include "compiler/memory.h"
#include "compiler/path.h"

struct joining {
    apus_arena *arena;
    const ct_app *app;
    joined_route *first, **last;
};

static bool is_above(const struct joined_step *step, const ct_router *router)
{
    for (; step; step = step->above) {
        if (step->router == router)
            return true;
    }
    return false;
}

static void join_router(struct joining *j, const struct joined_step *step, const char *prefix)
{
    prefix = path_join(j->arena, prefix, step->router->prefix);
    for (const ct_route *r = step->router->routes; r; r = r->next) {
        joined_route *one = NEW(j->arena, joined_route);
        *one = (joined_route){
            .app = j->app, .route = r, .path = path_join(j->arena, prefix, r->path), .step = step
        };
        *j->last = one;
        j->last = &one->next;
    }
    for (const ct_include *i = step->router->includes; i; i = i->next) {
        if (is_above(step, i->router))
            continue;
        struct joined_step *below = NEW(j->arena, struct joined_step);
        *below = (struct joined_step){ .router = i->router, .include = i, .above = step };
        join_router(j, below, path_join(j->arena, prefix, i->prefix));
    }
}

joined_route *routes_join(apus_arena *arena, const ct_app *app)
{
    struct joining j = { .arena = arena, .app = app };
    struct joined_step *root = NEW(arena, struct joined_step);
    j.last = &j.first;
    root->router = app->root;
    join_router(&j, root, "");
    return j.first;
}
