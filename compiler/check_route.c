/* Routes: paths, what they take, and what would collide. */
#include <string.h>

#include "compiler/check_parts.h"
#include "compiler/join.h"
#include "compiler/names.h"
#include "compiler/path.h"

static const char *method_text(apus_method m)
{
    static const char *const texts[] = {
#define X(name) [APUS_METHOD_##name] = #name,
        APUS_METHOD_TABLE(X)
#undef X
    };
    return texts[m];
}

/* A page and a WebSocket may have the same path. */
static const char *method_name(const ct_route *r)
{
    return r->socket ? "WebSocket" : method_text(r->method);
}

/* A place within a text that stands at `place`, quote included; the start of the
 * text where escapes or macros make that uncertain. */
static ct_place inside(const ct_value *v, size_t offset, ct_place otherwise)
{
    if (!v || v->place.line == 0)
        return otherwise;
    ct_place p = v->place;
    p.column += (unsigned)offset + 1;
    return p;
}

/* --- one path --- */

static void check_syntax(checker *k, const char *path, const ct_value *at, ct_place otherwise,
                         bool is_prefix)
{
    const char *why = NULL;
    size_t offset = 0;
    path_parse(k->arena, k->contract, path, &why, &offset);
    if (why) {
        diag *g = diag_error(k->diags, inside(at, offset, otherwise), "%s", why);
        diag_note(k->diags, g, NULL, "the path is \"%s\"", path);
    }
    if (*path && *path != '/') {
        diag *g = diag_error(k->diags, at ? at->place : otherwise, "a path begins with '/'");
        diag_fix(g, memory_textf(k->arena, "\"/%s\"", path));
    }
    size_t len = strlen(path);
    if (is_prefix && len && path[len - 1] == '/') {
        diag *g =
            diag_error(k->diags, at ? at->place : otherwise, "a prefix does not end with '/'");
        diag_fix(g, memory_textf(k->arena, "\"%.*s\"", (int)len - 1, path));
    }
}

static bool takes(const ct_param *params, const char *name)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_value && p->in == APUS_IN_path && strcmp(p->field.name, name) == 0)
            return true;
        if (p->kind == CT_PARAM_depends && takes(p->dependency->params, name))
            return true;
    }
    return false;
}

static bool list_takes(const ct_depends *list, const char *name)
{
    for (; list; list = list->next) {
        if (takes(list->dependency->params, name))
            return true;
    }
    return false;
}

static bool is_taken(const ct_route *r, const char *name)
{
    return takes(r->function->params, name) || list_takes(r->depends, name) ||
           list_takes(r->router->depends, name);
}

static void check_names(checker *k, const ct_route *r)
{
    const ct_value *v = value_unnamed(r->options, 0);
    const path_part *parts = path_parse(k->arena, k->contract, r->path, NULL, NULL);
    for (const path_part *p = parts; p; p = p->next) {
        for (const path_part *other = parts; other != p; other = other->next) {
            if (strcmp(other->name, p->name) == 0)
                diag_error(k->diags, inside(v, p->offset, r->place),
                           "'{%s}' stands twice in a path", p->name);
        }
        if (r->function->is_broken || is_taken(r, p->name))
            continue;
        near like = near_to(p->name);
        for (const ct_param *arg = r->function->params; arg; arg = arg->next) {
            if (arg->kind == CT_PARAM_value)
                near_offer(&like, arg->c_name);
        }
        diag *g = diag_error(k->diags, inside(v, p->offset, r->place),
                             "no argument of '%s' takes '{%s}'", r->function->name, p->name);
        if (like.best)
            diag_note(k->diags, g, &r->function->place, "did you mean its argument '%s'?",
                      like.best);
        else
            diag_note(k->diags, g, &r->function->place, "add one here: apus_str %s", p->name);
    }
}

/* --- the answer --- */

void check_status(checker *k, const ct_route *r)
{
    const ct_result *result = &r->function->result;
    const ct_value *v = value_get(r->options, "status");
    bool is_bodiless = r->status == 204 || r->status == 205 || r->status == 304;
    if (is_bodiless && result->type) {
        diag *g = diag_error(k->diags, v->place,
                             "an answer with status %u has no body, but '%s' "
                             "returns '%s'",
                             r->status, r->function->name, result->c_name);
        diag_note(k->diags, g, &r->function->place, "return void");
    }
    if (r->status >= 100 && r->status < 200) {
        diag *g = diag_error(k->diags, v->place, "%u is no final answer", r->status);
        diag_note(k->diags, g, NULL, "statuses below 200 announce another one");
    }
    for (const ct_response *a = r->responses; a; a = a->next) {
        for (const ct_response *b = r->responses; b != a; b = b->next) {
            if (a->status == b->status)
                diag_error(k->diags, value_place(r->options, "responses", r->place),
                           "status %u stands twice in responses", a->status);
        }
    }
}

void check_events(checker *k, const ct_param *params, bool sends_events, const char *name)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind != CT_PARAM_sse || sends_events)
            continue;
        diag *g = diag_error(k->diags, p->place, "'%s' sends no events", name);
        diag_note(k->diags, g, NULL, "apus_sse * is for functions behind Sse(\"/path\")");
    }
}

void check_streamed(checker *k, const ct_param *params, const char *name)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind != CT_PARAM_body)
            continue;
        diag *g = diag_error(k->diags, p->place, "'%s' answers no request whose body it could read",
                             name);
        diag_note(k->diags, g, NULL, "apus_body * is for the function behind Post() and the like");
    }
}

/* What reads waits, and on a pool thread nothing can. */
static void check_reads(checker *k, const ct_route *r)
{
    if (r->body != APUS_BODY_streamed || !r->blocking)
        return;
    diag *g = diag_error(k->diags, value_place(r->options, "blocking", r->place),
                         "'%s' waits for the body's pieces, and blocking has it on a pool thread",
                         r->function->name);
    diag_note(k->diags, g, NULL, "take blocking out, and use apus_offload for what computes");
}

static void check_route(checker *k, const ct_route *r)
{
    const ct_value *path = value_unnamed(r->options, 0);
    check_syntax(k, r->path, path, r->place, false);
    check_names(k, r);
    check_status(k, r);
    check_params(k, r->function->params);
    check_no_worker(k, r->function);
    check_events(k, r->function->params, r->sends_events, r->function->name);
    check_reads(k, r);
    if (r->socket)
        check_socket(k, r);
    else
        check_talks(k, r->function->params, r->function->name);
    check_embedded(k, r);
}

/* --- all routes of an app --- */

static void check_collisions(checker *k, const ct_app *app)
{
    name_table seen = names_in(k->arena);
    for (joined_route *r = routes_join(k->arena, app); r; r = r->next) {
        const char *shape =
            memory_textf(k->arena, "%s %s", method_name(r->route), path_shape(k->arena, r->path));
        joined_route *first = names_find(&seen, shape);
        if (!first) {
            names_put(&seen, shape, r);
            continue;
        }
        diag *g = diag_error(k->diags, r->route->place, "%s %s is taken already by '%s'",
                             method_name(r->route), *r->path ? r->path : "/",
                             first->route->function->name);
        diag_note(k->diags, g, &first->route->place, "it would answer first: %s", first->path);
    }
}

static void check_served(checker *k, const ct_app *app)
{
    const struct {
        const char *path, *what, *key;
    } own[] = {
        { app->openapi_path, "the OpenAPI document", "openapi" },
        { app->docs_path, "the docs page", "docs" },
        { app->redoc_path, "the redoc page", "redoc" },
    };
    for (joined_route *r = routes_join(k->arena, app); r; r = r->next) {
        for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
            if (!own[i].path || r->route->method != APUS_METHOD_GET || r->route->socket ||
                strcmp(own[i].path, r->path) != 0)
                continue;
            diag *g = diag_error(k->diags, r->route->place, "%s is where %s stands", r->path,
                                 own[i].what);
            diag_note(k->diags, g, &app->place, "move it: App(%s, %s = \"/...\"), or %s = false",
                      app->name, own[i].key, own[i].key);
        }
    }
}

void check_routes(checker *k)
{
    for (const ct_router *router = k->contract->routers; router; router = router->next) {
        check_syntax(k, router->prefix, value_get(router->options, "prefix"), router->place, true);
        for (const ct_include *i = router->includes; i; i = i->next)
            check_syntax(k, i->prefix, value_get(i->options, "prefix"), i->place, true);
        for (const ct_route *r = router->routes; r; r = r->next)
            check_route(k, r);
    }
    for (const ct_app *app = k->contract->apps; app; app = app->next) {
        check_collisions(k, app);
        check_never_called(k, app);
        check_served(k, app);
        check_operation_ids(k, app);
    }
}
