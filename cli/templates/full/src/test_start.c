/* How the tests begin. */
#include <stdio.h>
#include <string.h>

#include "testing.h"

static const settings *test_settings(apus_worker *w)
{
    settings *s = apus_worker_new(w, settings);
    *s = (settings){ .database = APUS_STR(":memory:"),
                     .secret = APUS_STR("a secret that only the tests know"),
                     .token_minutes = 1,
                     .sign_up = true };
    return s;
}

apus_test *start(void)
{
    apus_test *t = apus_test_start(&projectname_app);
    apus_override(t, read_settings, test_settings);
    return t;
}

void sign_in(apus_test *t, const char *email)
{
    char text[400];
    snprintf(text, sizeof(text),
             "{\"email\": \"%s\", \"name\": \"Somebody\", \"password\": \"wonderland\"}", email);
    apus_expect_status(apus_test_post(t, "/users", text), 201);
    snprintf(text, sizeof(text), "username=%s&password=wonderland", email);
    apus_answer a =
        apus_test_send(t, "POST", "/token", "application/x-www-form-urlencoded", apus_str_of(text));
    apus_expect_status(a, 200);
    const char *token = strstr(a.body.ptr, "\"access_token\":\"") + strlen("\"access_token\":\"");
    snprintf(text, sizeof(text), "Bearer %.*s", (int)strcspn(token, "\""), token);
    apus_test_header(t, "Authorization", text);
}
