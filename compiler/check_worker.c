/* What a worker makes once knows no request. */
#include "compiler/check_parts.h"

static const ct_param *worker_of(const ct_param *params)
{
    while (params && params->kind != CT_PARAM_worker)
        params = params->next;
    return params;
}

void check_no_worker(checker *k, const ct_function *handler)
{
    const ct_param *p = worker_of(handler->params);
    if (!p)
        return;
    diag *g = diag_error(
        k->diags, p->place,
        "'%s' answers requests, and apus_worker * is for what runs once per worker", handler->name);
    diag_note(k->diags, g, NULL, "take what such a dependency makes: pool *p Depends(open_pool)");
}

static bool may_stand_beside(const ct_param *p)
{
    return p->kind == CT_PARAM_constant || (p->kind == CT_PARAM_depends && p->dependency->is_made);
}

static void say_of_request(checker *k, const ct_dependency *d, const ct_param *p)
{
    diag *g = diag_error(k->diags, p->place, "'%s' runs once per worker, and '%s' is of a request",
                         d->function->name, p->c_name);
    if (p->kind == CT_PARAM_depends)
        diag_note(k->diags, g, &p->dependency->function->place,
                  "'%s' runs once per request: its first parameter is not apus_worker *",
                  p->dependency->function->name);
    else
        diag_note(k->diags, g, NULL,
                  "it may take other dependencies that begin with apus_worker *, and constants");
}

void check_worker(checker *k, const ct_dependency *d)
{
    const ct_param *p = worker_of(d->params);
    if (!p)
        return;
    if (!d->is_made) {
        diag *g = diag_error(k->diags, p->place, "apus_worker * is not the first parameter of '%s'",
                             d->function->name);
        diag_note(k->diags, g, NULL, "first, it says that '%s' runs once per worker",
                  d->function->name);
        return;
    }
    for (p = d->params->next; p; p = p->next) {
        if (!may_stand_beside(p))
            say_of_request(k, d, p);
    }
}
