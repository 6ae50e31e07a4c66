#pragma once
#include "settings.h"

extern const apus_app projectname_app;

/* The service with an empty database in memory. */
apus_test *start(void);

/* Makes an account, and sends its token from now on. */
void sign_in(apus_test *t, const char *email);
