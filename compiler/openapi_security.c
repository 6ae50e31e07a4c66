/* Security schemes, and which of them an operation wants. */
#include "compiler/guards.h"
#include "compiler/openapi.h"

static apus_json *scopes_json(struct openapi *d, const ct_value *scopes)
{
    apus_json *object = apus_json_object(d->arena);
    for (const ct_value *v = scopes ? scopes->items : NULL; v; v = v->next)
        apus_json_set(d->arena, object, v->key, value_json(d, NULL, v));
    return object;
}

static apus_json *flows_json(struct openapi *d, const ct_security *s)
{
    apus_json *flows = apus_json_object(d->arena);
    for (const ct_flow *f = s->flows; f; f = f->next) {
        apus_json *flow = apus_json_object(d->arena);
        apus_json_set(d->arena, flow, "scopes", scopes_json(d, s->scopes));
        set_text(d, flow, "authorizationUrl", f->authorization);
        set_text(d, flow, "tokenUrl", f->token);
        set_text(d, flow, "refreshUrl", f->refresh);
        apus_json_set(d->arena, flows, f->name, flow);
    }
    return flows;
}

static apus_json *scheme_json(struct openapi *d, const ct_security *s)
{
    static const char *const places[] = {
        [APUS_IN_query] = "query",
        [APUS_IN_header] = "header",
        [APUS_IN_cookie] = "cookie",
    };
    static const char *const words[] = {
        [APUS_SECURITY_basic] = "basic",
        [APUS_SECURITY_bearer] = "bearer",
        [APUS_SECURITY_digest] = "digest",
    };
    apus_json *scheme = apus_json_object(d->arena);
    switch (s->scheme) {
    case CT_SCHEME_key:
        set_text(d, scheme, "type", "apiKey");
        set_text(d, scheme, "in", places[s->in]);
        set_text(d, scheme, "name", s->key);
        break;
    case CT_SCHEME_http:
        set_text(d, scheme, "type", "http");
        set_text(d, scheme, "scheme", words[s->kind]);
        set_text(d, scheme, "bearerFormat", s->format);
        break;
    case CT_SCHEME_oauth2:
        set_text(d, scheme, "type", "oauth2");
        apus_json_set(d->arena, scheme, "flows", flows_json(d, s));
        break;
    case CT_SCHEME_openid:
        set_text(d, scheme, "type", "openIdConnect");
        set_text(d, scheme, "openIdConnectUrl", s->openid);
        break;
    }
    set_text(d, scheme, "description", s->description);
    return scheme;
}

static void add_guards_of(guards *g, const struct via *via)
{
    if (!via)
        return;
    add_guards_of(g, via->up);
    guards_add_router(g, via->router, via->include);
}

static void require(struct openapi *d, apus_json *one, const ct_security *s, const guards *g)
{
    apus_json *scopes = apus_json_array(d->arena);
    for (const guard_scope *scope = g->scopes; scope; scope = scope->next)
        apus_json_add(scopes, text_json(d, scope->name));
    apus_json_set(d->arena, one, s->name, scopes);
    if (!apus_json_get(d->security, s->name))
        apus_json_set(d->arena, d->security, s->name, scheme_json(d, s));
}

apus_json *security_json(struct openapi *d, const struct route_path *r)
{
    guards g = guards_in(d->arena);
    add_guards_of(&g, r->via);
    guards_add_route(&g, r->route);
    apus_json *list = apus_json_array(d->arena), *all = apus_json_object(d->arena);
    bool has_needed = false;
    for (const guard_scheme *s = g.schemes; s; s = s->next) {
        if (!s->is_optional)
            require(d, all, s->security, &g);
        has_needed = has_needed || !s->is_optional;
    }
    if (has_needed)
        apus_json_add(list, all);
    for (const guard_scheme *s = g.schemes; s; s = s->next) {
        if (!s->is_optional)
            continue;
        apus_json *one = apus_json_object(d->arena);
        for (const guard_scheme *needed = g.schemes; needed; needed = needed->next) {
            if (!needed->is_optional || needed == s)
                require(d, one, needed->security, &g);
        }
        apus_json_add(list, one);
    }
    return list;
}
