/* compiler/check.h - what a contract must keep, beyond being readable.
 *
 * The checks look at the contract alone and report every breach; they also say
 * which models come in and which go out. */
#ifndef APUSC_CHECK_H
#define APUSC_CHECK_H

#include "compiler/contract.h"
#include "compiler/diag.h"

void contract_check(contract *c, diags *d);

#endif
