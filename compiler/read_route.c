/* Routes: Get("/items/{id}") and what the function behind it says. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apus/encode.h"
#include "compiler/path.h"
#include "compiler/read.h"

static const struct {
    const char *word;
    apus_method method;
} methods[] = {
    { "Get", APUS_METHOD_GET },         { "Post", APUS_METHOD_POST },
    { "Put", APUS_METHOD_PUT },         { "Patch", APUS_METHOD_PATCH },
    { "Delete", APUS_METHOD_DELETE },   { "Head", APUS_METHOD_HEAD },
    { "Options", APUS_METHOD_OPTIONS }, { "Trace", APUS_METHOD_TRACE },
    { "Sse", APUS_METHOD_GET }, /* or what its `method` says */
    { "WebSocket", APUS_METHOD_GET },
};

enum { N_METHODS = sizeof(methods) / sizeof(methods[0]) };

static size_t find_method(const char *word)
{
    size_t i = 0;
    while (i < N_METHODS && strcmp(methods[i].word, word) != 0)
        i++;
    return i;
}

static bool has_body(apus_method method)
{
    return method == APUS_METHOD_POST || method == APUS_METHOD_PUT || method == APUS_METHOD_PATCH;
}

/* --- which router --- */

static ct_router *declared_by(unit *u, const note *n, const char *suffix)
{
    const char *name = value_word(value_unnamed(n->options, 0));
    if (!name)
        return NULL;
    return names_find(&u->reader->routers, memory_textf(u->reader->arena, "%s%s", name, suffix));
}

/* The file's latest Router in front of the function, else its latest App, else
 * an App further down. */
static ct_router *router_for(unit *u, const file_item *at, const char *file)
{
    ct_router *router = NULL, *app = NULL;
    bool passed = false;
    for (const file_item *it = u->items; it; it = it->next) {
        passed = passed || it == at;
        for (const note *n = it->function ? NULL : it->notes; n; n = n->next) {
            if (strcmp(n->place.file, file) != 0)
                continue;
            if (!passed && strcmp(n->word, "Router") == 0)
                router = declared_by(u, n, "_router");
            if ((!passed || !app) && strcmp(n->word, "App") == 0)
                app = declared_by(u, n, "_app");
        }
    }
    return router ? router : app;
}

/* --- options --- */

static uint16_t read_status(unit *u, const ct_value *v)
{
    if (!v || v->kind != CT_VALUE_int)
        return 0;
    if (v->integer >= 100 && v->integer <= 599)
        return (uint16_t)v->integer;
    diag *g = diag_error(u->reader->diags, v->place, "there is no status %s", v->text);
    diag_note(u->reader->diags, g, NULL, "statuses run from 100 to 599");
    return 0;
}

int64_t duration_read(const char *text)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {
        { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 },
    };
    char *end;
    double n = strtod(text, &end);
    if (end == text || !(n > 0) || n > 1e9)
        return -1;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) == 0)
            return (int64_t)(n * units[i].ns);
    }
    return -1;
}

int64_t duration_option(unit *u, const ct_value *options, const char *key)
{
    const ct_value *v = value_get(options, key);
    if (!v || v->kind != CT_VALUE_string)
        return 0;
    int64_t ns = duration_read(v->text);
    if (ns > 0)
        return ns;
    diag *g = diag_error(u->reader->diags, v->place, "\"%s\" is no length of time", v->text);
    diag_note(u->reader->diags, g, NULL, "write a number and a unit: \"500ms\", \"2s\", \"1m\"");
    return 0;
}

static uint8_t read_omit(unit *u, const ct_value *options)
{
    const ct_value *v = value_get(options, "omit");
    const char *word = value_word(v);
    if (!v)
        return APUS_OMIT_nothing;
    if (v->kind == CT_VALUE_null)
        return APUS_OMIT_null;
    if (word && strcmp(word, "default") == 0)
        return APUS_OMIT_default;
    if (word && strcmp(word, "unset") == 0)
        return APUS_OMIT_unset;
    diag_error(u->reader->diags, v->place, "omit is null, default or unset, not %s",
               word ? word : value_kind_text(v));
    return APUS_OMIT_nothing;
}

static void say_unknown_model(unit *u, const ct_value *v, const char *name)
{
    near like = near_to(name);
    for (const file_item *it = u->items; it; it = it->next) {
        if (!it->function)
            near_offer(&like, cursor_name(u, it->cursor));
    }
    diags *d = u->reader->diags;
    diag *g = diag_error(d, v->place, "there is no model '%s'%s%s%s", name,
                         like.best ? "; did you mean '" : "", like.best ? like.best : "",
                         like.best ? "'?" : "");
    if (like.best)
        diag_fix(g, like.best);
    else
        diag_note(d, g, NULL, "a model is a struct that is declared in front of this");
}

ct_type *type_called(unit *u, const ct_value *v)
{
    const char *name = value_word(v), *why = NULL;
    if (!name) {
        diag_error(u->reader->diags, v->place, "expected the name of a model, not %s",
                   value_kind_text(v));
        return NULL;
    }
    CXType t = type_named(u, name);
    if (t.kind == CXType_Invalid) {
        say_unknown_model(u, v, name);
        return NULL;
    }
    ct_type *type = type_read(u, t, &why);
    if (type)
        return type;
    diag *g = diag_error(u->reader->diags, v->place, "'%s' has no form on the wire", name);
    diag_note(u->reader->diags, g, NULL, "%s", why);
    return NULL;
}

/* One of responses = {404: conflict, 409: {model: x, description: "..."}} */
static ct_response *read_response(unit *u, const ct_value *v)
{
    char *end;
    long status = strtol(v->key, &end, 10);
    if (*end || status < 100 || status > 599) {
        diag *g = diag_error(u->reader->diags, v->key_place, "there is no status '%s'", v->key);
        diag_note(u->reader->diags, g, NULL, "responses are keyed by status: {404: problem}");
        return NULL;
    }
    ct_response *r = NEW(u->reader->arena, ct_response);
    r->status = (uint16_t)status;
    const ct_value *model = v->kind == CT_VALUE_map ? value_get(v, "model") : v;
    if (v->kind == CT_VALUE_map)
        r->description = value_text(v, "description");
    r->produces = v->kind == CT_VALUE_map ? produces_read(u, v) : NULL;
    for (const ct_value *m = v->kind == CT_VALUE_map ? v->items : NULL; m; m = m->next) {
        if (strcmp(m->key, "model") != 0 && strcmp(m->key, "description") != 0 &&
            strcmp(m->key, "produces") != 0)
            diag_error(u->reader->diags, m->key_place,
                       "a response has a model, a description and what it produces, not '%s'",
                       m->key);
    }
    if (model && model->kind == CT_VALUE_string && v->kind != CT_VALUE_map)
        r->description = model->text;
    else if (model && model->kind != CT_VALUE_null)
        r->type = type_called(u, model);
    return r;
}

ct_response *responses_read(unit *u, const ct_value *options)
{
    ct_response *list = NULL;
    const ct_value *v = value_get(options, "responses");
    for (const ct_value *item = v && v->kind == CT_VALUE_map ? v->items : NULL; item;
         item = item->next) {
        ct_response *r = read_response(u, item);
        if (r)
            APPEND(list, r);
    }
    return list;
}

/* --- reading --- */

/* What items_read_routes leaves for items_bind_routes. */
struct route_reading {
    unit *unit;
    function_decl *function;
    const note *note;
    ct_route *route;
    struct route_reading *next;
};

static void say_no_events(unit *u, const function_decl *f)
{
    if (type_canonical(clang_getCursorResultType(f->cursor)).kind == CXType_Void)
        return;
    diag *g = diag_error(u->reader->diags, cursor_place(u, f->cursor),
                         "'%s' sends events: it returns void", f->name);
    diag_note(u->reader->diags, g, NULL, "send with apus_sse_send(out, model, object)");
}

/* An answer of events: what it produces, and by which method. */
static void read_events(unit *u, ct_route *route, const function_decl *f)
{
    const ct_value *v = value_get(route->options, "method");
    const char *word = value_word(v);
    route->sends_events = true;
    route->produces = "text/event-stream";
    say_no_events(u, f);
    if (!v || (word && strcmp(word, "get") == 0))
        return;
    if (!word || strcmp(word, "post") != 0) {
        diag_error(u->reader->diags, v->place, "method is get or post, not %s",
                   word ? word : value_kind_text(v));
        return;
    }
    route->method = APUS_METHOD_POST;
}

ct_route *route_read(unit *u, function_decl *f, const note *n, ct_router *router,
                     apus_method method)
{
    const ct_value *o = n->options, *path = value_unnamed(o, 0);
    ct_route *route = NEW(u->reader->arena, ct_route);
    *route = (ct_route){
        .method = method,
        .path = path && path->kind == CT_VALUE_string ? path->text : "",
        .function = function_read(f),
        .router = router,
        .status = read_status(u, value_get(o, "status")),
        .summary = value_text(o, "summary"),
        .description = value_text(o, "description"),
        .operation_id = value_text(o, "operation_id"),
        .response_description = value_text(o, "response_description"),
        .produces = produces_read(u, o),
        .item = value_get(o, "item") ? type_called(u, value_get(o, "item")) : NULL,
        .tags = read_texts(u, o, "tags"),
        .scopes = scopes_read(u, o),
        .responses = responses_read(u, o),
        .external_docs = (ct_value *)(uintptr_t)value_get(o, "external_docs"),
        .extra = (ct_value *)(uintptr_t)value_get(o, "openapi_extra"),
        .deprecated = value_flag(o, "deprecated"),
        .hidden = value_flag(o, "hidden"),
        .blocking = value_flag(o, "blocking"),
        .last = value_flag(o, "last"),
        .omit = read_omit(u, o),
        .timeout_ns = duration_option(u, o, "timeout"),
        .limits = limits_read(u, o),
        .options = n->options,
        .place = n->place,
    };
    if (strcmp(n->word, "Sse") == 0)
        read_events(u, route, f);
    else if (strcmp(n->word, "WebSocket") == 0)
        socket_read(u, route, f);
    if (route->item && !route->produces)
        route->produces = "application/jsonl";
    APPEND(router->routes, route);
    struct route_reading *r = NEW(u->reader->arena, struct route_reading);
    *r = (struct route_reading){ .unit = u, .function = f, .note = n, .route = route };
    APPEND(u->reader->routes, r);
    return route;
}

/* get, or GET as in apus_method; N_METHODS for what is none. */
static size_t method_called(const char *word)
{
    size_t i = 0;
    while (word && i < N_METHODS && strcasecmp(methods[i].word, word) != 0)
        i++;
    return word && i < find_method("Sse") ? i : N_METHODS; /* what comes then is no method */
}

/* Route("/x", methods = [get, post]): a route of each. */
static void read_methods(unit *u, const file_item *it, const note *n, ct_router *router)
{
    const ct_value *list = value_get(n->options, "methods");
    bool is_list = list && list->kind == CT_VALUE_list;
    uint32_t seen = 0;
    if (!list || (is_list && !list->items)) {
        diag *g = diag_error(u->reader->diags, n->place, "Route does not say its methods");
        diag_note(u->reader->diags, g, NULL, "write Route(\"/path\", methods = [get, post])");
        return;
    }
    for (const ct_value *v = is_list ? list->items : list; v; v = is_list ? v->next : NULL) {
        const char *word = value_word(v);
        size_t method = method_called(word);
        if (method == N_METHODS)
            diag_error(
                u->reader->diags, v->place,
                "there is no method '%s': get, post, put, patch, delete, head, options, trace",
                word ? word : value_kind_text(v));
        else if (seen & 1U << method)
            diag_error(u->reader->diags, v->place, "'%s' is listed twice", word);
        else
            route_read(u, it->function, n, router, methods[method].method);
        seen |= method < N_METHODS ? 1U << method : 0;
    }
}

static void read_served(unit *u, const file_item *it, const note *n, size_t method)
{
    ct_router *router = router_for(u, it, cursor_place(u, it->cursor).file);
    if (router && method == N_METHODS) {
        read_methods(u, it, n, router);
        return;
    }
    if (router) {
        route_read(u, it->function, n, router, methods[method].method);
        return;
    }
    diag *g = diag_error(u->reader->diags, n->place,
                         "this route belongs to no app: there is no App or Router in this file");
    diag_note(u->reader->diags, g, NULL,
              "put App(name, title = \"...\", version = \"...\"); in front of it, or a Router "
              "that an app includes");
}

/* --- OnFail --- */

static ct_app *app_of(reader *r, const ct_router *router)
{
    ct_app *only = r->out->apps && !r->out->apps->next ? r->out->apps : NULL;
    for (ct_app *app = r->out->apps; app; app = app->next) {
        if (app->root == router)
            return app;
    }
    return only;
}

ct_app *app_for(unit *u, const file_item *at)
{
    return app_of(u->reader, router_for(u, at, cursor_place(u, at->cursor).file));
}

static bool on_fail_answers(unit *u, const function_decl *f)
{
    return type_points_at(u, clang_getCursorResultType(f->cursor), "apus_response");
}

static void check_on_fail(unit *u, const function_decl *f)
{
    bool gives = on_fail_answers(u, f) ||
                 type_canonical(clang_getCursorResultType(f->cursor)).kind == CXType_Void;
    bool fits =
        gives && clang_Cursor_getNumArguments(f->cursor) == 1 &&
        type_points_at(u, clang_getCursorType(clang_Cursor_getArgument(f->cursor, 0)), "apus_req");
    if (fits)
        return;
    diag *g = diag_error(u->reader->diags, cursor_place(u, f->cursor),
                         "'%s' cannot rewrite failures", f->name);
    diag_note(u->reader->diags, g, NULL,
              "it must be: void %s(apus_req *req), or give an apus_response *", f->name);
}

/* What a rule is for: a code, a status, or all. */
static void read_on_fail_what(unit *u, ct_on_fail *f, const ct_value *what)
{
    const char *word = value_word(what);
    if (what->kind == CT_VALUE_string) {
        f->code = what->text;
    } else if (what->kind == CT_VALUE_int) {
        f->status = read_status(u, what);
    } else if (!word || strcmp(word, "all") != 0) {
        diag *g =
            diag_error(u->reader->diags, what->place, "OnFail takes a code or a status, not %s",
                       word ? word : value_kind_text(what));
        diag_note(u->reader->diags, g, NULL,
                  "write OnFail(404), OnFail(\"unknown_item\") or OnFail(all)");
    }
}

static bool same_on_fail(const ct_on_fail *a, const ct_on_fail *b)
{
    bool same_code = a->code && b->code ? strcmp(a->code, b->code) == 0 : a->code == b->code;
    return same_code && a->status == b->status;
}

static void read_on_fail(unit *u, const file_item *it, const note *n)
{
    reader *r = u->reader;
    const ct_value *what = value_unnamed(n->options, 0);
    ct_app *app = app_for(u, it);
    if (!what)
        return;
    if (!app) {
        diag *g = diag_error(r->diags, n->place, "this OnFail belongs to no app");
        diag_note(r->diags, g, NULL, "it stands in the file of its App");
        return;
    }
    check_on_fail(u, it->function);
    ct_on_fail *f = NEW(r->arena, ct_on_fail);
    f->function = function_read(it->function);
    f->answers = on_fail_answers(u, it->function);
    read_on_fail_what(u, f, what);
    for (const ct_on_fail *other = app->on_fail; other; other = other->next) {
        if (!same_on_fail(f, other))
            continue;
        diag *g = diag_error(r->diags, n->place, "two functions rewrite this failure");
        diag_note(r->diags, g, &other->function->place, "'%s' does already", other->function->name);
    }
    APPEND(app->on_fail, f);
}

/* A declaration in a header stands for its definition; a function that is
 * defined nowhere here (in a library, say) counts once. */
static bool is_ours(unit *u, const file_item *it)
{
    const function_decl *f = it->function;
    if (!f || !clang_equalCursors(it->cursor, f->cursor))
        return false;
    if (f->is_defined || f->is_static)
        return true;
    if (names_find(&u->reader->functions, f->name))
        return false;
    if (names_find(&u->reader->declared, f->name))
        return names_find(&u->reader->declared, f->name) == f;
    names_put(&u->reader->declared, f->name, (void *)(uintptr_t)f);
    return true;
}

void items_read_routes(unit *u)
{
    for (const file_item *it = u->items; it; it = it->next) {
        for (const note *n = is_ours(u, it) ? it->function->notes : NULL; n; n = n->next) {
            size_t method = find_method(n->word);
            if (method < N_METHODS || strcmp(n->word, "Route") == 0)
                read_served(u, it, n, method);
            else if (strcmp(n->word, "OnFail") == 0)
                read_on_fail(u, it, n);
            else if (strcmp(n->word, "Webhook") == 0)
                webhook_read(u, it, n);
            else if (strcmp(n->word, "Callback") == 0)
                callback_read(u, it, n);
        }
    }
}

/* --- binding --- */

static void say_no_answer(unit *u, const function_decl *f, const char *why)
{
    diags *d = u->reader->diags;
    CXType t = clang_getCursorResultType(f->cursor);
    diag *g =
        diag_error(d, cursor_place(u, f->cursor),
                   "what '%s' returns, '%s', has no form on the wire", f->name, type_spell(u, t));
    diag_note(d, g, NULL, "%s; return a model's pointer, apus_json *, apus_response * or void",
              why);
}

static void bind_result(unit *u, const function_decl *f, ct_result *out)
{
    const char *why = NULL;
    CXType t = clang_getCursorResultType(f->cursor), canonical = type_canonical(t);
    if (out->is_void || out->is_response || out->type)
        return;
    bool is_text = false;
    if (canonical.kind == CXType_Pointer) {
        CXType to = type_canonical(clang_getPointeeType(canonical));
        is_text = to.kind == CXType_Char_S || to.kind == CXType_Char_U;
        out->is_pointer = !is_text;
    }
    out->type = type_read(u, out->is_pointer ? type_pointee(t) : t, &why);
    if (!out->type)
        say_no_answer(u, f, why);
}

static bool same_sources(const ct_param *a, const ct_param *b)
{
    for (; a && b; a = a->next, b = b->next) {
        if (a->kind != b->kind || a->in != b->in || a->dependency != b->dependency)
            return false;
    }
    return !a && !b;
}

static void bind_params(struct route_reading *r)
{
    unit *u = r->unit;
    ct_route *route = r->route;
    const char *const *names =
        path_names_of(u->reader->arena, u->reader->out, route->router, route->path);
    binding b = { .path_names = names,
                  .takes_body = has_body(route->method),
                  .what = r->note->word };
    unsigned errors = u->reader->diags->n_errors;
    ct_param *params = params_bind(r->function, &b);
    route->depends = depends_read(u, r->note->options, names);
    route->middleware = middleware_read(u, r->note->options);
    route->callbacks = callbacks_read(u, r->note->options);
    ct_function *f = route->function;
    f->is_broken = f->is_broken || errors != u->reader->diags->n_errors;
    bool is_second = f->params != NULL;
    if (!is_second)
        f->params = params;
    f->n_params = 0;
    for (const ct_param *p = f->params; p; p = p->next)
        f->n_params++;
    if (!is_second || errors != u->reader->diags->n_errors || same_sources(f->params, params))
        return;
    diag *g = diag_error(u->reader->diags, route->place,
                         "'%s' would take its parameters from other places than in its other route",
                         f->name);
    diag_note(u->reader->diags, g, NULL, "the names in both paths must be the same");
}

/* How the body is read, and whether its parameters are keyed by name. */
static void bind_body(unit *u, ct_route *route)
{
    unsigned n_json = 0, n_raw = 0, n_form = 0, n_streamed = 0;
    ct_param *last = NULL;
    for (ct_param *p = route->function->params; p; p = p->next) {
        bool is_value = p->kind == CT_PARAM_value;
        bool is_json = is_value && p->in == APUS_IN_body && !(p->flags & APUS_PARAM_raw);
        bool is_raw = is_value && p->in == APUS_IN_body && (p->flags & APUS_PARAM_raw);
        bool is_form = is_value && (p->in == APUS_IN_form || p->in == APUS_IN_file);
        n_json += is_json;
        n_raw += is_raw;
        n_form += is_form;
        n_streamed += p->kind == CT_PARAM_body;
        route->body_embedded |= is_json && (p->field.flags & APUS_FIELD_embed);
        if (is_json || is_raw || is_form || p->kind == CT_PARAM_body)
            last = p;
    }
    route->body_embedded = route->body_embedded || n_json > 1;
    for (ct_param *p = route->body_embedded ? route->function->params : NULL; p; p = p->next) {
        if (p->kind == CT_PARAM_value && p->in == APUS_IN_body)
            p->field.flags |= APUS_FIELD_embed;
    }
    route->body = n_json       ? APUS_BODY_json
                  : n_raw      ? APUS_BODY_raw
                  : n_form     ? APUS_BODY_form
                  : n_streamed ? APUS_BODY_streamed
                               : APUS_BODY_none;
    if ((n_json != 0) + (n_raw != 0) + (n_form != 0) + (n_streamed != 0) < 2 && n_raw < 2 &&
        n_streamed < 2)
        return;
    diag *g = diag_error(u->reader->diags, last->place,
                         "'%s' reads the body in two ways: a request has one", last->c_name);
    diag_note(u->reader->diags, g, NULL, "take it as JSON, as a form, raw, or piece by piece");
}

/* Form fields of dependencies make it a form as well. */
static apus_body_kind body_of_depends(const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_value && (p->in == APUS_IN_form || p->in == APUS_IN_file))
            return APUS_BODY_form;
        if (p->kind == CT_PARAM_value && p->in == APUS_IN_body)
            return p->flags & APUS_PARAM_raw ? APUS_BODY_raw : APUS_BODY_json;
        apus_body_kind kind =
            p->kind == CT_PARAM_depends ? body_of_depends(p->dependency->params) : APUS_BODY_none;
        if (kind != APUS_BODY_none)
            return kind;
    }
    return APUS_BODY_none;
}

static void bind_body_of_depends(unit *u, ct_route *route)
{
    apus_body_kind kind = APUS_BODY_none;
    for (const ct_param *p = route->function->params; p && !kind; p = p->next) {
        if (p->kind == CT_PARAM_depends)
            kind = body_of_depends(p->dependency->params);
    }
    for (const ct_depends *d = route->depends; d && !kind; d = d->next)
        kind = body_of_depends(d->dependency->params);
    if (!kind)
        return;
    if (route->body == APUS_BODY_none)
        route->body = kind;
    else if (route->body != kind || kind != APUS_BODY_form)
        diag_error(u->reader->diags, route->place, "both '%s' and a dependency of it read the body",
                   route->function->name);
}

/* omit = unset: what the client did not set is known by what it sent. */
static void remember_sent(ct_route *route)
{
    if (route->omit != APUS_OMIT_unset)
        return;
    for (ct_param *p = route->function->params; p; p = p->next) {
        if (p->kind == CT_PARAM_value && p->in == APUS_IN_body && !(p->flags & APUS_PARAM_raw))
            p->flags |= APUS_PARAM_sent;
    }
}

void items_bind_routes(reader *r)
{
    for (struct route_reading *one = r->routes; one; one = one->next) {
        bind_result(one->unit, one->function, &one->route->function->result);
        produces_bind(one->unit, one->route);
        sent_read(one->unit, one->route);
        part_read(one->unit, one->route);
        bind_params(one);
        remember_sent(one->route);
        bind_body(one->unit, one->route);
        bind_body_of_depends(one->unit, one->route);
    }
}
