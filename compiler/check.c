/* All checks, in one list. */
#include "compiler/check.h"

#include "compiler/check_parts.h"

void contract_check(contract *c, diags *d)
{
    checker k = { .contract = c, .arena = c->arena, .diags = d };
    mark_apps(&k);
    check_enums(&k);
    check_models(&k);
    for (const ct_dependency *one = c->dependencies; one; one = one->next)
        check_params(&k, one->function, one->params);
    check_routes(&k);
    check_routers(&k);
    mark_reach(&k);
}
