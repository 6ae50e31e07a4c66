/* What App(), routes and examples hand on to the document as maps: their keys are OpenAPI's. */
#include <string.h>

#include "compiler/check_parts.h"
#include "compiler/names.h"

enum { KEYS_MAX = 8 };

/* An object of the specification: what it is called here, and its members; needed first. */
struct shape {
    const char *what;
    const char *keys[KEYS_MAX];
    bool needs_first;
};

static const struct shape contact = { "contact", { "name", "url", "email" }, false };
static const struct shape license = { "license", { "name", "identifier", "url" }, true };
static const struct shape docs = { "external_docs", { "url", "description" }, true };
static const struct shape tag = { "a tag", { "name", "description", "externalDocs" }, false };
static const struct shape server = { "a server", { "url", "description", "variables" }, true };
static const struct shape variable = { "a variable", { "default", "enum", "description" }, true };
static const struct shape page = { "a docs page",
                                   { "path", "title", "icon", "script", "style", "options", "oauth",
                                     "oauth_redirect" },
                                   false };
static const struct shape example = { "a named example",
                                      { "summary", "description", "value", "externalValue" },
                                      false };

static void say_unknown(checker *k, const struct shape *s, const ct_value *member)
{
    near like = near_to(member->key);
    const char *list = "";
    for (size_t i = 0; i < KEYS_MAX && s->keys[i]; i++) {
        near_offer(&like, s->keys[i]);
        list = memory_textf(k->arena, "%s%s%s", list, *list ? ", " : "", s->keys[i]);
    }
    diag *g = diag_error(k->diags, member->key_place, "%s has no '%s'%s%s%s", s->what, member->key,
                         like.best ? "; did you mean '" : "", like.best ? like.best : "",
                         like.best ? "'?" : "");
    if (like.best)
        diag_fix(g, like.best);
    else
        diag_note(k->diags, g, NULL, "it has %s, and what begins with \"x-\"", list);
}

static bool has_key(const struct shape *s, const char *key)
{
    for (size_t i = 0; i < KEYS_MAX && s->keys[i]; i++) {
        if (strcmp(s->keys[i], key) == 0)
            return true;
    }
    return strncmp(key, "x-", 2) == 0;
}

static void check_map(checker *k, const struct shape *s, const ct_value *map)
{
    if (!map || map->kind != CT_VALUE_map)
        return;
    for (const ct_value *member = map->items; member; member = member->next) {
        if (!has_key(s, member->key))
            say_unknown(k, s, member);
    }
    if (s->needs_first && !value_get(map, s->keys[0]))
        diag_error(k->diags, map->place, "%s lacks its %s", s->what, s->keys[0]);
}

static void check_license(checker *k, const ct_value *map)
{
    check_map(k, &license, map);
    const ct_value *url = value_get(map, "url");
    if (!url || !value_get(map, "identifier"))
        return;
    diag *g = diag_error(k->diags, url->key_place, "a license has an identifier or a url");
    diag_note(k->diags, g, NULL, "an SPDX identifier says where its text stands already");
}

static void check_server(checker *k, const ct_value *map)
{
    check_map(k, &server, map);
    const ct_value *variables = map->kind == CT_VALUE_map ? value_get(map, "variables") : NULL;
    for (const ct_value *v = variables ? variables->items : NULL; v; v = v->next)
        check_map(k, &variable, v);
}

static void check_root_path(checker *k, const ct_app *app)
{
    const char *path = app->root_path;
    size_t len = path ? strlen(path) : 0;
    if (!path || (len > 1 && path[0] == '/' && path[len - 1] != '/'))
        return;
    diag *g = diag_error(k->diags, value_get(app->root->options, "root_path")->place,
                         "\"%s\" is no root path", path);
    diag_note(k->diags, g, NULL, "it begins with '/' and does not end with one: \"/api/v1\"");
}

/* operation_ids = "{tag}-{name}" */
static void check_id_rule(checker *k, const ct_app *app)
{
    static const char *const parts[] = { "tag", "name", "method", "path" };
    const ct_value *v = value_get(app->root->options, "operation_ids");
    const char *at = app->operation_ids;
    bool has_name = false;
    while (at && (at = strchr(at, '{'))) {
        const char *name = memory_slice(k->arena, at + 1, strcspn(at + 1, "}"));
        bool is_known = false;
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
            is_known = is_known || strcmp(parts[i], name) == 0;
        has_name = has_name || strcmp(name, "name") == 0 || strcmp(name, "path") == 0;
        at += strlen(name) + 1;
        if (is_known && *at == '}')
            continue;
        diag *g = diag_error(k->diags, v->place, "operation_ids knows no '{%s}'", name);
        diag_note(k->diags, g, NULL,
                  "{tag}, {name}, {method} and {path} stand for the operation's");
        return;
    }
    if (app->operation_ids && !has_name)
        diag_error(k->diags, v->place, "operation_ids without {name} or {path} tells none apart");
}

static void check_routes_of(checker *k, const ct_router *router)
{
    for (const ct_route *r = router ? router->routes : NULL; r; r = r->next)
        check_map(k, &docs, r->external_docs);
}

void check_named_examples(checker *k, const ct_value *examples)
{
    for (const ct_value *v = examples->items; v; v = v->next) {
        if (v->kind != CT_VALUE_map) {
            diag *g = diag_error(k->diags, v->place, "the example '%s' is no map", v->key);
            diag_note(k->diags, g, NULL, "write %s: {summary: \"...\", value: ...}", v->key);
        }
        check_map(k, &example, v);
    }
}

void check_documents(checker *k)
{
    for (const ct_router *router = k->contract->routers; router; router = router->next)
        check_routes_of(k, router);
    check_routes_of(k, k->contract->callbacks);
    for (const ct_app *app = k->contract->apps; app; app = app->next) {
        check_routes_of(k, app->webhooks);
        check_map(k, &contact, app->contact);
        check_license(k, app->license);
        check_map(k, &docs, app->external_docs);
        check_map(k, &page, app->docs_page);
        check_map(k, &page, app->redoc_page);
        check_root_path(k, app);
        check_id_rule(k, app);
        for (const ct_value *v = app->tags ? app->tags->items : NULL; v; v = v->next) {
            check_map(k, &tag, v);
            check_map(k, &docs, v->kind == CT_VALUE_map ? value_get(v, "externalDocs") : NULL);
        }
        for (const ct_value *v = app->servers ? app->servers->items : NULL; v; v = v->next)
            check_server(k, v);
    }
}
