/* Handlers and dependencies: a struct of arguments, a function that calls with
 * them, and the tables that say where each argument comes from. */
#include <inttypes.h>
#include <string.h>

#include "compiler/emit_c.h"
#include "compiler/guards.h"

/* --- arguments and the call --- */

static bool is_bound(const ct_param *p)
{
    return p->kind == CT_PARAM_value || p->kind == CT_PARAM_depends ||
           p->kind == CT_PARAM_security || p->kind == CT_PARAM_constant;
}

static bool has_args(const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (is_bound(p))
            return true;
    }
    return false;
}

static const char *declaration(struct out *o, const char *type, const char *name)
{
    size_t len = strlen(type);
    return out_name(o, "%s%s%s", type, len && type[len - 1] == '*' ? "" : " ", name);
}

static void emit_args(struct out *o, const char *symbol, const ct_param *params)
{
    if (!has_args(params))
        return;
    out_line(o, "struct apus__%s_args {", symbol);
    for (const ct_param *p = params; p; p = p->next) {
        if (is_bound(p))
            out_line(o, "    %s;", declaration(o, p->c_type, p->c_name));
    }
    out_line(o, "};\n");
}

/* "struct store *(*)(apus_req *)" with a name in place of "(*)". */
static void emit_function_type(struct out *o, const char *symbol, const char *type)
{
    const char *star = strstr(type, "(*)");
    int before = star ? (int)(star - type) : 0;
    while (before && type[before - 1] == ' ')
        before--;
    const char *result = out_name(o, "%.*s", before, type);
    const char *list = star ? star + strlen("(*)(") : "void)";
    out_wrapped(
        o, out_name(o, "typedef %s(", declaration(o, result, out_name(o, "apus__%s_fn", symbol))),
        out_name(o, "%.*s", (int)strlen(list) - 1, list), ");\n");
}

static const char *argument_list(struct out *o, const ct_param *params)
{
    const char *list = "";
    for (const ct_param *p = params; p; p = p->next) {
        const char *one = is_bound(p)                  ? out_name(o, "a->%s", p->c_name)
                          : p->kind == CT_PARAM_worker ? "w"
                          : p->kind == CT_PARAM_sse    ? "apus_req_sse(req)"
                          : p->kind == CT_PARAM_ws     ? "apus_req_ws(req)"
                          : p->kind == CT_PARAM_body   ? "apus_req_body(req)"
                                                       : "req";
        list = out_name(o, "%s%s%s", list, *list ? ", " : "", one);
    }
    return list;
}

/* The call itself, and where its result goes; broken as clang-format breaks it: behind the
 * '=' if the call then fits on a line, else behind the parenthesis. */
static void emit_calling(struct out *o, const char *symbol, const ct_function *f, const char *list)
{
    static const char step[] = "        ", end[] = ");";
    const char *call = out_name(o, "((apus__%s_fn *)fn)(", symbol);
    if (f->result.is_void) {
        out_wrapped(o, out_name(o, "    %s", call), list, end);
        return;
    }
    const char *store = out_name(o, "    *(%s)result =", declaration(o, f->result.c_name, "*"));
    size_t len = strlen(call) + strlen(list) + strlen(end);
    if (strlen(store) + 1 + len <= OUT_COLUMNS) {
        out_line(o, "%s %s%s%s", store, call, list, end);
    } else if (strlen(step) + len <= OUT_COLUMNS) {
        out_line(o, "%s\n%s%s%s%s", store, step, call, list, end);
    } else {
        out_line(o, "%s %s", store, call);
        out_wrapped(o, step, list, end);
    }
}

static void emit_call(struct out *o, const char *symbol, const ct_function *f,
                      const ct_param *params)
{
    emit_args(o, symbol, params);
    emit_function_type(o, symbol, f->type);
    bool is_made = params && params->kind == CT_PARAM_worker;
    out_wrapped(o, out_name(o, "static void apus__%s_call(", symbol),
                is_made ? "apus_worker *w, apus_fn *fn, const void *args, void *result"
                        : "apus_req *req, apus_fn *fn, const void *args, void *result",
                ")");
    out_line(o, "{");
    bool uses_req = false;
    for (const ct_param *p = params; p; p = p->next)
        uses_req = uses_req || !is_bound(p);
    if (!uses_req)
        out_line(o, "    (void)req;");
    if (has_args(params))
        out_line(o, "    const struct apus__%s_args *a = args;", symbol);
    else
        out_line(o, "    (void)args;");
    if (f->result.is_void)
        out_line(o, "    (void)result;");
    emit_calling(o, symbol, f, argument_list(o, params));
    out_line(o, "}\n");
}

/* --- parameters --- */

static const char *const in_names[] = {
    [APUS_IN_path] = "path",     [APUS_IN_query] = "query",     [APUS_IN_header] = "header",
    [APUS_IN_cookie] = "cookie", [APUS_IN_body] = "body",       [APUS_IN_form] = "form",
    [APUS_IN_file] = "file",     [APUS_IN_depends] = "depends", [APUS_IN_security] = "security",
};

static const char *param_flags(struct out *o, uint32_t flags)
{
    static const char *const names[] = { "partial", "raw", "model", "underscores", "sent" };
    const char *text = "";
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (flags & 1U << i)
            text = out_name(o, "%s%sAPUS_PARAM_%s", text, *text ? " | " : "", names[i]);
    }
    return text;
}

static void declare(struct out *o, const char *what, const char *symbol)
{
    const char *name = out_name(o, "apus_%s_%s", what, symbol);
    if (out_is_first(o, name))
        out_line(o, "extern const apus_%s %s;", what, name);
}

/* Defines the array of scopes; how many there are. */
static unsigned emit_scopes(struct out *o, const char *symbol, const guards *g)
{
    unsigned n = 0;
    for (const guard_scope *s = g->scopes; s; s = s->next, n++) {
        if (n == 0)
            out_line(o, "static const apus_str apus__%s_scopes[] = {", symbol);
        out_line(o, "    %s,", out_str_init(o, s->name));
    }
    if (n)
        out_line(o, "};\n");
    return n;
}

static unsigned emit_scopes_list(struct out *o, const char *symbol, const ct_value *scopes)
{
    guards g = guards_in(o->arena);
    guards_add_scopes(&g, scopes);
    return emit_scopes(o, symbol, &g);
}

static void emit_scopes_members(struct out *o, const char *indent, const char *symbol, unsigned n)
{
    if (n == 0)
        return;
    out_line(o, "%s.scopes = apus__%s_scopes,", indent, symbol);
    out_line(o, "%s.n_scopes = %u,", indent, n);
}

static const char *security_symbol(const ct_security *s)
{
    return strncmp(s->c_name, "struct ", 7) == 0 ? s->c_name + 7 : s->c_name;
}

static void emit_param(struct out *o, const char *object, const ct_param *p,
                       struct field_parts parts)
{
    apus_in in = p->kind == CT_PARAM_depends    ? APUS_IN_depends
                 : p->kind == CT_PARAM_security ? APUS_IN_security
                                                : p->in;
    out_line(o, "    {");
    out_line(o, "        .in = APUS_IN_%s,", in_names[in]);
    if (p->kind == CT_PARAM_value) {
        out_line(o, "        .field = {");
        emit_field_members(o, "            ", object, &p->field, parts);
        out_line(o, "        },");
    } else {
        out_line(o, "        .field = {");
        out_line(o, "            .name = %s,", out_str_init(o, p->c_name));
        out_line(o, "            .offset = offsetof(%s, %s),", object, p->c_name);
        if (p->kind == CT_PARAM_security && p->is_optional)
            out_line(o, "            .flags = APUS_FIELD_pointer,");
        out_line(o, "        },");
    }
    if (p->kind == CT_PARAM_depends)
        out_line(o, "        .dependency = &apus_dependency_%s,", p->dependency->symbol);
    if (p->kind == CT_PARAM_security)
        out_line(o, "        .security = &apus_security_%s,", security_symbol(p->security));
    if (p->flags)
        out_line(o, "        .flags = %s,", param_flags(o, p->flags));
    out_line(o, "    },");
}

static unsigned n_table(const ct_param *params)
{
    unsigned n = 0;
    for (const ct_param *p = params; p; p = p->next)
        n += is_bound(p) && p->kind != CT_PARAM_constant;
    return n;
}

static void emit_params(struct out *o, const char *symbol, const ct_param *params)
{
    unsigned n = n_table(params), i = 0;
    if (n == 0)
        return;
    struct field_parts *parts = APUS_NEW(o->arena, struct field_parts, n);
    if (!parts) {
        o->to->failed = APUS_NOMEM;
        return;
    }
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_depends)
            declare(o, "dependency", p->dependency->symbol);
        if (p->kind == CT_PARAM_security)
            declare(o, "security", security_symbol(p->security));
        if (p->kind == CT_PARAM_value)
            parts[i] =
                emit_field_parts(o, out_name(o, "apus__%s_%s", symbol, p->c_name), NULL, &p->field);
        i += is_bound(p) && p->kind != CT_PARAM_constant;
    }
    const char *object = out_name(o, "struct apus__%s_args", symbol);
    i = 0;
    out_line(o, "static const apus_param apus__%s_params[] = {", symbol);
    for (const ct_param *p = params; p; p = p->next) {
        if (is_bound(p) && p->kind != CT_PARAM_constant)
            emit_param(o, object, p, parts[i++]);
    }
    out_line(o, "};\n");
}

/* Arguments that Depends(f, word = "bar") fixes: copied before the rest is bound. */
static bool emit_constants(struct out *o, const char *symbol, const ct_param *params)
{
    bool any = false;
    for (const ct_param *p = params; p; p = p->next)
        any = any || p->kind == CT_PARAM_constant;
    if (!any)
        return false;
    const char *inits = "";
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind != CT_PARAM_constant)
            continue;
        const char *value = emit_constant(o, p->field.type, p->field.default_value);
        inits = out_name(o, "%s    .%s = %s,\n", inits, p->c_name, value ? value : "{ 0 }");
    }
    out_line(o, "static const struct apus__%s_args apus__%s_constants = {\n%s};\n", symbol, symbol,
             inits);
    return true;
}

static void emit_args_members(struct out *o, const char *symbol, const ct_param *params)
{
    unsigned n = n_table(params);
    if (n) {
        out_line(o, "    .params = apus__%s_params,", symbol);
        out_line(o, "    .n_params = %u,", n);
    }
    if (has_args(params))
        out_line(o, "    .args_size = sizeof(struct apus__%s_args),", symbol);
}

/* --- security, dependencies --- */

void emit_security(struct out *o, const ct_security *s)
{
    static const char *const kinds[] = { "key", "basic", "bearer", "digest" };
    static const char *const challenges[] = { "APIKey", "Basic", "Bearer", "Digest" };
    const char *symbol = security_symbol(s);
    const char *challenge = challenges[s->kind];
    if (s->realm)
        challenge = out_name(o, "%s realm=\"%s\"", challenge, s->realm);
    out_line(o, "/* %s: %s */", out_where(o, s->place), s->c_name);
    declare(o, "security", symbol);
    out_line(o, "const apus_security apus_security_%s = {", symbol);
    out_line(o, "    .name = %s,", out_quoted(o, s->name));
    out_line(o, "    .kind = APUS_SECURITY_%s,", kinds[s->kind]);
    out_line(o, "    .in = APUS_IN_%s,", in_names[s->in]);
    if (s->key)
        out_line(o, "    .key = %s,", out_str_init(o, s->key));
    out_line(o, "    .challenge = %s,", out_str_init(o, challenge));
    out_line(o, "};\n");
}

void emit_dependency(struct out *o, const ct_dependency *d)
{
    const ct_function *f = d->function;
    out_line(o, "/* %s: %s */", out_where(o, f->place), f->name);
    emit_call(o, d->symbol, f, d->params);
    emit_params(o, d->symbol, d->params);
    bool constants = emit_constants(o, d->symbol, d->params);
    guards own = guards_in(o->arena);
    guards_add_params(&own, d->params);
    unsigned n_scopes = emit_scopes(o, d->symbol, &own);
    declare(o, "dependency", d->symbol);
    out_line(o, "const apus_dependency apus_dependency_%s = {", d->symbol);
    out_line(o, "    .name = %s,", out_quoted(o, f->name));
    out_line(o, "    .fn = (apus_fn *)%s,", f->name);
    out_line(o, "    .%s = apus__%s_call,", d->is_made ? "start" : "call", d->symbol);
    emit_args_members(o, d->symbol, d->params);
    if (!f->result.is_void)
        out_line(o, "    .result_size = sizeof(%s),", f->result.c_name);
    out_line(o, "    .slot = %u,", d->slot);
    if (d->authenticates)
        out_line(o, "    .authenticates = true,");
    if (constants)
        out_line(o, "    .constants = &apus__%s_constants,", d->symbol);
    emit_scopes_members(o, "    ", d->symbol, n_scopes);
    out_line(o, "};\n");
}

/* --- routes and routers --- */

/* Defines the array of `depends = [...]`; how many there are. */
static unsigned emit_depends(struct out *o, const char *symbol, const ct_depends *depends)
{
    unsigned n = 0;
    for (const ct_depends *d = depends; d; d = d->next, n++)
        declare(o, "dependency", d->dependency->symbol);
    if (n == 0)
        return 0;
    out_line(o, "static const apus_dependency *const apus__%s_depends[] = {", symbol);
    for (const ct_depends *d = depends; d; d = d->next)
        out_line(o, "    &apus_dependency_%s,", d->dependency->symbol);
    out_line(o, "};\n");
    return n;
}

void emit_middleware(struct out *o, const ct_function *f)
{
    declare(o, "middleware", f->name);
    out_line(o, "const apus_middleware apus_middleware_%s = {", f->name);
    out_line(o, "    .name = %s,", out_quoted(o, f->name));
    out_line(o, "    .run = %s,", f->name);
    out_line(o, "};\n");
}

/* Defines the array of `middleware = [...]`; how many there are. */
static unsigned emit_around(struct out *o, const char *symbol, const ct_around *around)
{
    unsigned n = 0;
    for (const ct_around *a = around; a; a = a->next, n++)
        declare(o, "middleware", a->name);
    if (n == 0)
        return 0;
    out_line(o, "static const apus_middleware *const apus__%s_around[] = {", symbol);
    for (const ct_around *a = around; a; a = a->next)
        out_line(o, "    &apus_middleware_%s,", a->name);
    out_line(o, "};\n");
    return n;
}

static void emit_around_members(struct out *o, const char *indent, const char *symbol, unsigned n)
{
    if (n == 0)
        return;
    out_line(o, "%s.middleware = apus__%s_around,", indent, symbol);
    out_line(o, "%s.n_middleware = %u,", indent, n);
}

/* application/json, application/problem+json */
static bool media_is_json(const char *type)
{
    size_t n = strcspn(type, ";");
    while (n && type[n - 1] == ' ')
        n--;
    return n >= 5 &&
           (memcmp(type + n - 5, "/json", 5) == 0 || memcmp(type + n - 5, "+json", 5) == 0);
}

/* Text says how it is encoded. */
static const char *media_sent(struct out *o, const char *type)
{
    bool is_text = strncmp(type, "text/", 5) == 0 && !strchr(type, ';');
    return is_text ? out_name(o, "%s; charset=utf-8", type) : type;
}

/* Text that is sent as it stands, since it is not to be JSON. */
static bool is_plain(const ct_route *r)
{
    const ct_result *result = &r->function->result;
    bool is_text = result->type && !result->is_pointer &&
                   (result->type->kind == APUS_KIND_str || result->type->kind == APUS_KIND_bytes);
    return is_text && r->produces && *r->produces && !media_is_json(r->produces);
}

static const char *route_flags(struct out *o, const ct_route *r)
{
    const struct {
        bool on;
        const char *name;
    } flags[] = {
        { r->blocking, "blocking" },
        { r->hidden, "hidden" },
        { r->deprecated, "deprecated" },
        { r->function->result.is_pointer && r->function->result.type, "result_pointer" },
        { r->function->result.is_response, "result_response" },
        { is_plain(r), "result_plain" },
        { r->last, "last" },
    };
    const char *text = "";
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flags[i].on)
            text = out_name(o, "%s%sAPUS_ROUTE_%s", text, *text ? " | " : "", flags[i].name);
    }
    return text;
}

struct route_parts {
    const char *symbol, *result;
    unsigned n_depends, n_around, n_scopes;
};

static struct route_parts emit_route_parts(struct out *o, const ct_route *r, unsigned index)
{
    const ct_function *f = r->function;
    /* one handler may serve several routes */
    const char *symbol = out_is_first(o, out_name(o, "handler %s", f->name))
                             ? f->name
                             : out_name(o, "%s_%u", f->name, index);
    out_line(o, "/* %s: %s */", out_where(o, r->place), f->name);
    emit_call(o, symbol, f, f->params);
    emit_params(o, symbol, f->params);
    guards own = guards_in(o->arena);
    guards_add_scopes(&own, r->scopes);
    guards_add_params(&own, f->params);
    if (r->socket)
        emit_socket(o, symbol, r->socket);
    const ct_type *sent = r->part ? r->part : r->sent;
    if (r->part)
        emit_model_part(o, r->part->model ? r->part->model : r->part->item->model);
    return (struct route_parts){
        .symbol = symbol,
        .result = sent ? emit_type(o, sent) : NULL,
        .n_depends = emit_depends(o, symbol, r->depends),
        .n_around = emit_around(o, symbol, r->middleware),
        .n_scopes = emit_scopes(o, symbol, &own),
    };
}

static void emit_limits(struct out *o, const char *indent, const apus_request_limits *l)
{
    static const char *const words[] = {
#define X(name) [APUS_SHED_##name] = #name,
        APUS_SHED_TABLE(X)
#undef X
    };
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = { { "body_max", l->body_max },
                 { "part_max", l->part_max },
                 { "files_max", l->files_max },
                 { "fields_max", l->fields_max } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].value)
            out_line(o, "%s.limits.%s = %" PRIu64 ",", indent, rows[i].name, rows[i].value);
    }
    if (l->shed)
        out_line(o, "%s.limits.shed = APUS_SHED_%s,", indent, words[l->shed]);
}

static void emit_route(struct out *o, const ct_route *r, struct route_parts parts)
{
    static const char *const methods[] = { [APUS_METHOD_other] = "other",
#define X(name) [APUS_METHOD_##name] = #name,
                                           APUS_METHOD_TABLE(X)
#undef X
    };
    static const char *const bodies[] = { "none", "json", "form", "raw", "streamed" };
    static const char *const omits[] = { "nothing", "null", "default", "unset" };
    const ct_function *f = r->function;
    out_line(o, "    {");
    out_line(o, "        .method = APUS_METHOD_%s,", methods[r->method]);
    out_line(o, "        .path = %s,", out_str_init(o, r->path));
    out_line(o, "        .name = %s,", out_quoted(o, f->name));
    out_line(o, "        .fn = (apus_fn *)%s,", f->name);
    out_line(o, "        .call = apus__%s_call,", parts.symbol);
    unsigned n = n_table(f->params);
    if (n) {
        out_line(o, "        .params = apus__%s_params,", parts.symbol);
        out_line(o, "        .n_params = %u,", n);
    }
    if (parts.n_depends) {
        out_line(o, "        .depends = apus__%s_depends,", parts.symbol);
        out_line(o, "        .n_depends = %u,", parts.n_depends);
    }
    emit_around_members(o, "        ", parts.symbol, parts.n_around);
    emit_scopes_members(o, "        ", parts.symbol, parts.n_scopes);
    if (has_args(f->params))
        out_line(o, "        .args_size = sizeof(struct apus__%s_args),", parts.symbol);
    if (!f->result.is_void)
        out_line(o, "        .result_size = sizeof(%s),", f->result.c_name);
    if (parts.result)
        out_line(o, "        .result = &%s,", parts.result);
    out_line(o, "        .status = %u,", r->status ? r->status : 200U);
    const char *flags = route_flags(o, r);
    if (*flags)
        out_line(o, "        .flags = %s,", flags);
    if (r->produces && *r->produces)
        out_line(o, "        .produces = %s,", out_str_init(o, media_sent(o, r->produces)));
    if (r->body != APUS_BODY_none)
        out_line(o, "        .body = APUS_BODY_%s,", bodies[r->body]);
    if (r->omit)
        out_line(o, "        .omit = APUS_OMIT_%s,", omits[r->omit]);
    if (r->timeout_ns)
        out_line(o, "        .timeout = INT64_C(%" PRId64 "),", r->timeout_ns);
    out_line(o, "        .operation_id = %s,",
             out_quoted(o, r->operation_id ? r->operation_id : ""));
    if (r->socket)
        out_line(o, "        .ws = &apus__%s_socket,", parts.symbol);
    emit_limits(o, "        ", &r->limits);
    const char *slash = r->place.file ? strrchr(r->place.file, '/') : NULL;
    out_line(o, "        .file = %s,",
             out_quoted(o, slash           ? slash + 1
                           : r->place.file ? r->place.file
                                           : ""));
    out_line(o, "        .line = %u,", r->place.line);
    out_line(o, "    },");
}

static unsigned emit_routes(struct out *o, const ct_router *r)
{
    unsigned n = 0, i = 0;
    for (const ct_route *route = r->routes; route; route = route->next)
        n++;
    if (n == 0)
        return 0;
    struct route_parts *parts = APUS_NEW(o->arena, struct route_parts, n);
    if (!parts) {
        o->to->failed = APUS_NOMEM;
        return 0;
    }
    for (const ct_route *route = r->routes; route; route = route->next, i++)
        parts[i] = emit_route_parts(o, route, i);
    out_line(o, "static const apus_route apus__%s_routes[] = {", r->symbol);
    i = 0;
    for (const ct_route *route = r->routes; route; route = route->next)
        emit_route(o, route, parts[i++]);
    out_line(o, "};\n");
    return n;
}

static unsigned emit_includes(struct out *o, const ct_router *r)
{
    unsigned n = 0, i = 0;
    for (const ct_include *in = r->includes; in; in = in->next, n++) {
        if (out_is_first(o, in->router->symbol))
            out_line(o, "extern const apus_router %s;", in->router->symbol);
    }
    if (n == 0)
        return 0;
    unsigned *n_depends = APUS_NEW(o->arena, unsigned, n);
    unsigned *n_around = APUS_NEW(o->arena, unsigned, n);
    unsigned *n_scopes = APUS_NEW(o->arena, unsigned, n);
    if (!n_depends || !n_around || !n_scopes) {
        o->to->failed = APUS_NOMEM;
        return 0;
    }
    for (const ct_include *in = r->includes; in; in = in->next, i++) {
        const char *symbol = out_name(o, "%s_include_%u", r->symbol, i);
        n_depends[i] = emit_depends(o, symbol, in->depends);
        n_around[i] = emit_around(o, symbol, in->middleware);
        n_scopes[i] = emit_scopes_list(o, symbol, in->scopes);
    }
    out_line(o, "static const apus_include apus__%s_includes[] = {", r->symbol);
    i = 0;
    for (const ct_include *in = r->includes; in; in = in->next, i++) {
        out_line(o, "    {");
        out_line(o, "        .router = &%s,", in->router->symbol);
        out_line(o, "        .prefix = %s,", out_str_init(o, in->prefix ? in->prefix : ""));
        if (n_depends[i]) {
            out_line(o, "        .depends = apus__%s_include_%u_depends,", r->symbol, i);
            out_line(o, "        .n_depends = %u,", n_depends[i]);
        }
        const char *symbol = out_name(o, "%s_include_%u", r->symbol, i);
        emit_around_members(o, "        ", symbol, n_around[i]);
        emit_scopes_members(o, "        ", symbol, n_scopes[i]);
        emit_limits(o, "        ", &in->limits);
        out_line(o, "    },");
    }
    out_line(o, "};\n");
    return n;
}

void emit_router(struct out *o, const ct_router *r)
{
    unsigned n_routes = emit_routes(o, r);
    unsigned n_includes = emit_includes(o, r);
    unsigned n_depends = emit_depends(o, r->symbol, r->depends);
    unsigned n_around = emit_around(o, r->symbol, r->middleware);
    unsigned n_scopes = emit_scopes_list(o, r->symbol, r->scopes);
    bool is_root = strncmp(r->symbol, "apus__root_", 11) == 0;
    out_line(o, "/* %s */", out_where(o, r->place));
    out_line(o, "%sconst apus_router %s = {", is_root ? "static " : "", r->symbol);
    out_line(o, "    .name = %s,", out_quoted(o, r->name));
    out_line(o, "    .prefix = %s,", out_str_init(o, r->prefix ? r->prefix : ""));
    if (n_routes) {
        out_line(o, "    .routes = apus__%s_routes,", r->symbol);
        out_line(o, "    .n_routes = %u,", n_routes);
    }
    if (n_includes) {
        out_line(o, "    .includes = apus__%s_includes,", r->symbol);
        out_line(o, "    .n_includes = %u,", n_includes);
    }
    if (n_depends) {
        out_line(o, "    .depends = apus__%s_depends,", r->symbol);
        out_line(o, "    .n_depends = %u,", n_depends);
    }
    emit_around_members(o, "    ", r->symbol, n_around);
    emit_scopes_members(o, "    ", r->symbol, n_scopes);
    emit_limits(o, "    ", &r->limits);
    if (r->content)
        out_line(o, "    .content = APUS_CONTENT_%s,",
                 r->content == APUS_CONTENT_lax ? "lax" : "strict");
    out_line(o, "};\n");
}
