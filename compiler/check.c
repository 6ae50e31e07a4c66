/* All checks, in one list. */
#include "compiler/check.h"

#include "compiler/check_parts.h"

static void check_dependency(checker *k, const ct_dependency *d)
{
    check_params(k, d->params);
    check_worker(k, d);
    check_events(k, d->params, false, d->function->name);
    check_talks(k, d->params, d->function->name);
    check_streamed(k, d->params, d->function->name);
}

void contract_check(contract *c, diags *d)
{
    checker k = { .contract = c, .arena = c->arena, .diags = d };
    mark_apps(&k);
    check_enums(&k);
    check_models(&k);
    for (const ct_dependency *one = c->dependencies; one; one = one->next)
        check_dependency(&k, one);
    check_convertors(&k);
    check_routes(&k);
    check_routers(&k);
    check_calls(&k);
    check_documents(&k);
    check_guards(&k);
}
