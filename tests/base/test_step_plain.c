/* As test_step.c, without what this machine has for it. */
#define APUS_STEP_PLAIN
#include "test_step.c" /* NOLINT(bugprone-suspicious-include): the same tests */
