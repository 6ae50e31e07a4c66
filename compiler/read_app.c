/* App, Router, Include, Test: what stands on a line of its own. */
#include <stdlib.h>
#include <string.h>

#include "apus/host.h"
#include "compiler/read.h"

static const char *first_word(const note *n)
{
    return value_word(value_unnamed(n->options, 0));
}

/* A text or a list of texts, as a list. */
static ct_value *texts_of(unit *u, const ct_value *options, const char *key)
{
    const ct_value *v = value_get(options, key);
    if (!v || v->kind == CT_VALUE_list)
        return (ct_value *)(uintptr_t)v;
    if (v->kind != CT_VALUE_string)
        return NULL;
    ct_value *list = NEW(u->reader->arena, ct_value), *item = NEW(u->reader->arena, ct_value);
    *item = *v;
    item->key = NULL;
    item->next = NULL;
    *list = (ct_value){ .kind = CT_VALUE_list, .place = v->place, .items = item };
    return list;
}

ct_value *read_texts(unit *u, const ct_value *options, const char *key)
{
    return texts_of(u, options, key);
}

/* --- routers --- */

/* Whether what stands at place was read already, through a header that several
 * sources include; another thing of that name is an error. */
static bool is_known(unit *u, const char *word, const char *symbol, ct_place place)
{
    const ct_router *known = names_find(&u->reader->routers, symbol);
    if (!known)
        return false;
    if (known->place.line == place.line && strcmp(known->place.file, place.file) == 0)
        return true;
    diag *g =
        diag_error(u->reader->diags, place, "there are two %ss called '%s'", word, known->name);
    diag_note(u->reader->diags, g, &known->place, "the first stands here");
    return true;
}

static apus_content content_of(const ct_value *options)
{
    if (!value_get(options, "strict_content_type"))
        return APUS_CONTENT_inherited;
    return value_flag(options, "strict_content_type") ? APUS_CONTENT_strict : APUS_CONTENT_lax;
}

static ct_router *new_router(unit *u, const char *symbol, const char *key, const note *n)
{
    reader *r = u->reader;
    ct_router *router = NEW(r->arena, ct_router);
    const char *prefix = value_text(n->options, "prefix");
    *router = (ct_router){ .name = first_word(n),
                           .symbol = symbol,
                           .prefix = prefix ? prefix : "",
                           .scopes = scopes_read(u, n->options),
                           .deprecated = value_flag(n->options, "deprecated"),
                           .hidden = value_flag(n->options, "hidden"),
                           .content = content_of(n->options),
                           .limits = limits_read(u, n->options),
                           .options = n->options,
                           .source = u->source,
                           .place = n->place };
    names_put(&r->routers, key, router);
    APPEND(r->out->routers, router);
    return router;
}

static void read_router(unit *u, const note *n)
{
    const char *name = first_word(n);
    if (!name)
        return;
    const char *symbol = memory_textf(u->reader->arena, "%s_router", name);
    if (is_known(u, "router", symbol, n->place))
        return;
    ct_router *router = new_router(u, symbol, symbol, n);
    router->tags = texts_of(u, n->options, "tags");
}

/* --- apps --- */

/* A path to serve something at: as said, off with false, else the usual one. */
static const char *served_at(const ct_value *options, const char *key, const char *otherwise)
{
    const ct_value *v = value_get(options, key);
    if (!v)
        return otherwise;
    if (v->kind == CT_VALUE_map)
        return served_at(v, "path", otherwise);
    return v->kind == CT_VALUE_string ? v->text : NULL;
}

/* docs = {title: "...", ...}; or NULL. */
static ct_value *page_of(const ct_value *options, const char *key)
{
    const ct_value *v = value_get(options, key);
    return v && v->kind == CT_VALUE_map ? (ct_value *)(uintptr_t)v : NULL;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

/* problems = rfc9457 */
static apus_problems_form read_problems(unit *u, const ct_value *options)
{
    const ct_value *v = value_get(options, "problems");
    const char *word = v ? value_word(v) : NULL;
    if (!word || strcmp(word, "detail") == 0)
        return APUS_PROBLEMS_detail;
    if (strcmp(word, "rfc9457") != 0)
        diag_error(u->reader->diags, v->place, "problems is detail or rfc9457, not %s", word);
    return APUS_PROBLEMS_rfc9457;
}

/* A flag that is on unless it is said to be false. */
static bool is_off(const ct_value *options, const char *key)
{
    return value_get(options, key) && !value_flag(options, key);
}

static void read_app(unit *u, const file_item *it, const note *n)
{
    reader *r = u->reader;
    const char *name = first_word(n);
    if (!name)
        return;
    const char *key = memory_textf(r->arena, "%s_app", name);
    if (is_known(u, "app", key, n->place))
        return;
    ct_app *app = NEW(r->arena, ct_app);
    const ct_value *o = n->options;
    ct_doc doc = doc_read(u, it->cursor, it->notes);
    *app = (ct_app){ .name = name,
                     .title = text_or(value_text(o, "title"), name),
                     .version = text_or(value_text(o, "version"), "0.1.0"),
                     .summary = value_text(o, "summary"),
                     .description = text_or(value_text(o, "description"), doc.description),
                     .openapi_path = served_at(o, "openapi", "/openapi.json"),
                     .tags = (ct_value *)(uintptr_t)value_get(o, "tags"),
                     .servers = texts_of(u, o, "servers"),
                     .contact = (ct_value *)(uintptr_t)value_get(o, "contact"),
                     .license = (ct_value *)(uintptr_t)value_get(o, "license"),
                     .external_docs = (ct_value *)(uintptr_t)value_get(o, "external_docs"),
                     .extra = (ct_value *)(uintptr_t)value_get(o, "openapi_extra"),
                     .operation_ids = value_text(o, "operation_ids"),
                     .one_schema =
                         value_get(o, "separate_schemas") && !value_flag(o, "separate_schemas"),
                     .output_required = value_flag(o, "output_required"),
                     .terms_of_service = value_text(o, "terms_of_service"),
                     .problems = read_problems(u, o),
                     .problem_types = value_text(o, "problem_types"),
                     .docs_page = page_of(o, "docs"),
                     .redoc_page = page_of(o, "redoc"),
                     .root_path = value_text(o, "root_path"),
                     .servers_as_written = is_off(o, "root_path_in_servers"),
                     .keeps_slashes = is_off(o, "redirect_slashes"),
                     .source = u->source,
                     .place = n->place };
    if (app->openapi_path) {
        app->docs_path = served_at(o, "docs", "/docs");
        app->redoc_path = served_at(o, "redoc", "/redoc");
    }
    app->root = new_router(u, memory_textf(r->arena, "apus__root_%s", name), key, n);
    APPEND(r->out->apps, app);
}

static bool can_edit(unit *u, const function_decl *f)
{
    return type_canonical(clang_getCursorResultType(f->cursor)).kind == CXType_Void &&
           clang_Cursor_getNumArguments(f->cursor) == 2 &&
           type_points_at(u, clang_getCursorType(clang_Cursor_getArgument(f->cursor, 0)),
                          "apus_json") &&
           type_points_at(u, clang_getCursorType(clang_Cursor_getArgument(f->cursor, 1)),
                          "apus_arena");
}

void app_read_edit(unit *u, ct_app *app)
{
    const ct_value *v = value_get(app->root->options, "openapi_edit");
    const char *name = value_word(v);
    function_decl *f =
        name ? function_want(u, name, v->place, "openapi_edit = f calls f with the document, once")
             : NULL;
    if (!f)
        return;
    if (can_edit(u, f)) {
        app->openapi_edit = function_read(f);
        return;
    }
    diag *g = diag_error(u->reader->diags, v->place, "'%s' cannot edit the document", name);
    ct_place place = cursor_place(u, f->cursor);
    diag_note(u->reader->diags, g, &place,
              "it must be: void %s(apus_json *document, apus_arena *arena)", name);
}

/* --- tests --- */

static void read_test(unit *u, const file_item *it, const note *n)
{
    const char *name = first_word(n);
    if (!name || !clang_isCursorDefinition(it->cursor))
        return;
    contract *c = u->reader->out;
    for (const ct_test *t = c->tests; t; t = t->next) {
        if (strcmp(t->name, name) != 0)
            continue;
        diag *g = diag_error(u->reader->diags, n->place, "there are two tests called '%s'", name);
        diag_note(u->reader->diags, g, &t->place, "the first stands here");
        return;
    }
    ct_test *test = NEW(u->reader->arena, ct_test);
    *test = (ct_test){ .name = name, .source = u->source, .place = n->place };
    APPEND(c->tests, test);
}

void items_read_apps(unit *u)
{
    for (const file_item *it = u->items; it; it = it->next) {
        const note *notes = it->function ? it->function->notes : it->notes;
        for (const note *n = notes; n; n = n->next) {
            if (strcmp(n->word, "App") == 0)
                read_app(u, it, n);
            else if (strcmp(n->word, "Router") == 0)
                read_router(u, n);
            else if (strcmp(n->word, "Security") == 0)
                security_read(u, it, n);
            else if (strcmp(n->word, "Middleware") == 0)
                middleware_declare(u, n);
            else if (strcmp(n->word, "Test") == 0)
                read_test(u, it, n);
        }
    }
}

/* --- includes --- */

static ct_router *want_router(unit *u, const ct_value *v)
{
    const char *name = value_word(v);
    if (!name)
        return NULL;
    ct_router *found = names_find(&u->reader->routers, name);
    if (found)
        return found;
    diags *d = u->reader->diags;
    near like = near_to(name);
    for (const ct_router *r = u->reader->out->routers; r; r = r->next) {
        bool is_root = strncmp(r->symbol, "apus__root_", 11) == 0;
        near_offer(&like, is_root ? memory_textf(u->reader->arena, "%s_app", r->name) : r->symbol);
    }
    diag *g = diag_error(d, v->place, "there is no app or router '%s'%s%s%s", name,
                         like.best ? "; did you mean '" : "", like.best ? like.best : "",
                         like.best ? "'?" : "");
    if (like.best)
        diag_fix(g, like.best);
    else
        diag_note(d, g, NULL, "App(x) declares x_app, and Router(x) declares x_router");
    return NULL;
}

static ct_app *app_of(unit *u, const ct_router *root)
{
    ct_app *app = u->reader->out->apps;
    while (app && app->root != root)
        app = app->next;
    return app;
}

static bool app_leads_to(const ct_app *from, const ct_app *to)
{
    for (const ct_mount *m = from->mounts; from != to && m; m = m->next) {
        if (app_leads_to(m->app, to))
            return true;
    }
    return from == to;
}

static void say_mount(unit *u, ct_place place, const char *what, const char *advice)
{
    diag *g = diag_error(u->reader->diags, place, "%s", what);
    diag_note(u->reader->diags, g, NULL, "%s", advice);
}

/* Include(shop_app, admin_app, prefix = "/admin") */
static void read_mount(unit *u, const note *n, ct_app *into, ct_app *app)
{
    const char *prefix = value_text(n->options, "prefix");
    size_t len = prefix ? strlen(prefix) : 0;
    ct_place at = value_place(n->options, "prefix", n->place);
    if (!into || app_leads_to(app, into)) {
        say_mount(u, n->place, "an app can only be included in another app",
                  "put its routes behind a Router(...) to include them in a router");
        return;
    }
    const char *host = value_text(n->options, "host");
    bool fits = len >= 2 && prefix[0] == '/' && prefix[len - 1] != '/' && !strchr(prefix, '{');
    if (!fits && (len || !host)) {
        say_mount(u, at, "an app within an app needs a prefix",
                  "write prefix = \"/admin\": it keeps its own documents there; or host = "
                  "\"admin.example\"");
        return;
    }
    if (host && !apus_host_is_pattern(apus_str_of(host))) {
        say_mount(u, value_place(n->options, "host", n->place),
                  memory_textf(u->reader->arena, "\"%s\" is no host", host),
                  "write host = \"admin.example\", or \"*.example\" for all names below");
        return;
    }
    prefix = prefix ? prefix : "";
    if (value_get(n->options, "tags") || value_get(n->options, "depends") ||
        value_get(n->options, "middleware") || value_get(n->options, "scopes") ||
        value_get(n->options, "produces") || value_get(n->options, "body_max") ||
        value_get(n->options, "files_max") || value_get(n->options, "fields_max") ||
        value_get(n->options, "part_max") || value_get(n->options, "shed")) {
        say_mount(u, n->place, "an app within an app takes a prefix and a host only",
                  "say everything else in its own App(...)");
        return;
    }
    for (const ct_mount *m = into->mounts; m; m = m->next) {
        if (strcmp(m->prefix, prefix) != 0 || strcmp(text_or(m->host, ""), text_or(host, "")) != 0)
            continue;
        if (m->app != app || strcmp(m->place.file, n->place.file) != 0)
            say_mount(u, at, "two apps have the same prefix", "give each its own");
        return;
    }
    ct_mount *mount = NEW(u->reader->arena, ct_mount);
    *mount = (ct_mount){ .app = app, .prefix = prefix, .host = host, .place = n->place };
    APPEND(into->mounts, mount);
}

static void read_include(unit *u, const note *n)
{
    const ct_value *to = value_unnamed(n->options, 0), *what = value_unnamed(n->options, 1);
    if (!to || !what)
        return;
    ct_router *into = want_router(u, to), *router = want_router(u, what);
    if (!into || !router)
        return;
    for (const ct_include *i = into->includes; i; i = i->next) {
        if (i->place.line == n->place.line && i->place.column == n->place.column &&
            strcmp(i->place.file, n->place.file) == 0)
            return; /* from a header that several sources include */
    }
    ct_app *app = app_of(u, router);
    if (app) {
        read_mount(u, n, app_of(u, into), app);
        return;
    }
    if (value_get(n->options, "host")) {
        say_mount(u, value_place(n->options, "host", n->place), "only apps stand at a host",
                  "make it an App(...) of its own, and include that");
        return;
    }
    const char *prefix = value_text(n->options, "prefix");
    ct_include *include = NEW(u->reader->arena, ct_include);
    *include = (ct_include){ .router = router,
                             .prefix = prefix ? prefix : "",
                             .tags = texts_of(u, n->options, "tags"),
                             .responses = responses_read(u, n->options),
                             .scopes = scopes_read(u, n->options),
                             .depends = depends_read(u, n->options, NULL),
                             .middleware = middleware_read(u, n->options),
                             .deprecated = value_flag(n->options, "deprecated"),
                             .hidden = value_flag(n->options, "hidden"),
                             .limits = limits_read(u, n->options),
                             .options = n->options,
                             .place = n->place };
    APPEND(into->includes, include);
}

void items_read_includes(unit *u)
{
    for (const file_item *it = u->items; it; it = it->next) {
        for (const note *n = it->function ? NULL : it->notes; n; n = n->next) {
            if (strcmp(n->word, "Include") == 0)
                read_include(u, n);
        }
    }
}
