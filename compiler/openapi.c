/* The OpenAPI 3.1.0 document of an app: its paths in the order of declaration. */
#include "compiler/openapi.h"

#include <string.h>

#include "compiler/component.h"
#include "compiler/emit.h"

static const char *const method_keys[] = {
    [APUS_METHOD_other] = "x-other", [APUS_METHOD_GET] = "get",
    [APUS_METHOD_HEAD] = "head",     [APUS_METHOD_POST] = "post",
    [APUS_METHOD_PUT] = "put",       [APUS_METHOD_PATCH] = "patch",
    [APUS_METHOD_DELETE] = "delete", [APUS_METHOD_OPTIONS] = "options",
    [APUS_METHOD_TRACE] = "trace",
};

/* "/files/{path:path}" -> "/files/{path}" */
static const char *plain_path(struct openapi *d, const char *path)
{
    char *plain = (char *)(uintptr_t)doc_name(d, "%s", path);
    char *to = plain;
    bool in_convertor = false, in_name = false;
    for (const char *p = plain; *p; p++) {
        if (*p == '{')
            in_name = true;
        if (*p == '}')
            in_name = in_convertor = false;
        if (*p == ':' && in_name)
            in_convertor = true;
        if (!in_convertor)
            *to++ = *p;
    }
    *to = '\0';
    return plain;
}

static bool is_hidden(const struct route_path *r)
{
    if (r->route->hidden)
        return true;
    for (const struct via *via = r->via; via; via = via->up) {
        if (via->router->hidden || (via->include && via->include->hidden))
            return true;
    }
    return false;
}

void add_operation(struct openapi *d, apus_json *paths, const char *path,
                   const struct route_path *r)
{
    apus_json *item = apus_json_get(paths, path);
    if (!item) {
        item = apus_json_object(d->arena);
        apus_json_set(d->arena, paths, path, item);
    }
    const char *key = method_keys[r->route->method];
    if (!apus_json_get(item, key)) /* the first declaration wins, as in serving */
        apus_json_set(d->arena, item, key, operation_json(d, r));
}

static void add_route(struct openapi *d, apus_json *paths, const struct route_path *r)
{
    if (!is_hidden(r))
        add_operation(d, paths, plain_path(d, r->path), r);
}

static void add_router(struct openapi *d, apus_json *paths, const char *prefix,
                       const struct via *via)
{
    const ct_router *router = via->router;
    const char *base = doc_name(d, "%s%s", prefix, router->prefix ? router->prefix : "");
    for (const ct_route *route = router->routes; route; route = route->next) {
        struct route_path r = { .route = route, .via = via };
        r.path = doc_name(d, "%s%s", base, route->path);
        add_route(d, paths, &r);
    }
    for (const ct_include *in = router->includes; in; in = in->next) {
        struct via next = { .router = in->router, .include = in, .up = via };
        add_router(d, paths, doc_name(d, "%s%s", base, in->prefix ? in->prefix : ""), &next);
    }
}

static apus_json *info_json(struct openapi *d, const ct_app *app)
{
    apus_json *info = apus_json_object(d->arena);
    set_text(d, info, "title", app->title);
    set_text(d, info, "summary", app->summary);
    set_text(d, info, "description", app->description);
    set_text(d, info, "termsOfService", app->terms_of_service);
    if (app->contact)
        apus_json_set(d->arena, info, "contact", value_json(d, NULL, app->contact));
    if (app->license)
        apus_json_set(d->arena, info, "license", value_json(d, NULL, app->license));
    set_text(d, info, "version", app->version);
    return info;
}

/* Where the app stands within others, from outermost to it: each way is a server. */
static void add_mounts(struct openapi *d, apus_json *list, const ct_app *app, const char *within)
{
    for (const ct_app *up = d->contract->apps; up; up = up->next) {
        for (const ct_mount *m = up->mounts; m; m = m->next) {
            if (m->app != app || (m->host && !*m->prefix))
                continue;
            const char *path = doc_name(d, "%s%s", m->prefix, within);
            size_t before = list ? list->n : 0;
            add_mounts(d, list, up, path);
            if (!list || list->n > before)
                continue;
            apus_json *server = apus_json_object(d->arena);
            set_text(d, server, "url", path);
            apus_json_add(list, server);
        }
    }
}

static void add_servers(struct openapi *d, apus_json *doc, const ct_value *servers)
{
    apus_json *list = apus_json_array(d->arena);
    add_mounts(d, list, d->app, "");
    if (!servers && list && list->n)
        apus_json_set(d->arena, doc, "servers", list);
    if (!servers)
        return;
    const ct_value *first = servers->kind == CT_VALUE_list ? servers->items : servers;
    for (const ct_value *v = first; v; v = servers->kind == CT_VALUE_list ? v->next : NULL) {
        apus_json *server =
            v->kind == CT_VALUE_map ? value_json(d, NULL, v) : apus_json_object(d->arena);
        if (v->kind != CT_VALUE_map)
            apus_json_set(d->arena, server, "url", value_json(d, NULL, v));
        apus_json_add(list, server);
    }
    apus_json_set(d->arena, doc, "servers", list);
}

static bool has_maps(const ct_value *list)
{
    return list && list->items && list->items->kind == CT_VALUE_map;
}

static void find_names(struct openapi *d)
{
    d->names = names_in(d->arena);
    for (component *one = components_of(d->arena, d->contract, d->bit); one; one = one->next)
        names_put(&d->names, one->symbol, (void *)(uintptr_t)one->name);
}

apus_json *openapi_document(const contract *c, const ct_app *app, apus_arena *arena)
{
    struct openapi d = {
        .arena = arena,
        .contract = c,
        .app = app,
        .schemas = apus_json_object(arena),
        .security = apus_json_object(arena),
    };
    unsigned i = 0;
    for (const ct_app *other = c->apps; other != app; other = other->next)
        i++;
    d.bit = UINT64_C(1) << (i % 64);
    find_names(&d);
    find_two_ways(&d);
    find_partials(&d);
    apus_json *doc = apus_json_object(arena), *paths = apus_json_object(arena);
    struct via root = { .router = app->root };
    add_router(&d, paths, "", &root);

    set_text(&d, doc, "openapi", "3.1.0");
    apus_json_set(arena, doc, "info", info_json(&d, app));
    add_servers(&d, doc, app->servers);
    apus_json_set(arena, doc, "paths", paths);
    if (app->webhooks)
        apus_json_set(arena, doc, "webhooks", webhooks_json(&d, app->webhooks));
    apus_json *components = apus_json_object(arena);
    if (apus_json_at(d.schemas, 0))
        apus_json_set(arena, components, "schemas", d.schemas);
    if (apus_json_at(d.security, 0))
        apus_json_set(arena, components, "securitySchemes", d.security);
    if (apus_json_at(components, 0))
        apus_json_set(arena, doc, "components", components);
    if (has_maps(app->tags))
        apus_json_set(arena, doc, "tags", value_json(&d, NULL, app->tags));
    if (app->external_docs)
        apus_json_set(arena, doc, "externalDocs", value_json(&d, NULL, app->external_docs));
    merge_extra(&d, doc, app->extra);
    return doc;
}

bool emit_openapi(const contract *c, const ct_app *app, apus_buf *to)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    apus_json *doc = openapi_document(c, app, &arena);
    if (doc)
        apus_json_write(to, doc);
    apus_arena_finish(&arena);
    return doc && !to->failed;
}
