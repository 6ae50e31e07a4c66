#ifndef APUS_APP_TEST_CLIENT_H
#define APUS_APP_TEST_CLIENT_H

#include "apus/test.h"

/* Memory that lives until apus_test_stop. */
apus_arena *apus__test_arena(apus_test *t);

/* Ends the test with a text that says all.  Does not return unless the function
 * given to apus_test_on_fail does. */
void apus__test_fail(const char *text);

#endif
