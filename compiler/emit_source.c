/* One wrapper: the source, then the tables of what stands in it. */
#include <string.h>

#include "compiler/emit.h"
#include "compiler/emit_c.h"

static void emit_banner(struct out *o, const char *from)
{
    out_line(o, "/* Written by apusc %s from %s; changes here are lost. */", APUS_VERSION, from);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static unsigned count_dependencies(const contract *c)
{
    unsigned n = 0;
    for (const ct_dependency *d = c->dependencies; d; d = d->next)
        n++;
    return n;
}

static unsigned count_tests(const contract *c)
{
    unsigned n = 0;
    for (const ct_test *t = c->tests; t; t = t->next)
        n++;
    return n;
}

static unsigned emit_on_fail(struct out *o, const ct_app *app)
{
    unsigned n = 0;
    if (!app->on_fail)
        return 0;
    out_line(o, "static const apus_on_fail apus__%s_on_fail[] = {", app->name);
    for (const ct_on_fail *f = app->on_fail; f; f = f->next, n++) {
        out_line(o, "    {");
        if (f->code)
            out_line(o, "        .code = %s,", out_quoted(o, f->code));
        if (f->status)
            out_line(o, "        .status = %u,", f->status);
        out_line(o, "        .%s = %s,", f->answers ? "answer" : "fn", f->function->name);
        out_line(o, "    },");
    }
    out_line(o, "};\n");
    return n;
}

static void path_member(struct out *o, const char *member, const char *path)
{
    if (path)
        out_line(o, "    .%s = %s,", member, out_quoted(o, path));
}

static unsigned emit_mounts(struct out *o, const ct_app *app)
{
    unsigned n = 0;
    if (!app->mounts)
        return 0;
    for (const ct_mount *m = app->mounts; m; m = m->next)
        out_line(o, "extern const apus_app %s_app;", m->app->name);
    out_line(o, "static const apus_mount apus__%s_mounts[] = {", app->name);
    for (const ct_mount *m = app->mounts; m; m = m->next, n++)
        out_line(o, "    { &%s_app, %s, %s },", m->app->name, out_str_init(o, m->prefix),
                 out_str_init(o, m->host ? m->host : ""));
    out_line(o, "};\n");
    return n;
}

static void emit_app_table(struct out *o, const ct_app *app)
{
    unsigned n_on_fail = emit_on_fail(o, app), n_tests = count_tests(o->contract);
    unsigned n_mounts = emit_mounts(o, app);
    const char *convertors = out_name(o, "apus__%s_convertors", app->name);
    unsigned n_convertors = emit_convertor_list(o, convertors);
    bool has_docs_page = emit_docs_page(o, app, "docs", app->docs_page);
    bool has_redoc_page = emit_docs_page(o, app, "redoc", app->redoc_page);
    if (app->openapi_path)
        out_line(o, "extern const apus_blob apus_openapi_%s;", app->name);
    if (n_tests && out_is_first(o, "apus_tests"))
        out_line(o, "extern const apus_test_case apus_tests[];");
    out_line(o, "/* %s */", out_where(o, app->place));
    out_line(o, "const apus_app %s_app = {", app->name);
    out_line(o, "    .name = %s,", out_quoted(o, app->name));
    out_line(o, "    .title = %s,", out_quoted(o, app->title));
    out_line(o, "    .version = %s,", out_quoted(o, app->version));
    out_line(o, "    .root = &%s,", app->root->symbol);
    if (app->openapi_path)
        out_line(o, "    .openapi = &apus_openapi_%s,", app->name);
    path_member(o, "openapi_path", app->openapi_path);
    path_member(o, "docs_path", app->docs_path);
    path_member(o, "redoc_path", app->redoc_path);
    if (has_docs_page)
        out_line(o, "    .docs_page = &apus__%s_docs,", app->name);
    if (has_redoc_page)
        out_line(o, "    .redoc_page = &apus__%s_redoc,", app->name);
    path_member(o, "root_path", app->root_path);
    if (app->servers_as_written)
        out_line(o, "    .servers_as_written = true,");
    if (app->keeps_slashes)
        out_line(o, "    .keeps_slashes = true,");
    if (app->openapi_edit)
        out_line(o, "    .openapi_edit = %s,", app->openapi_edit->name);
    path_member(o, "problem_types", app->problem_types);
    if (app->problems == APUS_PROBLEMS_rfc9457)
        out_line(o, "    .problems = APUS_PROBLEMS_rfc9457,");
    if (n_on_fail) {
        out_line(o, "    .on_fail = apus__%s_on_fail,", app->name);
        out_line(o, "    .n_on_fail = %u,", n_on_fail);
    }
    if (n_mounts) {
        out_line(o, "    .mounts = apus__%s_mounts,", app->name);
        out_line(o, "    .n_mounts = %u,", n_mounts);
    }
    if (n_convertors) {
        out_line(o, "    .convertors = %s,", convertors);
        out_line(o, "    .n_convertors = %u,", n_convertors);
    }
    if (n_tests) {
        out_line(o, "    .tests = apus_tests,");
        out_line(o, "    .n_tests = %u,", n_tests);
    }
    out_line(o, "    .n_slots = %u,", count_dependencies(o->contract));
    out_line(o, "};\n");
}

/* Whether the wrapper has tables of WebSockets or topics. */
static bool has_sockets(const contract *c, const ct_source *source)
{
    for (const ct_topic *t = c->topics; t; t = t->next) {
        if (t->source == source)
            return true;
    }
    for (const ct_router *r = c->routers; r; r = r->next) {
        for (const ct_route *one = r->source == source ? r->routes : NULL; one; one = one->next) {
            if (one->socket)
                return true;
        }
    }
    return false;
}

static bool has_states(const contract *c, const ct_source *source)
{
    for (const ct_state *s = c->states; s; s = s->next) {
        if (s->source == source)
            return true;
    }
    return false;
}

bool emit_source(const contract *c, const ct_source *source, apus_buf *to)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    struct out o = { .contract = c, .source = source, .arena = &arena, .to = to };
    bool talks = has_sockets(c, source), keeps = has_states(c, source);
    emit_banner(&o, file_name(source->path));
    for (const ct_renamed *r = source->renamed; r; r = r->next)
        out_line(&o, "#define %s %s%s", r->from, r->to, r->next ? "" : "\n");
    out_line(&o, "#include %s\n", out_quoted(&o, source->include));
    out_line(&o, "#include <stddef.h>\n");
    out_line(&o, "#include \"apus/encode.h\"");
    out_line(&o, "#include \"apus/model.h\"");
    out_line(&o, "#include \"apus/req.h\"");
    out_line(&o, "#include \"apus/route.h\"%s", talks || keeps ? "" : "\n");
    if (keeps)
        out_line(&o, "#include \"apus/state.h\"%s", talks ? "" : "\n");
    if (talks)
        out_line(&o, "#include \"apus/topic.h\"\n#include \"apus/ws.h\"\n");
    for (const ct_enum *e = c->enums; e; e = e->next) {
        if (e->source == source)
            emit_enum(&o, e);
    }
    for (const ct_model *m = c->models; m; m = m->next) {
        if (m->source == source)
            emit_model(&o, m);
    }
    for (const ct_named *n = c->named; n; n = n->next) {
        if (n->source == source)
            emit_named_type(&o, n);
    }
    for (const ct_security *s = c->securities; s; s = s->next) {
        if (s->source == source)
            emit_security(&o, s);
    }
    for (const ct_dependency *d = c->dependencies; d; d = d->next) {
        if (d->source == source)
            emit_dependency(&o, d);
    }
    for (const ct_around *a = c->middleware; a; a = a->next) {
        if (a->function && a->function->source == source)
            emit_middleware(&o, a->function);
    }
    for (const ct_topic *t = c->topics; t; t = t->next) {
        if (t->source == source)
            emit_topic(&o, t);
    }
    emit_states(&o);
    emit_convertors(&o);
    for (const ct_router *r = c->routers; r; r = r->next) {
        if (r->source == source)
            emit_router(&o, r);
    }
    for (const ct_app *app = c->apps; app; app = app->next) {
        if (app->source == source)
            emit_app_table(&o, app);
    }
    out_end(&o);
    apus_arena_finish(&arena);
    return !to->failed;
}
