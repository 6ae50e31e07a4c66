/* All checks, in one list. */
#include "compiler/check.h"

void contract_check(contract *c, diags *d)
{
    (void)c;
    (void)d;
}
