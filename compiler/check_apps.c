/* Which apps a model or an enum is reached from: names must differ within a document, not
 * within a program.  One bit per app; past 64 apps two may share one, and then a name
 * that is fine may be refused, never the other way. */
#include "apus/encode.h"
#include "compiler/check_parts.h"

/* From one app, one way. */
struct visit {
    uint64_t bit;
    ct_way way;
};

static void visit_fields(const ct_field *f, struct visit v);

static void visit_type(const ct_type *t, struct visit v);

/* What before takes besides; the result: what encode makes of it, or NULL. */
static const ct_type *visit_hooks(ct_hook *const *hooks, struct visit v)
{
    const ct_hook *before = hooks[CT_HOOK_before], *convert = hooks[CT_HOOK_convert];
    if (v.way == CT_WAY_in)
        visit_type(before ? before->accepts : NULL, v);
    return v.way != CT_WAY_in && convert ? convert->result : NULL;
}

static void visit_model(ct_model *m, struct visit v)
{
    if (m->reached[v.way] & v.bit)
        return;
    m->reached[v.way] |= v.bit;
    m->apps |= v.bit;
    const ct_type *sent = visit_hooks(m->hooks, v);
    visit_type(sent, v);
    if (sent && sent->model != m)
        return;
    visit_fields(m->fields, v);
    for (const ct_variant *one = m->variants; one; one = one->next) {
        visit_fields(one->whole->fields, v);
        if (one->own)
            visit_model(one->own, v);
    }
}

static void visit_type(const ct_type *t, struct visit v)
{
    for (; t; t = t->item) {
        if (t->kind == APUS_KIND_model)
            visit_model(t->model, v);
        if (t->kind == APUS_KIND_enum)
            t->enumeration->apps |= v.bit;
    }
}

static void visit_fields(const ct_field *f, struct visit v)
{
    for (; f; f = f->next) {
        const ct_type *sent = visit_hooks(f->hooks, v);
        visit_type(sent ? sent : f->type, v);
    }
}

static void visit_params(const ct_param *p, uint64_t bit)
{
    for (; p; p = p->next) {
        if (p->kind == CT_PARAM_value)
            visit_fields(&p->field, (struct visit){ bit, CT_WAY_in });
        if (p->kind == CT_PARAM_depends)
            visit_params(p->dependency->params, bit);
    }
}

static void visit_depends(const ct_depends *d, uint64_t bit)
{
    for (; d; d = d->next)
        visit_params(d->dependency->params, bit);
}

static void visit_responses(const ct_response *a, struct visit out)
{
    for (; a; a = a->next)
        visit_type(a->type, out);
}

static void visit_routes(const ct_router *router, uint64_t bit)
{
    for (const ct_route *r = router->routes; r; r = r->next) {
        bool is_whole = r->omit == APUS_OMIT_nothing && !r->part;
        struct visit out = { bit, is_whole ? CT_WAY_out : CT_WAY_partly };
        visit_params(r->function->params, bit);
        visit_type(r->sent, out);
        visit_type(r->item, out);
        visit_depends(r->depends, bit);
        visit_responses(r->responses, out);
    }
}

/* depth ends a router that includes itself, which is an error reported elsewhere. */
static void visit_router(const ct_router *router, uint64_t bit, unsigned depth)
{
    enum { DEPTH_MAX = 64 };
    if (depth == DEPTH_MAX)
        return;
    visit_depends(router->depends, bit);
    visit_routes(router, bit);
    visit_responses(router->responses, (struct visit){ bit, CT_WAY_out });
    for (const ct_include *in = router->includes; in; in = in->next) {
        visit_depends(in->depends, bit);
        visit_responses(in->responses, (struct visit){ bit, CT_WAY_out });
        visit_router(in->router, bit, depth + 1);
    }
}

void mark_apps(checker *k)
{
    unsigned i = 0;
    for (const ct_app *app = k->contract->apps; app; app = app->next, i++) {
        uint64_t bit = UINT64_C(1) << (i % 64);
        visit_router(app->root, bit, 0);
        if (app->webhooks)
            visit_routes(app->webhooks, bit);
        if (k->contract->callbacks) /* whose they are matters little: they are few */
            visit_routes(k->contract->callbacks, bit);
    }
}
