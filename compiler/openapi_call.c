/* Webhooks and callbacks: operations that somebody else serves. */
#include "compiler/openapi.h"

apus_json *webhooks_json(struct openapi *d, const ct_router *webhooks)
{
    apus_json *out = apus_json_object(d->arena);
    for (const ct_route *route = webhooks->routes; route; route = route->next) {
        struct via via = { .router = webhooks };
        struct route_path r = { .path = route->path, .route = route, .via = &via, .is_call = true };
        add_operation(d, out, route->path, &r);
    }
    return out;
}

apus_json *callbacks_json(struct openapi *d, const ct_call *calls)
{
    apus_json *out = apus_json_object(d->arena);
    for (const ct_call *call = calls; call; call = call->next) {
        const ct_route *route = call->route;
        struct via via = { .router = route->router };
        struct route_path r = { .path = route->path, .route = route, .via = &via, .is_call = true };
        apus_json *paths = apus_json_object(d->arena);
        add_operation(d, paths, route->path, &r);
        apus_json_set(d->arena, out, route->function->name, paths);
    }
    return out;
}
