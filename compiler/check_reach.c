/* Which models come in with requests, and which go out with answers. */
#include "compiler/check_parts.h"

typedef enum way {
    WAY_in,
    WAY_out,
} way;

static void reach_model(ct_model *m, way w);

static void reach_type(const ct_type *t, way w)
{
    for (; t; t = t->item) {
        if (t->kind == APUS_KIND_model)
            reach_model(t->model, w);
    }
}

static void reach_fields(const ct_field *f, way w)
{
    for (; f; f = f->next)
        reach_type(f->type, w);
}

static void reach_model(ct_model *m, way w)
{
    bool *mark = w == WAY_in ? &m->is_input : &m->is_output;
    if (*mark)
        return;
    *mark = true;
    reach_fields(m->fields, w);
    for (const ct_variant *v = m->variants; v; v = v->next) {
        reach_fields(v->whole->fields, w);
        if (v->own)
            reach_model(v->own, w);
    }
}

static void reach_params(const ct_param *p)
{
    for (; p; p = p->next) {
        if (p->kind == CT_PARAM_value)
            reach_type(p->field.type, WAY_in);
    }
}

static void reach_responses(const ct_response *a)
{
    for (; a; a = a->next)
        reach_type(a->type, WAY_out);
}

static void reach_routes(const ct_router *router)
{
    for (const ct_route *r = router ? router->routes : NULL; r; r = r->next) {
        reach_params(r->function->params);
        reach_type(r->function->result.type, WAY_out);
        reach_type(r->item, WAY_out);
        reach_responses(r->responses);
    }
    reach_responses(router ? router->responses : NULL);
    for (const ct_include *i = router ? router->includes : NULL; i; i = i->next)
        reach_responses(i->responses);
}

void mark_reach(checker *k)
{
    for (const ct_dependency *d = k->contract->dependencies; d; d = d->next)
        reach_params(d->params);
    for (const ct_router *router = k->contract->routers; router; router = router->next)
        reach_routes(router);
    for (const ct_app *app = k->contract->apps; app; app = app->next)
        reach_routes(app->webhooks);
    reach_routes(k->contract->callbacks);
}
