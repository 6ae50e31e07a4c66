/* All sources of a program, in the order in which they need one another. */
#include "compiler/read.h"

static void gather_functions(unit *u)
{
    for (const file_item *it = u->items; it; it = it->next) {
        function_decl *f = it->function;
        if (f && f->is_defined && !f->is_static && !names_find(&u->reader->functions, f->name))
            names_put(&u->reader->functions, f->name, f);
    }
}

static unit *unit_of(reader *r, const ct_source *source)
{
    unit *u = r->units;
    while (u && u->source != source)
        u = u->next;
    return u;
}

static void read_router_lists(reader *r)
{
    for (ct_router *router = r->out->routers; router; router = router->next) {
        unit *u = unit_of(r, router->source);
        if (!u)
            continue;
        router->depends = depends_read(u, router->options, NULL);
        router->middleware = middleware_read(u, router->options);
        router->responses = responses_read(u, router->options);
    }
}

static void read_app_edits(reader *r)
{
    for (ct_app *app = r->out->apps; app; app = app->next)
        app_read_edit(unit_of(r, app->source), app);
}

static void read_units(reader *r)
{
    for (unit *u = r->units; u; u = u->next)
        gather_functions(u);
    for (unit *u = r->units; u; u = u->next)
        items_read_apps(u);
    for (unit *u = r->units; u; u = u->next)
        items_read_includes(u);
    for (unit *u = r->units; u; u = u->next)
        items_read_routes(u);
    read_router_lists(r);
    items_bind_routes(r);
    for (unit *u = r->units; u; u = u->next)
        items_read_topics(u);
    for (unit *u = r->units; u; u = u->next)
        items_read_states(u);
    for (unit *u = r->units; u; u = u->next)
        items_read_convertors(u);
    for (unit *u = r->units; u; u = u->next)
        bodies_read(u);
    read_app_edits(r);
}

void reader_names(reader *r)
{
    name_table *all[] = { &r->functions, &r->routers,    &r->models,     &r->enums,
                          &r->symbols,   &r->file_names, &r->securities, &r->dependencies,
                          &r->declared,  &r->arounds,    &r->by_name };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        *all[i] = names_in(r->arena);
}

bool read_contract(reader *r, const read_options *options)
{
    bool ok = true;
    unsigned i = 0;
    r->index = clang_createIndex(0, 0);
    for (ct_source *s = r->out->sources; s; s = s->next) {
        unit *u = NEW(r->arena, unit);
        u->reader = r;
        u->source = s;
        APPEND(r->units, u);
        ok = unit_parse(u, &options->per_source[i++]) && ok;
        r->out->has_main = r->out->has_main || s->has_main;
    }
    if (ok)
        read_units(r);
    return ok;
}

void reader_finish(reader *r)
{
    for (unit *u = r->units; u; u = u->next) {
        if (u->tu)
            clang_disposeTranslationUnit(u->tu);
    }
    if (r->index)
        clang_disposeIndex(r->index);
}
