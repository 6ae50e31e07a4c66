/* The attack of `apus check` on a running service: what stands in its document, called with inputs
 * made from it. */
#ifndef APUS_CLI_CHECK_ATTACK_H
#define APUS_CLI_CHECK_ATTACK_H

#include "client.h"

/* Calls every operation of the service's own document and prints a line for each; an exit code. */
int check_attack(apus_arena *arena, struct service service);

#endif
