/* Webhook() and Callback(): requests that the service makes to others.  Their functions are
 * prototypes that nobody defines: the document shows them, nothing is generated. */
#include <string.h>

#include "compiler/read.h"

static ct_router *calls_in(unit *u, ct_router **router, const char *name)
{
    if (!*router) {
        *router = NEW(u->reader->arena, ct_router);
        **router = (ct_router){ .name = name, .symbol = name, .prefix = "" };
    }
    return *router;
}

/* By which method; POST unless said. */
static apus_method call_method(unit *u, const ct_value *options)
{
    static const struct {
        const char *word;
        apus_method method;
    } methods[] = {
        { "get", APUS_METHOD_GET },         { "post", APUS_METHOD_POST },
        { "put", APUS_METHOD_PUT },         { "patch", APUS_METHOD_PATCH },
        { "delete", APUS_METHOD_DELETE },   { "head", APUS_METHOD_HEAD },
        { "options", APUS_METHOD_OPTIONS },
    };
    const ct_value *v = value_get(options, "method");
    const char *word = value_word(v);
    for (size_t i = 0; word && i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(methods[i].word, word) == 0)
            return methods[i].method;
    }
    if (v) {
        diag *g = diag_error(u->reader->diags, v->place, "there is no method %s",
                             word ? word : value_kind_text(v));
        diag_note(u->reader->diags, g, NULL, "get, post, put, patch, delete, head, options");
    }
    return APUS_METHOD_POST;
}

void webhook_read(unit *u, const file_item *it, const note *n)
{
    ct_app *app = app_for(u, it);
    if (!app) {
        diag *g = diag_error(u->reader->diags, n->place, "this Webhook belongs to no app");
        diag_note(u->reader->diags, g, NULL, "it stands in the file of its App");
        return;
    }
    ct_router *router = calls_in(u, &app->webhooks, "webhooks");
    route_read(u, it->function, n, router, call_method(u, n->options));
}

void callback_read(unit *u, const file_item *it, const note *n)
{
    ct_router *router = calls_in(u, &u->reader->out->callbacks, "callbacks");
    route_read(u, it->function, n, router, call_method(u, n->options));
}

static ct_route *want_callback(unit *u, const ct_value *v)
{
    const char *name = value_word(v);
    if (!name)
        return NULL; /* reported with its shape */
    ct_router *known = u->reader->out->callbacks;
    near like = near_to(name);
    for (ct_route *r = known ? known->routes : NULL; r; r = r->next) {
        if (strcmp(r->function->name, name) == 0)
            return r;
        near_offer(&like, r->function->name);
    }
    diags *d = u->reader->diags;
    if (like.best) {
        diag *g = diag_error(d, v->place, "there is no Callback '%s'; did you mean '%s'?", name,
                             like.best);
        diag_fix(g, like.best);
        return NULL;
    }
    diag *g = diag_error(d, v->place, "there is no Callback '%s'", name);
    diag_note(d, g, NULL,
              "declare it: Callback(\"{$request.body#/callback_url}\") void %s(const event *body);",
              name);
    return NULL;
}

ct_call *callbacks_read(unit *u, const ct_value *options)
{
    ct_call *list = NULL;
    const ct_value *names = value_get(options, "callbacks");
    bool is_list = names && names->kind == CT_VALUE_list;
    for (const ct_value *v = is_list ? names->items : names; v; v = is_list ? v->next : NULL) {
        ct_route *route = want_callback(u, v);
        if (!route)
            continue;
        ct_call *call = NEW(u->reader->arena, ct_call);
        call->route = route;
        APPEND(list, call);
    }
    return list;
}
